/** The run that makes what conditions have asked for. */
import { emptySubset, unionOf } from "../../model/partitions/subset.ts";
import type { Subset } from "../../model/partitions/subset.ts";
import type { PlanningContext } from "../context.ts";
import { doAtOnce } from "../cooperative.ts";
import type { RunPlan } from "../plan.ts";
import { finishPlan } from "../run.ts";
import { stepsOf } from "../steps/selected.ts";

/** Plans one run that makes some partitions of each of some assets, by key, and runs their checks. */
export function planRequested(context: PlanningContext, requested: ReadonlyMap<string, Subset>): RunPlan {
  const { definitions } = context;
  const chosen = new Uint8Array(definitions.assets.length);
  for (const key of requested.keys()) chosen[definitions.graph.rankOf(key) as number] = 1;
  const selected = doAtOnce(stepsOf(definitions, chosen, true));
  const subsets = new Map<number, Subset>();
  for (const rank of selected.ranks) {
    const { outputs, check } = definitions.steps[rank];
    const keys = check ? [check.asset] : outputs.map(({ key }) => key);
    const cells = unionOf(keys.map((key) => requested.get(key) ?? emptySubset()));
    if (definitions.isPartitioned[rank]) subsets.set(rank, cells);
  }
  return finishPlan(context, selected, subsets, () => new Map());
}
