/** What the run loop needs of definitions, as integers and handles: worked out once and shared by all runs. */
import type { Asset, StepDeclaration } from "../model/assets/declaration.ts";
import type { Definitions } from "../model/definitions.ts";
import { inputShape } from "../model/partitions/infer.ts";
import type { FindManager } from "../io/managers.ts";
import type { IOManager, ValueSlot } from "../io/manager.ts";
import type { Cooperative } from "../planner/run.ts";

/** What is special about a step; a step without any of these bits takes the short way. */
export const TRAIT = {
  /** Inputs have to be gathered before the body runs: partitions, or managers that may take their time. */
  GATHERS: 1,
  /** Its outputs take more than putting one plain value into its slot. */
  ELABORATE: 2,
  /** It uses resources. */
  RESOURCES: 4,
  /** It needs the slot of a pool. */
  POOLED: 8,
} as const;

/** Definitions as the run loop reads them; by rank of `definitions.steps` unless said otherwise. */
export interface Wiring {
  readonly definitions: Definitions;
  /** Bits of {@linkcode TRAIT}. */
  readonly traits: Uint8Array;
  /** The inputs of step `r` are `inputStarts[r]` up to but not including `inputStarts[r + 1]`. */
  readonly inputStarts: Int32Array;
  /** For each input the rank of its asset. */
  readonly inputAssets: Int32Array;
  /** For each asset, by rank, where its values are kept. */
  readonly managers: readonly IOManager[];
  /** For each asset, by rank, its slot where the manager has slots. */
  readonly slots: readonly (ValueSlot | undefined)[];
  /** For each step the slot of its first output, where there is one. */
  readonly outputSlots: readonly (ValueSlot | undefined)[];
  /** Priorities, the highest first; one for most definitions. */
  readonly priorities: readonly number[];
  /** Whether any manager is ephemeral. */
  readonly isEphemeral: boolean;
}

const SLICE = 1_024;

/** Wires definitions to the managers that keep their values. Throws what `findManager` throws. */
export function* wireDefinitions(definitions: Definitions, findManager: FindManager): Cooperative<Wiring> {
  const { assets, steps, graph, stepOfAsset } = definitions;
  const managers = new Array<IOManager>(assets.length);
  const slots = new Array<ValueSlot | undefined>(assets.length);
  const outputSlots = new Array<ValueSlot | undefined>(steps.length);
  for (let rank = 0; rank < assets.length; rank++) {
    managers[rank] = findManager(assets[rank]);
    slots[rank] = managers[rank].slot?.(assets[rank].key);
    if (steps[stepOfAsset[rank]].outputs[0] === assets[rank]) outputSlots[stepOfAsset[rank]] = slots[rank];
    if (rank % SLICE === SLICE - 1) yield;
  }
  const inputStarts = countInputs(steps);
  const inputAssets = new Int32Array(inputStarts[steps.length]);
  const traits = new Uint8Array(steps.length);
  const priorities = new Set<number>();
  for (let rank = 0; rank < steps.length; rank++) {
    const { inputs, priority } = steps[rank];
    for (let index = 0; index < inputs.length; index++) {
      inputAssets[inputStarts[rank] + index] = graph.rankOf(inputs[index].key) as number;
    }
    const inputRanks = inputAssets.subarray(inputStarts[rank], inputStarts[rank + 1]);
    traits[rank] = traitsOf(steps[rank], inputRanks, assets, managers, outputSlots[rank] !== undefined);
    priorities.add(priority);
    if (rank % SLICE === SLICE - 1) yield;
  }
  return {
    definitions,
    traits,
    inputStarts,
    inputAssets,
    managers,
    slots,
    outputSlots,
    priorities: [...priorities].sort((a, b) => b - a),
    isEphemeral: managers.some((manager) => manager.ephemeral),
  };
}

function countInputs(steps: readonly StepDeclaration[]): Int32Array {
  const starts = new Int32Array(steps.length + 1);
  for (let rank = 0; rank < steps.length; rank++) starts[rank + 1] = starts[rank] + steps[rank].inputs.length;
  return starts;
}

function traitsOf(
  step: StepDeclaration,
  inputs: Int32Array,
  assets: readonly Asset[],
  managers: readonly IOManager[],
  hasSlot: boolean,
): number {
  let traits = 0;
  if (!hasSlot || isElaborate(step)) traits |= TRAIT.ELABORATE;
  if (hasAny(step.resources)) traits |= TRAIT.RESOURCES;
  if (step.pool !== undefined) traits |= TRAIT.POOLED;
  for (let index = 0; index < inputs.length; index++) {
    const rank = inputs[index];
    const isRead = step.inputs[index].name !== undefined;
    if (isRead && (assets[rank].partitions || !managers[rank].slot)) traits |= TRAIT.GATHERS;
  }
  if (step.partitions) traits |= TRAIT.GATHERS;
  return traits;
}

function isElaborate(step: StepDeclaration): boolean {
  if (step.kind !== "asset" || step.partitions || step.batch || step.checks.length > 0) return true;
  const [{ schema, codeVersion }] = step.outputs;
  return schema !== undefined || codeVersion !== undefined;
}

function hasAny(record: object): boolean {
  for (const _name in record) return true;
  return false;
}

/** How each input of a step arrives, in the order of declaration; undefined where no value is read. */
export function inputShapes(
  definitions: Definitions,
  step: StepDeclaration,
): readonly ("one" | "many" | undefined)[] {
  return step.inputs.map((input) => {
    if (input.name === undefined) return undefined;
    const { partitions } = definitions.asset(input.key);
    return step.batch && partitions ? "many" : inputShape(input.mapping, step.partitions, partitions);
  });
}
