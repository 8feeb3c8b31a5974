/** From selected assets to the step declarations that a run needs for them. */
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import type { Definitions } from "../../model/definitions.ts";
import { SluiceError } from "../../model/issue.ts";
import { ranksIn } from "../../model/reach.ts";
import type { Cooperative } from "../cooperative.ts";

/** Step declarations to run, and which outputs of those that can make a part. */
export interface SelectedSteps {
  /** Ranks in `definitions.steps`, ascending. */
  readonly ranks: Int32Array;
  /** Positions of the outputs asked for, where not all are, by rank. */
  readonly outputs: ReadonlyMap<number, readonly number[]>;
}

/** How many assets are looked at between two pauses. */
const SLICE = 1 << 14;

/** The steps that make the selected assets, and their checks. External assets are left out. */
export function* stepsOf(
  definitions: Definitions,
  assets: Uint8Array,
  withChecks: boolean,
): Cooperative<SelectedSteps> {
  const chosen = new Uint8Array(definitions.isExternal.length);
  for (let rank = 0; rank < assets.length; rank += SLICE, yield) {
    chooseSteps(definitions, assets, chosen, rank, Math.min(rank + SLICE, assets.length));
  }
  const outputs = partialOutputs(definitions, assets, chosen);
  if (withChecks) chooseChecks(definitions, assets, chosen);
  yield;
  return { ranks: ranksIn(chosen), outputs };
}

function chooseSteps(
  { stepOfAsset, isExternal }: Definitions,
  assets: Uint8Array,
  chosen: Uint8Array,
  start: number,
  end: number,
): void {
  for (let rank = start; rank < end; rank++) {
    if (assets[rank] && !isExternal[stepOfAsset[rank]]) chosen[stepOfAsset[rank]] = 1;
  }
}

function partialOutputs(
  definitions: Definitions,
  assets: Uint8Array,
  chosen: Uint8Array,
): ReadonlyMap<number, readonly number[]> {
  const outputs = new Map<number, readonly number[]>();
  if (definitions.steps.length === definitions.assets.length && definitions.checks.length === 0) {
    return outputs;
  }
  for (let rank = 0; rank < chosen.length; rank++) {
    const step = definitions.steps[rank];
    if (!chosen[rank] || step.outputs.length < 2) continue;
    const positions = step.outputs.flatMap((output, position) =>
      assets[definitions.graph.rankOf(output.key) as number] ? [position] : []
    );
    if (positions.length === step.outputs.length) continue;
    if (!step.subsettable) throw mustBeWhole(step, positions);
    outputs.set(rank, positions);
  }
  return outputs;
}

function mustBeWhole(step: StepDeclaration, positions: readonly number[]): SluiceError {
  const absent = step.outputs.filter((_, position) => !positions.includes(position)).map((output) =>
    output.key
  );
  return new SluiceError({
    code: "PLAN_INVALID",
    message: `The multi-asset ${step.name} makes all its outputs at once, and ${absent.join(", ")} ${
      absent.length === 1 ? "is" : "are"
    } not selected.`,
    path: ["select"],
    hint: `Select ${absent.join(" and ")} as well, or declare the multi-asset subsettable.`,
  });
}

function chooseChecks(definitions: Definitions, assets: Uint8Array, chosen: Uint8Array): void {
  if (definitions.checks.length === 0) return;
  definitions.steps.forEach((step, rank) => {
    if (step.check && assets[definitions.graph.rankOf(step.check.asset) as number]) chosen[rank] = 1;
  });
}
