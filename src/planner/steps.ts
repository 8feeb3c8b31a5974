/** From a plan to the steps of one run: numbered, with the edges that the run loop walks. */
import type { Catalogue } from "../model/events/step_table.ts";
import { type Cooperative, doAtOnce } from "./cooperative.ts";
import type { RunPlan } from "./plan.ts";
import { connectSteps } from "./steps/connect.ts";
import type { Rows } from "./steps/edges.ts";
import { type Layout, layOut } from "./steps/layout.ts";
import { type DynamicKeys, PlanMappings } from "./steps/mappings.ts";
import { catalogueOf, PlannedSteps, type StepGraph } from "./steps/table.ts";

/** What compiling may be given. */
export interface CompileOptions {
  /** Keys of dynamic definitions that a mapping may need and the plan does not hold. Default: none. */
  readonly dynamicKeys?: DynamicKeys;
  /** The step declarations of the plan's definitions, where one is shared by their runs. */
  readonly catalogue?: Catalogue;
}

/**
 * Compiles the steps of a plan: one per partition, or per chunk of a batch, node after node in the order of the
 * plan, so that a step has a greater number than all it waits for.
 *
 * A plan of all steps without partitions shares the arrays of the definitions. Steps that wait for the same many
 * others do so through barriers, so that the edges stay about as many as the steps.
 */
export function compileSteps(plan: RunPlan, options: CompileOptions = {}): StepGraph {
  return doAtOnce(compileStepsInSlices(plan, options));
}

/** The same as {@linkcode compileSteps} as a generator that pauses between slices, for a loop that must not be held. */
export function* compileStepsInSlices(
  plan: RunPlan,
  options: CompileOptions = {},
): Cooperative<StepGraph> {
  const { dynamicKeys = noKeys, catalogue = catalogueOf(plan.definitions) } = options;
  const layout = layOut(plan);
  yield;
  if (isWhole(layout)) {
    return new PlannedSteps(layout, catalogue, { size: layout.count, ...declaredRows(plan) });
  }
  const { edges, size } = yield* connectSteps(layout, new PlanMappings(plan, dynamicKeys));
  const rows = yield* edges.pack(size);
  return new PlannedSteps(layout, catalogue, { size, ...rows });
}

function noKeys(): readonly string[] {
  return [];
}

/** Whether all declarations run, each once: their graph is then that of the run. */
function isWhole({ plan, nodeOfRanks }: Layout): boolean {
  return nodeOfRanks === undefined && plan.sets.size === 0;
}

function declaredRows({ definitions }: RunPlan): { readonly children: Rows; readonly parents: Rows } {
  const { childOffsets, children, parentOffsets, parents } = definitions.stepGraph;
  return {
    children: { offsets: childOffsets, targets: children },
    parents: { offsets: parentOffsets, targets: parents },
  };
}
