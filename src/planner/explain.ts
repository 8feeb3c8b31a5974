/** Explanations: why each step is in a plan. */
import { fullSubset } from "../model/partitions/subset.ts";
import type { PlannedReason, RunPlan } from "./plan.ts";
import { formatReason, type Reason } from "./reason.ts";

/** Why one step is in a plan. */
export interface Explanation {
  /** The name of the step declaration. */
  readonly step: string;
  /** The reasons with the partitions they hold for, as keys of the first and last and their number. */
  readonly because: readonly {
    readonly reason: Reason;
    readonly text: string;
    /** Absent for a step without partitions. */
    readonly partitions?: { readonly count: number; readonly first: string; readonly last: string };
  }[];
}

const SELECTED: readonly PlannedReason[] = [{ reason: { kind: "selected" }, subset: undefined }];

/**
 * Why each step of a plan is in it, in the plan's order.
 *
 * @example
 * ```ts
 * import { createOrchestrator, defineAsset, definitions, explain } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const one = defineAsset({ key: "one", run: () => 1 });
 * await using orchestrator = createOrchestrator(definitions({ assets: [one] }), { store: "memory" });
 * const plan = await orchestrator.plan({ scope: "missing" });
 * assert.equal(explain(plan)[0].because[0].text, "never materialized");
 * ```
 */
export function explain(plan: RunPlan): readonly Explanation[] {
  return Array.from(plan.ranks, (rank) => explainStep(plan, rank));
}

function explainStep(plan: RunPlan, rank: number): Explanation {
  const set = plan.sets.get(rank);
  const reasons = plan.reasons.get(rank) ?? SELECTED;
  const because = reasons.flatMap(({ reason, subset }) => {
    const text = formatReason(reason, plan.nowMs);
    if (!set) return [{ reason, text }];
    const cells = (subset ?? fullSubset(set.space.size)).intersect(set.subset);
    if (cells.size === 0) return [];
    const first = set.space.keyAt(cells.at(0));
    const last = set.space.keyAt(cells.at(cells.size - 1));
    return [{ reason, text, partitions: { count: cells.size, first, last } }];
  });
  return { step: plan.definitions.steps[rank].name, because };
}
