/** Backfill plans: a run plan cut into runs, in waves. */
import type { StepDeclaration } from "../model/assets/declaration.ts";
import { isOwnOutput } from "../model/compile.ts";
import { SluiceError } from "../model/issue.ts";
import { samePartitions } from "../model/partitions/definition.ts";
import type { Partitions } from "../model/partitions/definition.ts";
import { rangeSubset, unionOf } from "../model/partitions/subset.ts";
import type { Subset } from "../model/partitions/subset.ts";
import { show } from "../model/quote.ts";
import type { PlanningContext } from "./context.ts";
import type { Cooperative } from "./cooperative.ts";
import { plannedInputs } from "./partitions.ts";
import type { BackfillGroup, BackfillPlan, PlannedSet, RunPlan } from "./plan.ts";
import type { BackfillRequest } from "./request.ts";
import { planRun, planRunInSlices } from "./run.ts";

/**
 * Plans a backfill: everything that the request asks for, cut into runs by the backfill policies of the assets
 * or by the request itself. Assets with the same partitions that read each other partition by partition share
 * their runs; an asset that reads several partitions of another waits for the wave before.
 *
 * @throws {SluiceError} As {@linkcode planRun}; POLICY_INVALID for a size that is no whole number from 1.
 */
export function planBackfill(context: PlanningContext, request: BackfillRequest): BackfillPlan {
  checkSizes(request);
  return cutIntoRuns(context, planRun(context, wholeRequest(request)), request);
}

/** The same as {@linkcode planBackfill} as a generator that pauses between slices. */
export function* planBackfillInSlices(
  context: PlanningContext,
  request: BackfillRequest,
): Cooperative<BackfillPlan> {
  checkSizes(request);
  return cutIntoRuns(context, yield* planRunInSlices(context, wholeRequest(request)), request);
}

function wholeRequest(request: BackfillRequest): BackfillRequest {
  return { partitions: "all", ...request };
}

/** Refuses sizes that are no whole number from 1. */
export function checkSizes(request: RunSizes): void {
  for (const field of ["runs", "partitionsPerRun"] as const) {
    const value = request[field];
    if (value === undefined || (Number.isInteger(value) && value >= 1)) continue;
    throw new SluiceError({
      code: "POLICY_INVALID",
      message: `${field} must be a whole number from 1, not ${show(value)}.`,
      path: [field],
      hint: "Leave it out for runs as the backfill policies of the assets say.",
    });
  }
}

/** Steps of one wave with the same partitions. */
interface Group {
  readonly wave: number;
  readonly partitions: Partitions | undefined;
  readonly ranks: number[];
}

/** How a backfill is cut, beyond what policies say. */
export type RunSizes = Pick<BackfillRequest, "runs" | "partitionsPerRun">;

/** Cuts a plan into the runs of a backfill. The same plan and sizes give the same runs. */
export function cutIntoRuns(context: PlanningContext, whole: RunPlan, sizes: RunSizes): BackfillPlan {
  const groups = groupByWave(context, whole).map((group) => openGroup(context, whole, group, sizes));
  const { runs, partitionsPerRun } = sizes;
  return Object.freeze({
    kind: "backfill-plan",
    whole,
    sizes: Object.freeze({ ...(runs && { runs }), ...(partitionsPerRun && { partitionsPerRun }) }),
    groups: Object.freeze(groups),
    runCount: groups.reduce((sum, group) => sum + group.runCount, 0),
    cellCount: cellCount(whole),
  });
}

/** How many partitions and unpartitioned steps a plan makes. */
export function cellCount(plan: RunPlan): number {
  let cells = plan.ranks.length - plan.sets.size;
  for (const { subset } of plan.sets.values()) cells += subset.size;
  return cells;
}

function groupByWave(context: PlanningContext, whole: RunPlan): readonly Group[] {
  const waves = new Map<number, number>();
  const groups: Group[] = [];
  for (const rank of whole.ranks) {
    const step = context.definitions.steps[rank];
    const wave = waveOf(context, step, waves);
    waves.set(rank, wave);
    const like = groups.find((group) => group.wave === wave && isSame(group.partitions, step.partitions));
    if (like) like.ranks.push(rank);
    else groups.push({ wave, partitions: step.partitions, ranks: [rank] });
  }
  return groups.sort((a, b) => a.wave - b.wave);
}

/** The wave of a step: that of its upstream where it follows it cell by cell, else the one after. */
function waveOf(context: PlanningContext, step: StepDeclaration, waves: ReadonlyMap<number, number>): number {
  let wave = 0;
  for (const [input, rank] of plannedInputs(context, step, (rank) => waves.has(rank))) {
    const upstream = context.definitions.steps[rank];
    const together = isSame(step.partitions, upstream.partitions) && context.mapping(step, input).isIdentity;
    wave = Math.max(wave, (waves.get(rank) as number) + (together ? 0 : 1));
  }
  return wave;
}

function isSame(a: Partitions | undefined, b: Partitions | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && samePartitions(a, b));
}

function openGroup(
  context: PlanningContext,
  whole: RunPlan,
  group: Group,
  sizes: RunSizes,
): BackfillGroup {
  const steps = group.ranks.map((rank) => context.definitions.steps[rank]);
  const ranks = Int32Array.from(group.ranks);
  if (!group.partitions) {
    return {
      wave: group.wave,
      ranks,
      runCount: 1,
      sequential: false,
      run: () => part(whole, ranks, undefined),
    };
  }
  const cells = unionOf(group.ranks.map((rank) => (whole.sets.get(rank) as PlannedSet).subset));
  const runCount = countRuns(steps, cells.size, sizes);
  const start = (index: number) => startOf(index, runCount, steps, cells.size, sizes);
  return Object.freeze({
    wave: group.wave,
    ranks,
    runCount,
    sequential: steps.some((step) => step.inputs.some((input) => isOwnOutput(step, input.key))),
    run: (index: number) => part(whole, ranks, slice(cells, start(index), start(index + 1))),
  });
}

function countRuns(steps: readonly StepDeclaration[], cells: number, sizes: RunSizes): number {
  if (sizes.partitionsPerRun === undefined && sizes.runs !== undefined) return Math.min(cells, sizes.runs);
  return Math.ceil(cells / partitionsInRun(steps, cells, sizes));
}

/** Where the n-th run begins: runs of a given number are about equal, runs of a given size are full but the last. */
function startOf(
  index: number,
  runCount: number,
  steps: readonly StepDeclaration[],
  cells: number,
  sizes: RunSizes,
): number {
  if (sizes.partitionsPerRun === undefined && sizes.runs !== undefined) {
    return Math.floor((index * cells) / runCount);
  }
  return Math.min(cells, index * partitionsInRun(steps, cells, sizes));
}

function partitionsInRun(steps: readonly StepDeclaration[], cells: number, sizes: RunSizes): number {
  if (sizes.partitionsPerRun !== undefined) return sizes.partitionsPerRun;
  const most = steps.map((step) => step.backfill?.maxPartitionsPerRun ?? Infinity);
  return Math.min(cells, ...most);
}

/** The members of a set from the n-th up to and without the m-th. */
function slice(set: Subset, from: number, to: number): Subset {
  const last = Math.min(to, set.size) - 1;
  return set.intersect(rangeSubset(set.at(from), set.at(last) + 1));
}

/** The part of a plan that concerns some steps and, where they are partitioned, some cells. */
function part(whole: RunPlan, ranks: Int32Array, cells: Subset | undefined): RunPlan {
  const sets = new Map<number, PlannedSet>();
  const kept = ranks.filter((rank) => {
    const set = whole.sets.get(rank);
    const subset = cells && set?.subset.intersect(cells);
    if (subset?.size === 0) return false;
    if (set && subset) sets.set(rank, { space: set.space, subset });
    return true;
  });
  return Object.freeze({ ...whole, ranks: kept, sets, warnings: [] });
}
