/** Declarations by number: which step makes which asset, and which asset stands behind each input. */
import type { Check } from "./assets/check.ts";
import type { Asset, StepDeclaration } from "./assets/declaration.ts";

/**
 * Steps and inputs as integers, made in one pass: large graphs are bound by memory, and every further walk over the
 * declarations costs as much as this one.
 */
export interface Links {
  readonly assets: readonly Asset[];
  readonly steps: readonly StepDeclaration[];
  /** The number of the step that makes an asset, by the asset's number. */
  readonly stepOfAsset: Int32Array;
  /** The inputs of step `s` are `offsets[s]` up to but not including `offsets[s + 1]`. */
  readonly offsets: Int32Array;
  /** The number of the asset behind each input, or -1 when no listed asset has its key. */
  readonly targets: Int32Array;
  /** Whether no two assets have the same key, to the letter. */
  readonly isDistinct: boolean;
}

/** Links declarations. Of two assets with one key the first counts. */
export function linkSteps(assets: readonly Asset[], checks: readonly Check[]): Links {
  const numbers = new Map<string, number>();
  for (let number = assets.length - 1; number >= 0; number--) numbers.set(assets[number].key, number);
  const { steps, stepOfAsset } = numberSteps(assets, checks);
  const offsets = new Int32Array(steps.length + 1);
  for (let number = 0; number < steps.length; number++) {
    offsets[number + 1] = offsets[number] + steps[number].inputs.length;
  }
  const targets = new Int32Array(offsets[steps.length]);
  for (let number = 0, next = 0; number < steps.length; number++) {
    const { inputs } = steps[number];
    for (let index = 0; index < inputs.length; index++) {
      targets[next++] = numbers.get(inputs[index].key) ?? -1;
    }
  }
  return { assets, steps, stepOfAsset, offsets, targets, isDistinct: numbers.size === assets.length };
}

/** Every step once, in the order of its first asset; checks follow. */
function numberSteps(
  assets: readonly Asset[],
  checks: readonly Check[],
): Pick<Links, "steps" | "stepOfAsset"> {
  const steps: StepDeclaration[] = [];
  const stepOfAsset = new Int32Array(assets.length);
  const shared = new Map<StepDeclaration, number>();
  for (let number = 0; number < assets.length; number++) {
    const step = assets[number]["~step"];
    const known = step.outputs.length > 1 ? shared.get(step) : undefined;
    stepOfAsset[number] = known ?? steps.length;
    if (known !== undefined) continue;
    if (step.outputs.length > 1) shared.set(step, steps.length);
    steps.push(step);
  }
  for (const check of checks) steps.push(check["~step"]);
  return { steps, stepOfAsset };
}
