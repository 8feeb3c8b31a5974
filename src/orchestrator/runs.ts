/** Executing plans: runs, their repetition, and finishing what a dead process left. */
import { withBy, withoutBy } from "../model/audit/audit.ts";
import type { RunRecord } from "../model/events/record.ts";
import { isFinalRun, isFinalStep } from "../model/events/status.ts";
import { splitConcurrency } from "../model/gates/concurrency.ts";
import { SluiceError } from "../model/issue.ts";
import type { RunPlan } from "../planner/plan.ts";
import { cellsOfSteps, changedSteps, withoutCells } from "../planner/remaining.ts";
import type { EarlierElements } from "../runtime/elements/run_elements.ts";
import { executeRun, type RunRequest } from "../runtime/run.ts";
import { recordError } from "../runtime/step/errors.ts";
import type { ActiveRuns } from "./active.ts";
import { withoutUndone } from "./compensate/left.ts";
import { compensatedBy, modeOf, withMode } from "./compensate/mode.ts";
import { resumeCompensation } from "./compensate/run.ts";
import type { RunOptions, RunResult } from "./contract.ts";
import { earlierElements } from "./recall/earlier.ts";
import { checkRunOptions } from "./options.ts";
import type { Parts } from "./parts.ts";
import { withheldBy } from "./recall/past.ts";
import { readBack, type Recorded } from "./planning.ts";
import { interruptRun } from "./recovery/lost.ts";
import { noteRecovery, parkInVain } from "./recovery/parking.ts";
import { otherDefinitions } from "./refusals.ts";
import { newId } from "./run_id.ts";

/** Where a run belongs. */
export interface RunPlace {
  /** Default: a new one. */
  readonly id?: string;
  readonly job?: string;
  readonly backfill?: string;
  readonly parent?: string;
  /** Called when it is on record for good. */
  readonly onCreated?: () => void;
  /** What elements the parent has made. */
  readonly earlierElements?: EarlierElements;
}

/** Executes a plan as a new run. */
export function executePlan(
  parts: Parts,
  active: ActiveRuns,
  plan: RunPlan,
  options: RunOptions,
  place: RunPlace = {},
): Promise<RunResult> {
  return execute(parts, active, { id: newId(parts.clock, parts.random), plan, ...place }, options);
}

async function execute(
  parts: Parts,
  active: ActiveRuns,
  request: RunRequest,
  { config, signal, concurrency, priority = 0, compensate, by, ...options }: RunOptions,
): Promise<RunResult> {
  checkRunOptions({ config, tags: options.tags, signal, concurrency, priority, compensate });
  const tags = withMode(withBy(options.tags, by), compensate);
  const mode = modeOf(tags);
  const { id, plan } = request;
  if (plan.definitions !== parts.definitions) throw otherDefinitions();
  const facts = await parts.store.facts();
  facts.releaseAssets?.();
  const hooks = await hooksOf(parts, request);
  const withheld = withheldBy(parts, plan);
  const run = active.begin(id, signal);
  const { steps, runs } = splitConcurrency(concurrency);
  const cancel = (reason: string) => void active.cancel(id, reason);
  const turn = parts.turns.open({
    runId: id,
    name: hooks.job ?? "",
    priority,
    // What was begun once is finished: it waits for its turn, whatever was asked for when it was new.
    concurrency: request.resumed ? { ...runs, whenBusy: "queue" } : runs,
    cancel,
  });
  try {
    const outcome = await executeRun(parts.engine, {
      dynamicKeys: (name) => facts.dynamicKeys(name),
      ...request,
      ...hooks,
      signal: run.signal,
      ...(config && { config }),
      ...(tags && { tags }),
      ...(steps !== undefined && { concurrency: steps }),
      priority,
      turn,
      ...(withheld && { withheld }),
      ...(mode && { compensate: mode }),
    });
    return { id, status: outcome.status, record: await recordOf(parts, id), plan };
  } catch (error) {
    await leaveInterrupted(parts, id, error);
    throw error;
  } finally {
    run.end();
  }
}

/** What is called for a run: of its job, and of the orchestrator. One that is gone on with belongs to a job as recorded. */
async function hooksOf(
  { definitions, store, hooks }: Parts,
  { id, job, resumed }: RunRequest,
): Promise<Pick<RunRequest, "hooks" | "job">> {
  const name = job ?? (resumed && (await store.run(id))?.job);
  const ofJob = name === undefined ? undefined : definitions.jobs.get(name)?.hooks;
  return {
    hooks: [ofJob, hooks].filter((each) => each !== undefined),
    ...(name !== undefined && { job: name }),
  };
}

async function recordOf({ store }: Parts, id: string): Promise<RunRecord> {
  const record = await store.run(id);
  if (!record) throw new Error(`The run ${id} is not in the store that recorded it.`);
  return record;
}

/** A run that cannot be gone on with is for `recover`; when the store fails still, that finds it by itself. */
async function leaveInterrupted({ store, engine }: Parts, id: string, error: unknown): Promise<void> {
  try {
    const record = await store.run(id);
    if (!record || isFinalRun(record.status)) return;
    await interruptRun(engine.recorder, id, `it could not go on: ${recordError(error).message}`, "failed");
  } catch {
    return;
  }
}

/** Runs again what a run did not finish, or all of it, as a new run. */
export async function rerun(
  parts: Parts,
  active: ActiveRuns,
  id: string,
  from: "failure" | "start",
  options: RunOptions,
  own: Pick<RunPlace, "id"> = {},
): Promise<RunResult> {
  const recorded = await readBack(parts, id);
  if (compensatedBy(recorded.created.tags) !== undefined) throw notRepeated(id);
  const steps = await withoutUndone(parts, id, recorded.steps);
  const plan = from === "start" ? recorded.plan : unfinished({ ...recorded, steps });
  if (plan.ranks.length === 0) {
    throw new SluiceError({
      code: "PLAN_INVALID",
      message: `Every step of the run ${id} has succeeded: there is nothing to run again.`,
      path: ["runs", id],
      hint: 'Use from: "start" to run all of it again.',
    });
  }
  const { steps: _, ...created } = recorded.created;
  const job = (await parts.store.run(id))?.job;
  const place = {
    ...own,
    parent: id,
    ...(job !== undefined && { job }),
    ...(from === "failure" && { earlierElements: earlierElements(parts.store, id, recorded.steps) }),
  };
  // Who has started the other run has not started this one.
  const given = { ...created, tags: withoutBy(created.tags), ...options };
  return await executePlan(parts, active, plan, given, place);
}

/** What undoes another run makes nothing that could be made again. */
function notRepeated(id: string): SluiceError {
  return new SluiceError({
    code: "PLAN_INVALID",
    message: `The run ${id} undoes what another one has made: it is not run again.`,
    path: ["runs", id],
    hint: "compensate() tries again what is left of that.",
  });
}

function unfinished({ plan, steps, context }: Recorded): RunPlan {
  return withoutCells(plan, cellsOfSteps(context, steps.filter(({ status }) => status === "success")));
}

/**
 * Finishes a run that a dead process left, under its own id: what is recorded as over stays as it is. When the
 * definitions have changed so that its steps are numbered in another way, or code that is still to run has another version,
 * what is left becomes a run of its own: the record of a run says which code has made what.
 */
export async function resumeRun(
  parts: Parts,
  active: ActiveRuns,
  id: string,
  options: RunOptions,
): Promise<RunResult> {
  const recorded = await readBack(parts, id);
  const { created: { steps: planned, ...created }, plan, steps } = recorded;
  const run = await recordOf(parts, id);
  const park = async (): Promise<RunResult | undefined> =>
    await parkInVain(parts, run, steps)
      ? { id, status: "parked", record: await recordOf(parts, id), plan }
      : undefined;
  const compensated = compensatedBy(created.tags);
  if (compensated !== undefined) {
    const parked = await park();
    if (parked) return parked;
    await noteRecovery(parts, run, steps);
    return await resumeCompensation(parts, active, id, compensated, options);
  }
  const graph = await parts.engine.compile(plan, (name) => recorded.context.facts.dynamicKeys(name));
  const { what, earlier } = changedSteps(planned, graph, (step) => isFinalStep(steps[step].status));
  if (what === undefined) {
    const onTurn = () => noteRecovery(parts, run, steps, earlier);
    const request = { id, plan, steps: graph, resumed: steps, onTurn };
    return await park() ?? await execute(parts, active, request, { ...created, ...options });
  }
  await giveUpRun(
    parts,
    id,
    new SluiceError({
      code: "DEFINITION_CHANGED",
      message: `The definitions have changed: ${what}. What was left became a run of its own.`,
      path: ["runs", id],
      hint: "That run has this one as its parent.",
    }),
  );
  const rest = withoutCells(
    plan,
    cellsOfSteps(recorded.context, steps.filter(({ status }) => isFinalStep(status))),
  );
  return await executePlan(parts, active, rest, { ...created, ...options }, {
    parent: id,
    earlierElements: earlierElements(parts.store, id, steps),
  });
}

/** Records that a run of a dead process cannot be gone on with under its own id. */
export async function giveUpRun(parts: Parts, id: string, error: unknown): Promise<void> {
  const tape = parts.engine.recorder.open(id);
  tape.add("run_finished", { status: "failed", error: recordError(error) });
  await tape.flush();
  tape.close();
}
