/** What the run loop needs of definitions, as integers and handles: worked out once and shared by all runs. */
import type { Asset, StepDeclaration, StepInput } from "../model/assets/declaration.ts";
import type { Definitions } from "../model/definitions.ts";
import type { FindManager } from "../io/managers.ts";
import type { IOManager, ValueTable } from "../io/manager.ts";
import type { Cooperative } from "../planner/cooperative.ts";
import type { StepHooks } from "../model/step/hooks.ts";
import type { TriggerRule } from "../model/assets/trigger_rule.ts";
import type { BodyContext } from "./step/context.ts";
import { hasAny } from "./step/facts.ts";

/** What is special about a step; a step without any of these bits takes the short way. */
export const TRAIT = {
  /** Inputs have to be gathered before the body runs: partitions, or managers that may take their time. */
  GATHERS: 1,
  /** Its outputs take more than putting one plain value into the table. */
  ELABORATE: 2,
  /** It uses resources. */
  RESOURCES: 4,
  /** It has gates to pass: see src/runtime/gates. */
  GATED: 8,
} as const;

/** A body with its types worn off. */
export type Body = (context: BodyContext) => unknown;

/** Gives what is called in the place of a body that does not run inline. */
export type Isolate = (definitions: Definitions, declaration: StepDeclaration) => Body;

/** The names of a step's inputs; undefined for those that only order it. */
export type InputNames = readonly (string | undefined)[];

/** Definitions as the run loop reads them; by rank of `definitions.steps` unless said otherwise. */
export interface Wiring {
  readonly definitions: Definitions;
  /** Bits of {@linkcode TRAIT}. */
  readonly traits: Uint8Array;
  readonly bodies: readonly Body[];
  /** Longest time of an attempt; `Infinity` for no limit. */
  readonly timeoutsMs: Float64Array;
  /** The table of the manager that has one; of several the first. */
  readonly table: ValueTable | undefined;
  /** Where in the table the value of a step lies; -1 when it lies elsewhere. */
  readonly outputPlaces: Int32Array;
  /** The inputs of step `r` are `inputStarts[r]` up to but not including `inputStarts[r + 1]`. */
  readonly inputStarts: Int32Array;
  /** For each input where in the table its value lies; -1 when it lies elsewhere. */
  readonly inputPlaces: Int32Array;
  /** Names of inputs; steps with the same names share a list. */
  readonly inputNames: readonly InputNames[];
  /** Ranks of the steps that take config. */
  readonly configured: readonly number[];
  /** Trigger rules of the steps that have one. */
  readonly triggerRules: ReadonlyMap<number, TriggerRule>;
  /** Hooks of the steps that have some. */
  readonly hooks: ReadonlyMap<number, StepHooks>;
  /** Ranks of the steps that can be undone. */
  readonly undoable: ReadonlySet<number>;
  /** Priorities, the highest first; one for most definitions. */
  readonly priorities: readonly number[];
  /** Gives the manager of an asset by its rank. */
  readonly managerOf: (rank: number) => IOManager;
  /** Whether any manager is ephemeral. */
  readonly isEphemeral: boolean;
}

const SLICE = 256;

/**
 * Wires definitions to the managers that keep their values. Throws what `findManager` throws.
 *
 * The loop reads these arrays one after the other, and never the declarations themselves: those lie anywhere in
 * memory, and fetching them costs more than running a small step.
 */
export function* wireDefinitions(
  definitions: Definitions,
  findManager: FindManager,
  isolate?: Isolate,
): Cooperative<Wiring> {
  const { assets, steps } = definitions;
  const values = new ValueWiring(assets.length);
  for (let start = 0; start < assets.length; start += SLICE, yield) {
    values.wire(assets, start, Math.min(start + SLICE, assets.length), findManager);
  }
  const wiring = new StepWiring(definitions, values.places, isolate);
  for (let start = 0; start < steps.length; start += SLICE, yield) {
    wiring.wire(start, Math.min(start + SLICE, steps.length));
  }
  return wiring.finish(values);
}

/** Where the values of assets lie, by rank of the asset. */
class ValueWiring {
  /** -1 for those that are not in the table, or have partitions. */
  readonly places: Int32Array;
  table: ValueTable | undefined = undefined;
  readonly #managers: IOManager[] = [];
  readonly #numbers: Map<IOManager, number> = new Map();
  readonly #numberOf: Uint16Array;

  constructor(size: number) {
    this.places = new Int32Array(size);
    this.#numberOf = new Uint16Array(size);
  }

  get isEphemeral(): boolean {
    return this.#managers.some(({ ephemeral }) => ephemeral);
  }

  wire(assets: readonly Asset[], start: number, end: number, findManager: FindManager): void {
    for (let rank = start; rank < end; rank++) {
      const { key, partitions } = assets[rank];
      const manager = findManager(assets[rank]);
      this.#numberOf[rank] = this.#numbers.get(manager) ?? this.#add(manager);
      const isInTable = partitions === undefined && manager.table !== undefined &&
        manager.table === this.table;
      this.places[rank] = isInTable ? manager.table.placeOf(key) : -1;
    }
  }

  managerOf(rank: number): IOManager {
    return this.#managers[this.#numberOf[rank]];
  }

  #add(manager: IOManager): number {
    const number = this.#managers.push(manager) - 1;
    this.#numbers.set(manager, number);
    this.table ??= manager.table;
    return number;
  }
}

/** What is known of steps, by rank. */
class StepWiring {
  readonly #definitions: Definitions;
  readonly #isolate: Isolate | undefined;
  readonly #places: Int32Array;
  readonly #traits: Uint8Array;
  readonly #bodies: Body[];
  readonly #timeoutsMs: Float64Array;
  readonly #outputPlaces: Int32Array;
  readonly #inputStarts: Int32Array;
  #inputPlaces: Int32Array;
  readonly #inputNames: InputNames[];
  readonly #configured: number[] = [];
  readonly #triggerRules: Map<number, TriggerRule> = new Map();
  readonly #hooks: Map<number, StepHooks> = new Map();
  readonly #undoable: Set<number> = new Set();
  readonly #priorities: Set<number> = new Set();
  readonly #lists: NameLists = new NameLists();

  /**
   * @param places Where the values of assets lie.
   * @param isolate Left out where every body runs inline, whatever its declaration says.
   */
  constructor(definitions: Definitions, places: Int32Array, isolate: Isolate | undefined) {
    this.#isolate = isolate;
    const { length } = definitions.steps;
    this.#definitions = definitions;
    this.#places = places;
    this.#traits = new Uint8Array(length);
    this.#bodies = new Array(length);
    this.#timeoutsMs = new Float64Array(length);
    this.#outputPlaces = new Int32Array(length);
    this.#inputStarts = new Int32Array(length + 1);
    this.#inputPlaces = new Int32Array(definitions.stepGraph.parents.length);
    this.#inputNames = new Array(length);
  }

  wire(start: number, end: number): void {
    for (let rank = start; rank < end; rank++) {
      const step = this.#definitions.steps[rank];
      this.#bodies[rank] = (step.run ?? noBody) as Body;
      this.#timeoutsMs[rank] = step.timeoutMs ?? Infinity;
      this.#outputPlaces[rank] = step.outputs.length === 1 ? this.#placeOf(step.outputs[0].key) : -1;
      this.#inputNames[rank] = this.#lists.share(step.inputs);
      const gathers = this.#wireInputs(rank, step);
      this.#traits[rank] = traitsOf(step, gathers, this.#outputPlaces[rank] >= 0);
      if (step.isolation && this.#isolate) this.#wireIsolated(rank, step, this.#isolate);
      this.#priorities.add(step.priority);
      if (step.triggerRule) this.#triggerRules.set(rank, step.triggerRule);
      if (step.hooks) this.#hooks.set(rank, step.hooks);
      if (step.undo) this.#undoable.add(rank);
      if (step.config) this.#configured.push(rank);
    }
  }

  finish(values: ValueWiring): Wiring {
    return {
      definitions: this.#definitions,
      traits: this.#traits,
      bodies: this.#bodies,
      timeoutsMs: this.#timeoutsMs,
      table: values.table,
      outputPlaces: this.#outputPlaces,
      inputStarts: this.#inputStarts,
      inputPlaces: this.#inputPlaces,
      inputNames: this.#inputNames,
      configured: this.#configured,
      triggerRules: this.#triggerRules,
      hooks: this.#hooks,
      undoable: this.#undoable,
      priorities: [...this.#priorities].sort((a, b) => b - a),
      managerOf: (rank) => values.managerOf(rank),
      isEphemeral: values.isEphemeral,
    };
  }

  /** Resources are opened where they are used. A process also reads its inputs, keeps its values and is timed itself. */
  #wireIsolated(rank: number, step: StepDeclaration, isolate: Isolate): void {
    this.#bodies[rank] = isolate(this.#definitions, step);
    this.#traits[rank] &= ~TRAIT.RESOURCES;
    if (step.isolation?.tier !== "process") return;
    this.#traits[rank] &= ~TRAIT.GATHERS;
    this.#traits[rank] |= TRAIT.ELABORATE;
    this.#timeoutsMs[rank] = Infinity;
  }

  /** Notes where the inputs of a step lie. True when they must be gathered before its body runs. */
  #wireInputs(rank: number, { inputs, partitions }: StepDeclaration): boolean {
    let gathers = partitions !== undefined;
    const start = this.#inputStarts[rank];
    this.#makeRoom(start + inputs.length);
    for (let index = 0; index < inputs.length; index++) {
      const { key, name, optional } = inputs[index];
      const place = this.#placeOf(key);
      this.#inputPlaces[start + index] = place;
      if (name !== undefined && (place < 0 || optional || name === "__proto__")) gathers = true;
    }
    this.#inputStarts[rank + 1] = start + inputs.length;
    return gathers;
  }

  /** There are about as many inputs as edges; more where several inputs have one upstream. */
  #makeRoom(length: number): void {
    if (length <= this.#inputPlaces.length) return;
    const longer = new Int32Array(Math.max(length, this.#inputPlaces.length * 2));
    longer.set(this.#inputPlaces);
    this.#inputPlaces = longer;
  }

  #placeOf(key: string): number {
    return this.#places[this.#definitions.graph.rankOf(key) as number];
  }
}

function noBody(): never {
  throw new TypeError("An asset that is made elsewhere has no body.");
}

function traitsOf(step: StepDeclaration, gathers: boolean, isInTable: boolean): number {
  let traits = gathers ? TRAIT.GATHERS : 0;
  if (!isInTable || isElaborate(step)) traits |= TRAIT.ELABORATE;
  if (hasAny(step.resources)) traits |= TRAIT.RESOURCES;
  if (hasGates(step)) traits |= TRAIT.GATED;
  return traits;
}

function hasGates({ pool, concurrency, resources }: StepDeclaration): boolean {
  return pool !== undefined || concurrency !== undefined ||
    hasAny(resources) && Object.values(resources).some(({ breaker }) => breaker !== undefined);
}

function isElaborate({ kind, outputs, batch, checks, elements }: StepDeclaration): boolean {
  if (kind !== "asset" || batch || elements || checks.length > 0) return true;
  const [{ schema, codeVersion }] = outputs;
  return schema !== undefined || codeVersion !== undefined;
}

/** Lists of input names, equal ones shared. */
class NameLists {
  readonly #known: Map<string, InputNames> = new Map();
  #last: InputNames = [];

  share(inputs: readonly StepInput[]): InputNames {
    if (isSame(this.#last, inputs)) return this.#last;
    const names = inputs.map(({ name }) => name);
    const text = JSON.stringify(names);
    const list = this.#known.get(text) ?? names;
    this.#known.set(text, list);
    this.#last = list;
    return list;
  }
}

function isSame(names: InputNames, inputs: readonly StepInput[]): boolean {
  if (names.length !== inputs.length) return false;
  for (let index = 0; index < names.length; index++) if (names[index] !== inputs[index].name) return false;
  return true;
}
