/** Scope: which partitions of a step a plan takes by itself, before what follows from its upstream. */
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import { emptySubset, fullSubset } from "../../model/partitions/subset.ts";
import type { Subset } from "../../model/partitions/subset.ts";
import type { PlanningContext } from "../context.ts";
import type { PlannedReason } from "../plan.ts";
import type { PlanScope } from "../request.ts";
import type { Staleness } from "./staleness.ts";

/** Reasons to make partitions of a step that lie in the given scope. */
export function scopeReasons(
  context: PlanningContext,
  step: StepDeclaration,
  outputs: readonly number[] | undefined,
  scope: PlanScope,
  staleness: Staleness,
): readonly PlannedReason[] {
  if (step.kind === "check") return [];
  switch (scope) {
    case "all":
      return [];
    case "missing":
      return missingReasons(context, step, outputs);
    case "failed":
      return failedReasons(context, step, outputs);
    case "stale":
      return [...missingReasons(context, step, outputs), ...staleness.reasons(step, outputs)];
  }
}

function missingReasons(
  context: PlanningContext,
  step: StepDeclaration,
  outputs: readonly number[] | undefined,
): readonly PlannedReason[] {
  const everything = fullSubset(context.space(step.partitions).size);
  let missing = emptySubset();
  let lost = emptySubset();
  for (const key of outputKeys(step, outputs)) {
    missing = missing.union(everything.minus(context.factsOf(key).materialized));
    lost = lost.union(context.lost.get(key) ?? emptySubset());
  }
  const reasons: PlannedReason[] = [];
  if (missing.size > 0) reasons.push({ reason: { kind: "missing" }, subset: missing });
  if (lost.size > 0) reasons.push({ reason: { kind: "file-missing" }, subset: lost });
  return reasons;
}

function failedReasons(
  context: PlanningContext,
  step: StepDeclaration,
  outputs: readonly number[] | undefined,
): readonly PlannedReason[] {
  const failed = outputKeys(step, outputs)
    .map((key) => context.factsOf(key).failed)
    .reduce((all: Subset, some) => all.union(some), emptySubset());
  return failed.size > 0 ? [{ reason: { kind: "failed" }, subset: failed }] : [];
}

function outputKeys(step: StepDeclaration, outputs: readonly number[] | undefined): readonly string[] {
  const chosen = outputs ? outputs.map((position) => step.outputs[position]) : step.outputs;
  return chosen.map((output) => output.key);
}
