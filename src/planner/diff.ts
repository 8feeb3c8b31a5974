/** What changed between two plans over the same definitions. */
import { SluiceError } from "../model/issue.ts";
import { emptySubset, fullSubset } from "../model/partitions/subset.ts";
import type { Subset } from "../model/partitions/subset.ts";
import { isPlanned, type RunPlan } from "./plan.ts";

/** One step that the plans treat differently. */
export interface PlanChange {
  /** The name of the step declaration. */
  readonly step: string;
  /** Partitions that only the second plan makes; the one cell of a step without partitions. */
  readonly added: Subset;
  /** Partitions that only the first plan makes. */
  readonly removed: Subset;
}

/**
 * The steps and partitions in which two plans differ, in the order of the graph.
 *
 * @throws {SluiceError} PLAN_OUTDATED for plans over different definitions, whose steps cannot be compared by rank.
 */
export function diffPlans(before: RunPlan, after: RunPlan): readonly PlanChange[] {
  if (before.definitions !== after.definitions) throw otherDefinitions();
  const ranks = new Set([...before.ranks, ...after.ranks]);
  const changes: PlanChange[] = [];
  for (const rank of [...ranks].sort((a, b) => a - b)) {
    const old = cellsOf(before, rank);
    const now = cellsOf(after, rank);
    const change = {
      step: after.definitions.steps[rank].name,
      added: now.minus(old),
      removed: old.minus(now),
    };
    if (change.added.size + change.removed.size > 0) changes.push(change);
  }
  return changes;
}

function otherDefinitions(): SluiceError {
  return new SluiceError({
    code: "PLAN_OUTDATED",
    message: "The two plans were made for different definitions, and cannot be compared.",
    path: ["plan"],
    hint: "Read the earlier one with parsePlan over the definitions of now.",
  });
}

function cellsOf(plan: RunPlan, rank: number): Subset {
  const set = plan.sets.get(rank);
  if (set) return set.subset;
  return isPlanned(plan.ranks, rank) ? fullSubset(1) : emptySubset();
}
