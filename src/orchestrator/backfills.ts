/** Driving backfills: wave after wave, run after run, leaving out what depends on a failure. */
import { withBy } from "../model/audit/audit.ts";
import { EVENT_KINDS } from "../model/events/event.ts";
import { splitConcurrency } from "../model/gates/concurrency.ts";
import { quote } from "../model/quote.ts";
import type { RunRecord, StepRecord } from "../model/events/record.ts";
import { SluiceError } from "../model/issue.ts";
import type { Subset } from "../model/partitions/subset.ts";
import type { PlanningContext } from "../planner/context.ts";
import { cutIntoRuns } from "../planner/backfill.ts";
import { formatBackfillPlan, parseBackfillPlan, parseWhatFits } from "../planner/json.ts";
import type { BackfillGroup, BackfillPlan, RunPlan } from "../planner/plan.ts";
import { cellsOfSteps, withDownstream, withoutCells } from "../planner/remaining.ts";
import type { ActiveRuns } from "./active.ts";
import type { BackfillResult, RecoverOptions, RunOptions, RunResult } from "./contract.ts";
import type { Parts } from "./parts.ts";
import { openContext } from "./planning.ts";
import { newId } from "./run_id.ts";
import { checkRunOptions } from "./options.ts";
import { otherDefinitions } from "./refusals.ts";
import { executePlan, giveUpRun, resumeRun } from "./runs.ts";

/** How many runs of a backfill are under way at once; their steps share the limits of the orchestrator. */
const RUNS_AT_ONCE = 4;

/** The tag that says which run of a backfill a run is: its group and its place in it. */
const PLACE_TAG = "sluice/backfill_run";

/** Records a new backfill and drives it to its end. */
export async function executeBackfill(
  parts: Parts,
  active: ActiveRuns,
  plan: BackfillPlan,
  options: RunOptions,
  { id = newId(parts.clock, parts.random), onCreated }: {
    readonly id?: string;
    readonly onCreated?: () => void;
  } = {},
): Promise<BackfillResult> {
  checkRunOptions(options);
  requirePatience(options);
  if (plan.whole?.definitions !== parts.definitions) throw otherDefinitions();
  const tags = withBy(options.tags, options.by) ?? {};
  await record(parts, EVENT_KINDS.backfill_created, { id, plan: formatBackfillPlan(plan), tags });
  onCreated?.();
  return await drive(parts, active, { id, plan, options, earlier: new Map() });
}

/** The runs of a backfill have one key: they wait for each other, and would else cancel each other. */
function requirePatience({ concurrency }: RunOptions): void {
  const { runs: { whenBusy = "queue" } } = splitConcurrency(concurrency);
  if (whenBusy === "queue") return;
  throw new SluiceError({
    code: "POLICY_INVALID",
    message: `The runs of a backfill wait for each other: ${
      quote(whenBusy)
    } would have them cancel each other.`,
    path: ["concurrency", "whenBusy"],
    hint: 'Leave whenBusy out, or write "queue".',
  });
}

/** Records that a backfill of a dead process cannot be gone on with. */
export async function giveUpBackfill(parts: Parts, id: string): Promise<void> {
  await record(parts, EVENT_KINDS.backfill_finished, { id, status: "failed" });
}

/** Goes on with a backfill that a dead process left. Runs that it had begun are resumed first. */
export async function resumeBackfill(
  parts: Parts,
  active: ActiveRuns,
  id: string,
  json: unknown,
  options: RecoverOptions,
): Promise<BackfillResult> {
  const context = await openContext(parts);
  const begun = await parts.store.runs({ backfill: id, limit: Number.MAX_SAFE_INTEGER });
  const { plan: left, sizes, gone } = parseWhatFits(json, context);
  if (gone.length > 0) {
    const rest = await leaveChanged(parts, context, left, begun, gone);
    const plan = cutIntoRuns(context, rest, sizes);
    return await drive(parts, active, { id, plan, options, earlier: new Map(), isChanged: true });
  }
  const plan = parseBackfillPlan(json, context);
  const earlier = new Map(begun.map((run) => [run.tags[PLACE_TAG], run]));
  return await drive(parts, active, { id, plan, options, earlier });
}

/**
 * Of a backfill whose definitions have changed: the runs that were under way end with what has changed, and what they and
 * all others have not made is left, as far as it still exists.
 */
async function leaveChanged(
  parts: Parts,
  context: PlanningContext,
  plan: RunPlan,
  begun: readonly RunRecord[],
  gone: readonly string[],
): Promise<RunPlan> {
  const over: StepRecord[] = [];
  for (const { id, status } of begun) {
    if (status === "interrupted" || status === "parked") await giveUpRun(parts, id, changedError(id, gone));
    over.push(
      ...(await parts.store.steps(id)).filter(({ status }) => status === "success" || status === "failed"),
    );
  }
  return withoutCells(plan, cellsOfSteps(context, over));
}

function changedError(id: string, gone: readonly string[]): SluiceError {
  return new SluiceError({
    code: "DEFINITION_CHANGED",
    message: `The definitions have changed since the backfill of this run was planned: ${gone.join("; ")}.`,
    path: ["runs", id],
    hint: "What still exists is made by other runs of the backfill.",
  });
}

/** A backfill under way. */
interface Backfill {
  /** Whether some of what was asked for cannot be made any more. */
  readonly isChanged?: boolean;
  readonly id: string;
  readonly plan: BackfillPlan;
  readonly options: RecoverOptions;
  /** Runs that a dead process had begun, by place. */
  readonly earlier: ReadonlyMap<string, { readonly id: string; readonly status: string }>;
}

async function drive(parts: Parts, active: ActiveRuns, backfill: Backfill): Promise<BackfillResult> {
  const { id, plan, options } = backfill;
  const whole = active.begin(id, options.signal);
  const runs: RunResult[] = [];
  const unstarted: RunPlan[] = [];
  try {
    let failed: ReadonlyMap<number, Subset> = new Map();
    let isWhole = true;
    for (const wave of wavesOf(plan)) {
      isWhole &&= !whole.signal.aborted && !parts.engine.isLeaving;
      if (!isWhole) break;
      const inner = { parts, active, backfill, signal: whole.signal, failed };
      const results = await settle(
        wave.map((group) => executeGroup(inner, group, plan.groups.indexOf(group))),
      );
      runs.push(...results.flatMap((result) => result.runs));
      unstarted.push(...results.flatMap((result) => result.unstarted));
      isWhole = results.every((result) => result.isWhole);
      const context = await openContext(parts);
      const unmade = withCells(await failedCells(parts, context, runs), unstarted);
      failed = withDownstream(context, plan.whole, unmade);
    }
    const ended = statusOf(runs, isWhole, whole.signal.aborted);
    const status = ended === "success" && backfill.isChanged ? "failed" : ended;
    if (status !== "interrupted") await record(parts, EVENT_KINDS.backfill_finished, { id, status });
    return { id, status, plan, runs };
  } catch (error) {
    // What went wrong first is told, also when this cannot be recorded any more.
    await record(parts, EVENT_KINDS.backfill_finished, { id, status: "failed" }).catch(() => {});
    throw error;
  } finally {
    whole.end();
  }
}

/** Waits for all, also when one is rejected: nothing goes on behind the back of who waits. */
async function settle<T>(work: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}

function wavesOf({ groups }: BackfillPlan): readonly (readonly BackfillGroup[])[] {
  const waves = new Map<number, BackfillGroup[]>();
  for (const group of groups) {
    const wave = waves.get(group.wave) ?? [];
    wave.push(group);
    waves.set(group.wave, wave);
  }
  return [...waves.values()];
}

/** One that is neither whole nor aborted is left as it is, for `recover`: nothing is recorded of its end. */
function statusOf(
  runs: readonly RunResult[],
  isWhole: boolean,
  isAborted: boolean,
): BackfillResult["status"] {
  if (isAborted || runs.some((run) => run.status === "canceled")) return "canceled";
  if (!isWhole) return "interrupted";
  return runs.some((run) => run.status === "failed") ? "failed" : "success";
}

interface WaveInProgress {
  readonly parts: Parts;
  readonly active: ActiveRuns;
  readonly backfill: Backfill;
  readonly signal: AbortSignal;
  /** What earlier waves could not make, and what depends on it, by rank. */
  readonly failed: ReadonlyMap<number, Subset>;
}

/** What became of the runs of a group. */
interface GroupResult {
  readonly runs: readonly RunResult[];
  /** Runs that were left out because one that they build on has failed. */
  readonly unstarted: readonly RunPlan[];
  /** Whether all of its runs came to an end or were left out for good. */
  readonly isWhole: boolean;
}

/** The runs of a group: several at once, or one after the other where a run reads what the one before made. */
async function executeGroup(wave: WaveInProgress, group: BackfillGroup, place: number): Promise<GroupResult> {
  const results = new Array<RunResult | undefined>(group.runCount);
  const unstarted: RunPlan[] = [];
  let next = 0;
  const lane = async () => {
    while (next < group.runCount && !wave.signal.aborted && !wave.parts.engine.isLeaving) {
      const index = next++;
      results[index] = await executePart(wave, group, index, `${place}/${index}`);
      if (results[index]?.status === "parked" && group.sequential) break;
      if (!group.sequential || results[index]?.status !== "failed") continue;
      while (next < group.runCount) unstarted.push(group.run(next++));
    }
  };
  await settle(Array.from({ length: group.sequential ? 1 : RUNS_AT_ONCE }, lane));
  const runs = results.filter((result) => result !== undefined);
  const isWhole = next >= group.runCount &&
    runs.every(({ status }) => status !== "interrupted" && status !== "parked");
  return { runs, unstarted, isWhole };
}

/** Cells by rank, and those of whole plans. */
function withCells(
  cells: ReadonlyMap<number, Subset>,
  plans: readonly RunPlan[],
): ReadonlyMap<number, Subset> {
  const all = new Map(cells);
  for (const { sets } of plans) {
    for (const [rank, { subset }] of sets) all.set(rank, all.get(rank)?.union(subset) ?? subset);
  }
  return all;
}

async function executePart(
  { parts, active, backfill, signal, failed }: WaveInProgress,
  group: BackfillGroup,
  index: number,
  place: string,
): Promise<RunResult | undefined> {
  const { id, options } = backfill;
  const earlier = backfill.earlier.get(place);
  if (earlier?.status === "interrupted" || (earlier?.status === "parked" && options.parked)) {
    return await resumeRun(parts, active, earlier.id, { ...options, signal });
  }
  const plan = withoutCells(group.run(index), failed);
  if (earlier) {
    const record = await parts.store.run(earlier.id);
    return record && { id: earlier.id, status: earlier.status as RunResult["status"], record, plan };
  }
  if (plan.ranks.length === 0) return undefined;
  const tags = { ...options.tags, [PLACE_TAG]: place };
  return await executePlan(parts, active, plan, { ...options, tags, signal }, { backfill: id });
}

/** Cells whose step did not succeed; a blocking check that failed speaks for the asset that it checked. */
async function failedCells(
  parts: Parts,
  context: PlanningContext,
  runs: readonly RunResult[],
): Promise<ReadonlyMap<number, Subset>> {
  const unmade: { readonly name: string; readonly partitionKeys: readonly string[] }[] = [];
  for (const { id, status } of runs) {
    if (status === "success") continue;
    for (const { name, partitionKeys, status } of await parts.store.steps(id)) {
      if (status === "success") continue;
      const step = context.definitions.steps[context.definitions.stepGraph.rankOf(name) as number];
      unmade.push({ name: step.check?.blocking ? step.check.asset : name, partitionKeys });
    }
  }
  return cellsOfSteps(context, unmade);
}

async function record(parts: Parts, kind: number, payload: unknown): Promise<void> {
  const tape = parts.engine.recorder.open("");
  tape.push(kind, -1, 0, payload);
  await tape.flush();
  tape.close();
}
