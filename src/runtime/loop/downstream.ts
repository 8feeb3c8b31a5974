/** What is downstream of a step in a run. */
import type { CircuitReach } from "../../model/assets/result.ts";
import { isOwnOutput } from "../../model/compile.ts";
import type { StepGraph } from "../../planner/steps/table.ts";

/** The steps downstream of one, all of them or those that wait for it directly, each once. */
export function downstreamOf(
  graph: StepGraph,
  from: number,
  reach: CircuitReach,
): readonly number[] {
  const { count, children: { offsets, targets } } = graph;
  const seen = new Set<number>([from]);
  const open = [from];
  const steps: number[] = [];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (let edge = offsets[node]; edge < offsets[node + 1]; edge++) {
      const child = targets[edge];
      if (seen.has(child) || isPast(graph, node, child)) continue;
      seen.add(child);
      if (child < count) steps.push(child);
      // A barrier stands between steps, and is none itself.
      if (child >= count || reach === "all") open.push(child);
    }
  }
  return steps.sort((a, b) => a - b);
}

/** Whether one step is the window of another after it, and reads nothing of that: it is behind it, and not downstream. */
function isPast({ count, rankOfSteps, plan }: StepGraph, from: number, child: number): boolean {
  if (from >= count || child >= count || rankOfSteps[from] !== rankOfSteps[child]) return false;
  const step = plan.definitions.steps[rankOfSteps[from]];
  return step.dependsOnPast && step.inputs.every((input) => input.isPast || !isOwnOutput(step, input.key));
}
