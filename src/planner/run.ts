/** Run plans: from a request to the steps and partitions of one run. */
import type { StepDeclaration } from "../model/assets/declaration.ts";
import { SluiceError } from "../model/issue.ts";
import type { Subset } from "../model/partitions/subset.ts";
import { selectAssets } from "../model/selection/select.ts";
import { checkRequest, requireSome } from "./check_request.ts";
import type { PlanningContext } from "./context.ts";
import { type Cooperative, doAtOnce } from "./cooperative.ts";
import { narrow } from "./narrow/narrow.ts";
import { NarrowedReasons, type PlannedCells } from "./narrow/reasons.ts";
import { allowedPartitions } from "./partitions.ts";
import type { PlannedSet, PlanReasons, RunPlan } from "./plan.ts";
import type { PartitionRequest, PlanRequest } from "./request.ts";
import { type SelectedSteps, stepsOf } from "./steps/selected.ts";
import { missingInputs } from "./warn/warnings.ts";

/**
 * Plans one run. Pure: the same definitions, facts, instant and request give the same plan.
 *
 * @throws {SluiceError} SELECTION_INVALID, SELECTION_EMPTY, PARTITION_UNKNOWN, or PLAN_INVALID when partitions
 * are needed and none are given, or when the list of partitions is empty.
 */
export function planRun(context: PlanningContext, request: PlanRequest): RunPlan {
  return doAtOnce(planRunInSlices(context, request));
}

/** The same as {@linkcode planRun} as a generator that pauses between slices, for a loop that must not be held. */
export function* planRunInSlices(context: PlanningContext, request: PlanRequest): Cooperative<RunPlan> {
  checkRequest(request);
  requireSome(request);
  const selected = yield* stepsOf(
    context.definitions,
    selectAssets(context.definitions, request.select),
    request.checks ?? true,
  );
  yield;
  const scope = request.scope ?? "all";
  const partitions = request.partitions ?? defaultPartitions(context, selected.ranks, scope);
  const allowed = allowedPartitions(context, selected.ranks, partitions);
  yield;
  if (scope === "all") return finishPlan(context, selected, allowed, () => EVERYTHING);
  const { cells, own } = yield* narrow(context, selected, allowed, scope);
  const narrowed = { ...selected, ranks: selected.ranks.filter((rank) => cells.has(rank)) };
  const partitioned = new Map<number, Subset>();
  for (const [rank, subset] of cells) {
    if (context.definitions.isPartitioned[rank]) partitioned.set(rank, subset);
  }
  return finishPlan(context, narrowed, partitioned, (plan) => new NarrowedReasons(own, plan));
}

/** In a plan of everything no step has another reason than that it was selected. */
const EVERYTHING: PlanReasons = new Map();

function defaultPartitions(
  context: PlanningContext,
  ranks: Int32Array,
  scope: PlanRequest["scope"],
): PartitionRequest {
  if (scope !== "all") return "all";
  const { isPartitioned, steps } = context.definitions;
  const partitioned = isPartitioned.includes(1) ? ranks.find((rank) => isPartitioned[rank] === 1) : undefined;
  if (partitioned !== undefined) throw partitionsNeeded(context, steps[partitioned]);
  return "all";
}

function partitionsNeeded(context: PlanningContext, step: StepDeclaration): SluiceError {
  const space = context.space(step.partitions);
  const example = space.size > 0 ? JSON.stringify(space.keyAt(space.size - 1)) : '"..."';
  return new SluiceError({
    code: "PLAN_INVALID",
    message:
      `${step.name} is partitioned, and the request does not say which of its ${space.size} partitions to make.`,
    path: ["partitions"],
    hint: `Give partitions: ${example}, a range { start, end }, or "all"; or a scope such as "missing".`,
  });
}

/** Freezes a plan, leaving out steps without a partition to make. */
export function finishPlan(
  context: PlanningContext,
  { ranks, outputs }: SelectedSteps,
  subsets: ReadonlyMap<number, Subset>,
  reasonsOf: (plan: PlannedCells) => PlanReasons,
): RunPlan {
  const { definitions, nowMs } = context;
  const sets = new Map<number, PlannedSet>();
  for (const [rank, subset] of subsets) {
    if (subset.size > 0) sets.set(rank, { space: context.space(definitions.steps[rank].partitions), subset });
  }
  const kept = sets.size === subsets.size
    ? ranks
    : ranks.filter((rank) => !subsets.has(rank) || sets.has(rank));
  const plan = { kind: "run-plan" as const, definitions, nowMs, ranks: kept, sets, outputs };
  return Object.freeze({ ...plan, reasons: reasonsOf(plan), warnings: missingInputs(context, plan) });
}

/** A plan that makes nothing. */
export function isEmptyPlan(plan: Pick<RunPlan, "ranks">): boolean {
  return plan.ranks.length === 0;
}
