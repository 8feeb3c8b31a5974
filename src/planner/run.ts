/** Run plans: from a request to the steps and partitions of one run. */
import type { StepDeclaration } from "../model/assets/declaration.ts";
import { isOwnOutput } from "../model/compile.ts";
import { SluiceError } from "../model/issue.ts";
import { fullSubset, unionOf as unionOfSets } from "../model/partitions/subset.ts";
import type { Subset } from "../model/partitions/subset.ts";
import { selectAssets } from "../model/selection/select.ts";
import { checkRequest } from "./check_request.ts";
import type { PlanningContext } from "./context.ts";
import { allowedPartitions, plannedInputs } from "./partitions.ts";
import type { PlannedReason, PlannedSet, RunPlan } from "./plan.ts";
import type { PartitionRequest, PlanRequest } from "./request.ts";
import { scopeReasons } from "./scope.ts";
import { stepsOf } from "./steps/selected.ts";
import { missingInputs } from "./warnings.ts";

/** Work that can be done in one go or in slices: it pauses after a bounded number of steps. */
export type Cooperative<T> = Generator<void, T, void>;

/** How many steps are planned between two pauses. */
const SLICE = 4_096;

/**
 * Plans one run. Pure: the same definitions, facts, instant and request give the same plan.
 *
 * @throws {SluiceError} SELECTION_INVALID, SELECTION_EMPTY, PARTITION_UNKNOWN, or PLAN_INVALID when partitions
 * are needed and none are given.
 */
export function planRun(context: PlanningContext, request: PlanRequest): RunPlan {
  const work = planRunInSlices(context, request);
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** The same as {@linkcode planRun} as a generator that pauses between slices, for a loop that must not be held. */
export function* planRunInSlices(context: PlanningContext, request: PlanRequest): Cooperative<RunPlan> {
  checkRequest(request);
  const selected = stepsOf(
    context.definitions,
    selectAssets(context.definitions, request.select),
    request.checks ?? true,
  );
  yield;
  const scope = request.scope ?? "all";
  const partitions = request.partitions ?? defaultPartitions(context, selected.ranks, scope);
  const allowed = allowedPartitions(context, selected.ranks, partitions);
  yield;
  if (scope === "all") {
    return finishPlan(context, selected.ranks, allowed, selected.outputs, new Map());
  }
  const reasons = yield* narrow(context, selected.ranks, selected.outputs, allowed, scope);
  const ranks = selected.ranks.filter((rank) => reasons.has(rank));
  const sets = new Map<number, Subset>();
  for (const rank of ranks) {
    if (context.definitions.steps[rank].partitions) sets.set(rank, unionOf(reasons.get(rank) ?? []));
  }
  return finishPlan(context, ranks, sets, selected.outputs, reasons);
}

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

/** Why steps are in a plan of a narrower scope: by themselves, or because something upstream is. */
function* narrow(
  context: PlanningContext,
  ranks: Int32Array,
  outputs: ReadonlyMap<number, readonly number[]>,
  allowed: ReadonlyMap<number, Subset>,
  scope: NonNullable<PlanRequest["scope"]>,
): Cooperative<Map<number, readonly PlannedReason[]>> {
  const unit = fullSubset(1);
  const planned = new Map<number, Subset>();
  const found = new Map<number, readonly PlannedReason[]>();
  let sinceYield = 0;
  for (const rank of ranks) {
    const step = context.definitions.steps[rank];
    const bounds = allowed.get(rank) ?? unit;
    const own = scopeReasons(context, step, outputs.get(rank), scope);
    const reasons = within([...own, ...upstreamReasons(context, step, planned)], bounds);
    if (reasons.length > 0) {
      const all = withOwnPast(context, step, reasons, bounds);
      found.set(rank, all);
      planned.set(rank, unionOf(all));
    }
    if (++sinceYield % SLICE === 0) yield;
  }
  return found;
}

function upstreamReasons(
  context: PlanningContext,
  step: StepDeclaration,
  planned: ReadonlyMap<number, Subset>,
): readonly PlannedReason[] {
  const reasons: PlannedReason[] = [];
  for (const [input, rank] of plannedInputs(context, step, (rank) => planned.has(rank))) {
    const subset = context.mapping(step, input).toDownstream(planned.get(rank) as Subset);
    reasons.push({ reason: { kind: "upstream-planned", asset: input.key }, subset });
  }
  return reasons;
}

/** A step that reads its own earlier partitions is made again from the first one that is. */
function withOwnPast(
  context: PlanningContext,
  step: StepDeclaration,
  reasons: readonly PlannedReason[],
  bounds: Subset,
): readonly PlannedReason[] {
  const input = step.inputs.find((input) => isOwnOutput(step, input.key));
  if (!input) return reasons;
  const mapping = context.mapping(step, input);
  const first = unionOf(reasons);
  let all = first;
  for (;;) {
    const next = all.union(mapping.toDownstream(all).intersect(bounds));
    if (next.size === all.size) break;
    all = next;
  }
  if (all.size === first.size) return reasons;
  return [...reasons, { reason: { kind: "upstream-planned", asset: input.key }, subset: all.minus(first) }];
}

function within(reasons: readonly PlannedReason[], bounds: Subset): readonly PlannedReason[] {
  return reasons
    .map(({ reason, subset }) => ({ reason, subset: subset?.intersect(bounds) ?? bounds }))
    .filter(({ subset }) => subset.size > 0);
}

/** The partitions that any of the reasons names. */
function unionOf(reasons: readonly PlannedReason[]): Subset {
  return unionOfSets(reasons.flatMap(({ subset }) => subset ?? []));
}

/** Freezes a plan, leaving out steps without a partition to make. */
function finishPlan(
  context: PlanningContext,
  ranks: Int32Array,
  subsets: ReadonlyMap<number, Subset>,
  outputs: ReadonlyMap<number, readonly number[]>,
  reasons: ReadonlyMap<number, readonly PlannedReason[]>,
): RunPlan {
  const { definitions, nowMs } = context;
  const sets = new Map<number, PlannedSet>();
  for (const [rank, subset] of subsets) {
    if (subset.size > 0) sets.set(rank, { space: context.space(definitions.steps[rank].partitions), subset });
  }
  const kept = sets.size === subsets.size
    ? ranks
    : ranks.filter((rank) => !subsets.has(rank) || sets.has(rank));
  const plan = { kind: "run-plan" as const, definitions, nowMs, ranks: kept, sets, outputs, reasons };
  return Object.freeze({ ...plan, warnings: missingInputs(context, plan) });
}

/** A plan that makes nothing. */
export function isEmptyPlan(plan: Pick<RunPlan, "ranks">): boolean {
  return plan.ranks.length === 0;
}
