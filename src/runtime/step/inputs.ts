/** What a step reads: which partitions of which assets, and their values. */
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import { isOwnOutput } from "../../model/compile.ts";
import { SluiceError } from "../../model/issue.ts";
import { inputShape } from "../../model/partitions/infer.ts";
import type { ResolvedMapping } from "../../model/partitions/mapping.ts";
import type { PartitionSpace } from "../../model/partitions/space.ts";
import { createSubsetBuilder, rangeSubset, type Subset, subsetOf } from "../../model/partitions/subset.ts";
import { openPartitioned } from "../../io/collection.ts";
import type { IOManager, ValueAddress } from "../../io/manager.ts";
import type { PlanMappings } from "../../planner/steps/mappings.ts";
import type { StepGraph } from "../../planner/steps/table.ts";
import type { Wiring } from "../wiring.ts";
import type { NamedValues } from "./context.ts";
import type { VersionedInput } from "./version.ts";
import { isThenable } from "../thenable.ts";

/** One input of a step declaration in a run. */
interface NodeInput {
  /** The name under which the body reads it; undefined when only the order counts. */
  readonly name: string | undefined;
  readonly key: string;
  readonly manager: IOManager;
  /** How it arrives. */
  readonly shape: "one" | "many";
  /** Undefined when the upstream asset has no partitions. */
  readonly mapping: ResolvedMapping | undefined;
  /** The node that makes it in this run, or -1. */
  readonly node: number;
  /** A step that reads its own past: what lies before the first partition is not missing. */
  readonly isOwn: boolean;
  /** Its own window before, of which nothing is read. */
  readonly isPast: boolean;
  /** Whether the body may run without the value. */
  readonly optional: boolean;
}

/** Whether a step of this run has made an asset, for the n-th of its partitions. */
export type WasMade = (step: number, key: string, nth: number) => boolean;

/** One asset that a step reads, with the cells of its space; undefined without partitions. */
export interface ReadAsset {
  readonly key: string;
  readonly name: string | undefined;
  /** The node that makes it in this run, or -1. */
  readonly node: number;
  readonly cells: Subset | undefined;
  /** Whether the body may run without the value. */
  readonly optional: boolean;
}

/** Reads the inputs of the steps of a run. */
export class InputReader {
  readonly #graph: StepGraph;
  readonly #wiring: Wiring;
  readonly #mappings: PlanMappings;
  readonly #wasMade: WasMade;
  readonly #byNode: Map<number, readonly NodeInput[]> = new Map();

  constructor(graph: StepGraph, wiring: Wiring, mappings: PlanMappings, wasMade: WasMade) {
    this.#graph = graph;
    this.#wiring = wiring;
    this.#mappings = mappings;
    this.#wasMade = wasMade;
  }

  /** Loads what a step reads: at once where its managers answer at once. */
  load(step: number): NamedValues | Promise<NamedValues> {
    const inputs = this.#inputs(this.#graph.nodeOf(step));
    const values: Record<string, unknown> = {};
    const waiting: Promise<void>[] = [];
    for (const input of inputs) {
      const { name } = input;
      if (name === undefined) continue;
      const value = this.#value(step, input);
      setValue(values, name, undefined);
      if (!isThenable(value)) {
        setValue(values, name, value);
        continue;
      }
      const loading = Promise.resolve(value).then((loaded) => setValue(values, name, loaded));
      loading.catch(ignore);
      waiting.push(loading);
    }
    return waiting.length === 0 ? values : Promise.all(waiting).then(() => values);
  }

  /** The assets that a step reads, those that only order it included. */
  readBy(step: number): readonly ReadAsset[] {
    return this.#inputs(this.#graph.nodeOf(step)).map(({ key, name, node, mapping, optional }) => ({
      key,
      name,
      node,
      optional,
      cells: mapping && readCells(mapping, this.#cells(step)),
    }));
  }

  /** The inputs whose data versions go into the version of what a step makes of its partition at a place. */
  versioned(step: number, place: number): readonly VersionedInput[] {
    const cells = this.#cells(step);
    const cell = cells && rangeSubset(cells.at(place), cells.at(place) + 1);
    const read = this.#inputs(this.#graph.nodeOf(step)).filter(({ isPast }) => !isPast);
    return read.map(({ key, manager, mapping }) => ({
      asset: key,
      manager,
      partitions: mapping && keysOf(mapping.upstream, readCells(mapping, cell)),
    }));
  }

  #value(step: number, input: NodeInput): unknown {
    const { key, manager, mapping, shape, isOwn, optional } = input;
    if (!mapping) return this.#load(input, undefined, undefined);
    const cells = this.#cells(step);
    const { existing, missing } = mapping.toUpstream(cells ?? rangeSubset(0, 1));
    if (missing.length > 0 && !isOwn && !optional) throw nonexistent(this.#declaration(step), key, missing);
    if (shape === "many") {
      const subset = optional ? this.#made(input, existing) : existing;
      return openPartitioned({ manager, asset: key, space: mapping.upstream, subset });
    }
    if (existing.size > 0) return this.#load(input, mapping.upstream.keyAt(existing.at(0)), existing.at(0));
    if (!optional) throw nonexistent(this.#declaration(step), key, []);
    return undefined;
  }

  #load(input: NodeInput, partition: string | undefined, cell: number | undefined): unknown {
    const { key, manager, optional } = input;
    if (!optional) return manager.load({ asset: key, partition });
    return this.#isThere(input, cell) ? loadIfAny(manager, { asset: key, partition }) : undefined;
  }

  /** Whether there can be a value of an optional input: in this run it was made, or not asked for. */
  #isThere({ node, key }: NodeInput, cell: number | undefined): boolean {
    if (node < 0) return true;
    const set = this.#graph.set(node);
    if (!set || cell === undefined) return this.#wasMade(this.#graph.firstSteps[node], key, 0);
    if (!set.subset.has(cell)) return true;
    const place = set.subset.rank(cell);
    const step = this.#graph.stepAt(node, place);
    return this.#wasMade(step, key, place - this.#graph.placesOf(step).first);
  }

  /** Those cells of an optional input that can have a value. */
  #made(input: NodeInput, cells: Subset): Subset {
    return subsetOf([...cells.indices()].filter((cell) => this.#isThere(input, cell)));
  }

  /** The cells of a step; undefined without partitions. */
  #cells(step: number): Subset | undefined {
    const set = this.#graph.set(this.#graph.nodeOf(step));
    if (!set) return undefined;
    const { first, count } = this.#graph.placesOf(step);
    const start = set.subset.at(first);
    if (count === 1) return rangeSubset(start, start + 1);
    return set.subset.intersect(rangeSubset(start, set.subset.at(first + count - 1) + 1));
  }

  #inputs(node: number): readonly NodeInput[] {
    const known = this.#byNode.get(node);
    if (known) return known;
    const inputs = this.#wireInputs(node);
    this.#byNode.set(node, inputs);
    return inputs;
  }

  #wireInputs(node: number): readonly NodeInput[] {
    const { definitions, managerOf } = this.#wiring;
    const rank = this.#graph.plan.ranks[node];
    const step = definitions.steps[rank];
    return step.inputs.map((input) => {
      const assetRank = definitions.graph.rankOf(input.key) as number;
      const { partitions } = definitions.assets[assetRank];
      const isMany = step.batch && partitions !== undefined;
      return {
        name: input.name,
        key: input.key,
        manager: managerOf(assetRank),
        shape: isMany ? "many" : inputShape(input.mapping, step.partitions, partitions),
        mapping: partitions && this.#mappings.of(step, input, partitions),
        node: this.#graph.nodeOfRank(definitions.stepOfAsset[assetRank]),
        isOwn: isOwnOutput(step, input.key),
        isPast: input.isPast === true,
        optional: input.optional,
      };
    });
  }

  #declaration(step: number): StepDeclaration {
    return this.#wiring.definitions.steps[this.#graph.rankOfSteps[step]];
  }
}

/** Sets a value under a name that a user chose, whatever it is. */
export function setValue(values: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== "__proto__") values[name] = value;
  else Object.defineProperty(values, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Loads a value; undefined when nothing was ever kept. */
function loadIfAny(manager: IOManager, address: ValueAddress): unknown {
  try {
    const value = manager.load(address);
    return isThenable(value) ? Promise.resolve(value).catch(undefinedIfMissing) : value;
  } catch (error) {
    return undefinedIfMissing(error);
  }
}

function undefinedIfMissing(error: unknown): undefined {
  if (!(error instanceof SluiceError) || error.code !== "VALUE_MISSING") throw error;
}

/** The upstream cells that some downstream cells read; `undefined` is the one cell of an unpartitioned step. */
function readCells(mapping: ResolvedMapping, cells: Subset | undefined): Subset {
  if (cells && cells.size > 1) return mapping.toUpstream(cells).existing;
  const read = createSubsetBuilder();
  mapping.eachUpstreamRange(cells ? cells.at(0) : 0, (start, end) => read.addRange(start, end));
  return read.build();
}

function keysOf(space: PartitionSpace, cells: Subset): readonly string[] {
  return Array.from(cells.indices(), (cell) => space.keyAt(cell));
}

function nonexistent(step: StepDeclaration, key: string, missing: readonly string[]): SluiceError {
  const [first] = missing;
  const others = missing.length > 1 ? ` and ${missing.length - 1} more` : "";
  const what = first === undefined
    ? "a partition that does not exist"
    : `partition ${JSON.stringify(first)}${others}`;
  return new SluiceError({
    code: "PARTITION_UNKNOWN",
    message: `${step.name} reads ${what} of ${key}${first === undefined ? "" : ", which does not exist"}.`,
    path: ["steps", step.name, "inputs", key],
    hint: "Begin later, or give the dependency a mapping that leaves out what does not exist.",
  });
}

function ignore(): void {}
