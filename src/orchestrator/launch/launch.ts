/** Starting a run or a backfill under a given id, once: what is on record already is gone on with, or waited for. */
import { isFinalRun } from "../../model/events/status.ts";
import { parseBackfillPlan } from "../../planner/json.ts";
import type { Launched } from "../../triggers/launch.ts";
import type { ActiveRuns } from "../active.ts";
import { executeBackfill, resumeBackfill } from "../backfills.ts";
import type { BackfillResult, RunResult } from "../contract.ts";
import type { Parts } from "../parts.ts";
import { isBackfillPlan, openContext, readBack } from "../planning.ts";
import { resumeOnce } from "../recovery/resume.ts";
import { executePlan } from "../runs.ts";
import type { Work } from "./request.ts";

/** What a launch ends with. */
export type WorkResult = RunResult | BackfillResult;

/** Starts what was planned, unless one of its id is on record. Resolves when it is on record. */
export function launchWork(parts: Parts, active: ActiveRuns, work: Work): Promise<Launched<WorkResult>> {
  if (work.isFresh) return begin(parts, active, work);
  return active.turns.take(`launch ${work.id}`, async () => {
    const isKnown = isBackfillPlan(work.plan)
      ? await parts.store.backfill(work.id) !== undefined
      : await parts.store.run(work.id) !== undefined;
    if (!isKnown) return await begin(parts, active, work);
    return launched(work.id, false, active.during(() => goOn(parts, active, work)));
  });
}

async function begin(parts: Parts, active: ActiveRuns, work: Work): Promise<Launched<WorkResult>> {
  const { promise: created, resolve: onCreated } = Promise.withResolvers<void>();
  const { id, plan, options, job } = work;
  const place = { id, onCreated };
  const ended: Promise<WorkResult> = active.during<WorkResult>(() =>
    isBackfillPlan(plan)
      ? executeBackfill(parts, active, plan, options, place)
      : executePlan(parts, active, plan, options, job === undefined ? place : { ...place, job })
  );
  // What could not be created rejects before it was.
  await Promise.race([created, ended]);
  return launched(id, true, ended);
}

/** Whoever started it need not wait for its end. */
function launched(runId: string, isNew: boolean, ended: Promise<WorkResult>): Launched<WorkResult> {
  ended.catch(() => {});
  return { runId, isNew, ended };
}

async function goOn(parts: Parts, active: ActiveRuns, work: Work): Promise<WorkResult> {
  if (isBackfillPlan(work.plan)) return await goOnWithBackfill(parts, active, work);
  const { id, options } = work;
  await active.whenOver(id);
  const record = await parts.store.run(id);
  if (record && isFinalRun(record.status)) return await recorded(parts, id);
  return await resumeOnce(parts, active, id, options) ?? await recorded(parts, id);
}

async function recorded(parts: Parts, id: string): Promise<RunResult> {
  const { plan } = await readBack(parts, id);
  const record = await parts.store.run(id);
  if (!record) throw new Error(`The run ${id} is not in the store that recorded it.`);
  return { id, status: record.status as RunResult["status"], record, plan };
}

async function goOnWithBackfill(parts: Parts, active: ActiveRuns, work: Work): Promise<BackfillResult> {
  const { id, options } = work;
  await active.whenOver(id);
  return await active.turns.take("recovery", async () => {
    const backfill = await parts.store.backfill(id);
    if (backfill?.status === "running" || backfill?.status === "interrupted") {
      return await resumeBackfill(parts, active, id, backfill.plan, options);
    }
    const plan = parseBackfillPlan(backfill?.plan, await openContext(parts));
    const runs = await parts.store.runs({ backfill: id, limit: Number.MAX_SAFE_INTEGER });
    const results = await Promise.all(runs.toReversed().map((run) => recorded(parts, run.id)));
    return { id, status: backfill?.status ?? "interrupted", plan, runs: results };
  });
}
