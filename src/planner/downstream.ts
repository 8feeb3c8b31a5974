/** What of a plan depends on cells that failed. */
import { fullSubset, type Subset } from "../model/partitions/subset.ts";
import type { PlanningContext } from "./context.ts";
import { plannedInputs } from "./partitions.ts";
import type { RunPlan } from "./plan.ts";

/** The cells of a plan that are among these or read one of them, directly or through others, by rank. */
export function withDownstream(
  context: PlanningContext,
  plan: RunPlan,
  cells: ReadonlyMap<number, Subset>,
): ReadonlyMap<number, Subset> {
  const reached = new Map(cells);
  for (const rank of plan.ranks) {
    const step = context.definitions.steps[rank];
    const own = plan.sets.get(rank)?.subset ?? fullSubset(1);
    for (const [input, upstream] of plannedInputs(context, step, (other) => reached.has(other))) {
      const reads = context.mapping(step, input).toDownstream(reached.get(upstream) as Subset).intersect(own);
      if (reads.size > 0) reached.set(rank, reached.get(rank)?.union(reads) ?? reads);
    }
  }
  return reached;
}
