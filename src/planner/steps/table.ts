/** What the step numbers of a planned run mean. */
import type { Asset, StepDeclaration } from "../../model/assets/declaration.ts";
import type { Definitions } from "../../model/definitions.ts";
import type { PartitionSpace } from "../../model/partitions/space.ts";
import { encodeSubset, type PartitionIdentity, type StoredSubset } from "../../model/partitions/stored.ts";
import type {
  Catalogue,
  CatalogueNode,
  PlannedNode,
  PlannedOutput,
  StepOutline,
  StepSet,
  StepTable,
} from "../../model/events/step_table.ts";
import type { Subset } from "../../model/partitions/subset.ts";
import type { PlannedSet, RunPlan } from "../plan.ts";
import type { Rows } from "./edges.ts";
import { type Layout, nodeOfRank, nodeSteps, stepOfNth } from "./layout.ts";

/**
 * The steps of a run and the edges between them. Numbers from `count` on are barriers: they have no body, and pass
 * on at once when all that they wait for is done. None of the arrays may be written to.
 */
export interface StepGraph extends StepTable {
  readonly plan: RunPlan;
  /** Steps and barriers together. */
  readonly size: number;
  readonly children: Rows;
  readonly parents: Rows;
  /** The node of each step. May be longer than needed. */
  readonly nodeOfSteps: Int32Array;
  /** The rank of each step in `plan.definitions.steps`. */
  readonly rankOfSteps: Int32Array;
  /** The first step of each node, and behind them the number of steps. May be longer than needed. */
  readonly firstSteps: Int32Array;
  /** The node of a rank of `plan.definitions.steps`, or -1 when it is not planned. */
  nodeOfRank(rank: number): number;
  /** The partitions of a node; undefined without partitions. */
  set(node: number): PlannedSet | undefined;
  /** The assets that the run makes by a node, in the order of declaration. */
  outputs(node: number): readonly Asset[];
  /** The partitions of a step as places `[first, first + count)` in the set of its node. */
  placesOf(step: number): { readonly first: number; readonly count: number };
  /** The step that makes the partition at a place in the set of a node. */
  stepAt(node: number, place: number): number;
}

/** The graph of a layout and its edges. */
export class PlannedSteps implements StepGraph {
  readonly plan: RunPlan;
  readonly count: number;
  readonly nodeCount: number;
  readonly size: number;
  readonly children: Rows;
  readonly parents: Rows;
  readonly nodeOfSteps: Int32Array;
  readonly rankOfSteps: Int32Array;
  readonly firstSteps: Int32Array;
  readonly #layout: Layout;
  readonly #catalogue: Catalogue;
  #outline: StepOutline | undefined = undefined;

  constructor(
    layout: Layout,
    catalogue: Catalogue,
    edges: { readonly size: number; readonly children: Rows; readonly parents: Rows },
  ) {
    this.plan = layout.plan;
    this.count = layout.count;
    this.nodeCount = layout.nodeCount;
    this.nodeOfSteps = layout.nodeOfSteps;
    this.rankOfSteps = layout.rankOfSteps;
    this.firstSteps = layout.firstSteps;
    this.size = edges.size;
    this.children = edges.children;
    this.parents = edges.parents;
    this.#layout = layout;
    this.#catalogue = catalogue;
  }

  get outline(): StepOutline {
    return this.#outline ??= {
      catalogue: this.#catalogue,
      rows: this.plan.ranks,
      sets: this.#stepSets(),
      outputs: this.#chosenOutputs(),
    };
  }

  nodeOf(step: number): number {
    return this.nodeOfSteps[step];
  }

  nodeOfRank(rank: number): number {
    return nodeOfRank(this.#layout, rank);
  }

  set(node: number): PlannedSet | undefined {
    return this.plan.sets.get(this.plan.ranks[node]);
  }

  outputs(node: number): readonly Asset[] {
    const rank = this.plan.ranks[node];
    const { outputs } = this.plan.definitions.steps[rank];
    return this.plan.outputs.get(rank)?.map((output) => outputs[output]) ?? outputs;
  }

  node(position: number): PlannedNode {
    const { declaration, firstStep, stepCount, chunkSize } = nodeSteps(this.#layout, position);
    const set = this.outline.sets.get(position);
    return {
      ...catalogueNode(declaration),
      outputs: this.outputs(position).map(plannedOutput),
      firstStep,
      stepCount,
      chunkSize,
      partitions: set?.partitions ?? UNIT,
      partitionCount: set?.count ?? 1,
    };
  }

  placesOf(step: number): { readonly first: number; readonly count: number } {
    const { subset, firstStep, chunkSize } = nodeSteps(this.#layout, this.nodeOfSteps[step]);
    const first = (step - firstStep) * chunkSize;
    return { first, count: Math.min(chunkSize, (subset?.size ?? 1) - first) };
  }

  stepAt(node: number, place: number): number {
    return stepOfNth(nodeSteps(this.#layout, node), place);
  }

  partitionKeys(step: number): readonly string[] {
    return this.#perCell(step, (space, cell) => space.keyAt(cell));
  }

  identities(step: number): readonly PartitionIdentity[] {
    return this.#perCell(step, identityAt);
  }

  #stepSets(): ReadonlyMap<number, StepSet> {
    const sets = new Map<number, StepSet>();
    const stored = new SharedSets();
    for (const rank of this.plan.sets.keys()) {
      const node = this.nodeOfRank(rank);
      const { declaration, chunkSize } = nodeSteps(this.#layout, node);
      const { space, subset } = this.plan.sets.get(rank) as PlannedSet;
      const partitions = stored.get(space, subset, () => encodeSubset(declaration.partitions, space, subset));
      sets.set(node, { partitions, count: subset.size, chunkSize });
    }
    return sets;
  }

  #chosenOutputs(): ReadonlyMap<number, readonly number[]> {
    const outputs = new Map<number, readonly number[]>();
    for (const [rank, positions] of this.plan.outputs) outputs.set(this.nodeOfRank(rank), positions);
    return outputs;
  }

  #perCell<T>(step: number, read: (space: PartitionSpace, cell: number) => T): readonly T[] {
    const set = this.set(this.nodeOfSteps[step]);
    if (!set) return NOTHING;
    const { first, count } = this.placesOf(step);
    return Array.from({ length: count }, (_, nth) => read(set.space, set.subset.at(first + nth)));
  }
}

/** Stored sets of the nodes of a run; those with the same partitions share one. */
class SharedSets {
  readonly #sets: Map<PartitionSpace, Map<Subset, StoredSubset>> = new Map();

  get(space: PartitionSpace, subset: Subset, encode: () => StoredSubset): StoredSubset {
    const bySubset = this.#sets.get(space) ?? new Map<Subset, StoredSubset>();
    const stored = bySubset.get(subset) ?? encode();
    this.#sets.set(space, bySubset.set(subset, stored));
    return stored;
  }
}

const UNIT: StoredSubset = Object.freeze({ kind: "unit" });
const NOTHING: readonly never[] = Object.freeze([]);

/** The step declarations of definitions, by rank. Make one and share it: stores keep its rows once for all runs. */
export function catalogueOf({ steps }: Definitions): Catalogue {
  return { size: steps.length, node: (rank) => catalogueNode(steps[rank]) };
}

function catalogueNode({ name, kind, outputs }: StepDeclaration): CatalogueNode {
  return { step: name, kind: kind as CatalogueNode["kind"], outputs: outputs.map(plannedOutput) };
}

function plannedOutput({ key, codeVersion }: Asset): PlannedOutput {
  return { asset: key, codeVersion };
}

/** What a partition is known by for good. */
function identityAt(space: PartitionSpace, cell: number): PartitionIdentity {
  switch (space.kind) {
    case "unit":
      return "";
    case "time":
      return space.startAt(cell);
    case "names":
      return space.keyAt(cell);
    case "multi":
      return space.dimensions.map(({ space: dimension, stride }) =>
        identityAt(dimension, Math.floor(cell / stride) % dimension.size) as number | string
      );
  }
}
