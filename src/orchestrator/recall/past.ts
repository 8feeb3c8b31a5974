/** Steps that depend on their past, held against what is recorded when their run begins. */
import type { RunPlan } from "../../planner/plan.ts";
import { describeGap, type PastGap, pastGaps } from "../../planner/warn/past.ts";
import type { RunRequest } from "../../runtime/run.ts";
import type { RunStore } from "../../stores/store.ts";
import type { Parts } from "../parts.ts";
import { openContext } from "../planning.ts";

/** In so many runs back a window is looked for that was skipped: values and failures are recorded of assets, skips are not. */
const RUNS_BACK = 100;

/** What asks for the steps of a plan that must not run; undefined where none depends on its past. */
export function withheldBy(parts: Parts, plan: RunPlan): RunRequest["withheld"] {
  const { steps } = plan.definitions;
  if (![...plan.sets.keys()].some((rank) => steps[rank].dependsOnPast)) return undefined;
  return async (graph) => {
    const withheld = new Map<number, string>();
    for (const gap of pastGaps(await openContext(parts), plan)) {
      if (gap.is === "missing" && await wasSkipped(parts.store, steps[gap.rank].name, gap)) continue;
      withheld.set(graph.stepAt(graph.nodeOfRank(gap.rank), gap.place), describeGap(gap));
    }
    return withheld;
  };
}

/** Whether the latest step that was to make a window was skipped. */
async function wasSkipped(store: RunStore, name: string, { before }: PastGap): Promise<boolean> {
  for (const { id } of await store.runs({ limit: RUNS_BACK })) {
    const steps = await store.steps(id);
    const found = steps.find((step) => step.name === name && step.partitionKeys.includes(before));
    if (found && found.status !== "pending") return found.status === "skipped";
  }
  return false;
}
