/** What steps that depend on their past lack: the window before, where it is not in the plan either. */
import type { AssetFacts } from "../../model/events/facts.ts";
import type { PartitionSpace } from "../../model/partitions/space.ts";
import type { Subset } from "../../model/partitions/subset.ts";
import type { PlanningContext } from "../context.ts";
import type { RunPlan } from "../plan.ts";

/** A window that a step cannot be made for. */
export interface PastGap {
  /** The rank of the step in `definitions.steps`. */
  readonly rank: number;
  /** The place of its window in the set of the plan. */
  readonly place: number;
  /** The key of the window before. */
  readonly before: string;
  /** What is recorded of that: nothing, or a failure. */
  readonly is: "missing" | "failed";
}

/** The gaps of a plan. The first window has no past; a window in the plan is waited for. */
export function pastGaps(
  context: PlanningContext,
  { definitions, sets }: Pick<RunPlan, "definitions" | "sets">,
): readonly PastGap[] {
  const gaps: PastGap[] = [];
  for (const [rank, { space, subset }] of sets) {
    const { dependsOnPast, outputs } = definitions.steps[rank];
    if (!dependsOnPast) continue;
    const facts = outputs.map(({ key }) => context.factsOf(key));
    for (const before of windowsBefore(subset)) {
      const is = stateOf(facts, before);
      if (is === "made") continue;
      gaps.push({ rank, place: subset.rank(before + 1), before: keyAt(space, before), is });
    }
  }
  return gaps;
}

/** The windows before those of a set that are not in it. */
function windowsBefore(subset: Subset): readonly number[] {
  const before: number[] = [];
  subset.eachRange((start) => {
    if (start > 0) before.push(start - 1);
  });
  return before;
}

function stateOf(facts: readonly AssetFacts[], window: number): "made" | "missing" | "failed" {
  if (facts.some(({ failed }) => failed.has(window))) return "failed";
  return facts.every(({ materialized }) => materialized.has(window)) ? "made" : "missing";
}

function keyAt(space: PartitionSpace, window: number): string {
  return space.keyAt(window);
}

/** Why a step does not run, in a sentence. */
export function describeGap({ before, is }: Pick<PastGap, "before" | "is">): string {
  const what = is === "failed" ? "has failed" : "was never made";
  return `it depends on its past, and the window before, ${before}, ${what}`;
}
