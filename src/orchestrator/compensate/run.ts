/** Undoing what a run has made, after it has ended: what is left of its compensation becomes a run of its own. */
import { withBy } from "../../model/audit/audit.ts";
import type { StepRecord } from "../../model/events/record.ts";
import { isFinalRun, isFinalStep } from "../../model/events/status.ts";
import { splitConcurrency } from "../../model/gates/concurrency.ts";
import { SluiceError } from "../../model/issue.ts";
import { changedSteps } from "../../planner/remaining.ts";
import { type UndoCause, undoCause, undoCauseOf } from "../../runtime/undo/cause.ts";
import { type CompensationRequest, executeCompensation } from "../../runtime/undo/run.ts";
import type { ActiveRuns } from "../active.ts";
import type { RunOptions, RunResult } from "../contract.ts";
import { withoutUndone } from "./left.ts";
import { compensatedBy, compensating } from "./mode.ts";
import type { Parts } from "../parts.ts";
import { readBack, type Recorded } from "../planning.ts";
import { newId } from "../run_id.ts";

/** Undoes what is left of what a run has made, as a run of its own: of one run one after the other. */
export function compensateRun(
  parts: Parts,
  active: ActiveRuns,
  id: string,
  options: RunOptions,
  ownId: string = newId(parts.clock, parts.random),
): Promise<RunResult> {
  return active.turns.take(turnOf(id), () => compensate(parts, active, id, options, ownId));
}

function turnOf(id: string): string {
  return `compensation of ${id}`;
}

async function compensate(
  parts: Parts,
  active: ActiveRuns,
  id: string,
  options: RunOptions,
  ownId: string,
): Promise<RunResult> {
  const record = await parts.store.run(id);
  const recorded = await readBack(parts, id);
  if (!record || !isFinalRun(record.status)) throw refusal(id, "is not over", "recover() goes on with it.");
  if (compensatedBy(record.tags) !== undefined) {
    throw refusal(id, "undoes another run itself", `Compensate ${compensatedBy(record.tags)}.`);
  }
  if (record.status === "success") throw refusal(id, "has succeeded", "wipe() forgets what it has made.");
  const open = await openCompensation(parts, id);
  if (open !== undefined) throw refusal(id, `is being undone by ${open}`, "recover() goes on with that.");
  const steps = await leftToUndo(parts, id, recorded);
  if (steps.length === 0) throw refusal(id, "has made nothing that is left to undo");
  return await execute(parts, active, { ownId, id, recorded, steps, options });
}

/** An earlier compensation that is not over. */
async function openCompensation({ store }: Parts, id: string): Promise<string | undefined> {
  const children = await store.runs({ parent: id, limit: Number.MAX_SAFE_INTEGER });
  return children.find(({ tags, status }) => compensatedBy(tags) === id && !isFinalRun(status))?.id;
}

/** Goes on with a run that undoes another one. */
export function resumeCompensation(
  parts: Parts,
  active: ActiveRuns,
  ownId: string,
  id: string,
  options: RunOptions,
): Promise<RunResult> {
  return active.turns.take(turnOf(id), () => resume(parts, active, ownId, id, options));
}

async function resume(
  parts: Parts,
  active: ActiveRuns,
  ownId: string,
  id: string,
  options: RunOptions,
): Promise<RunResult> {
  const recorded = await readBack(parts, id);
  const resumed = await parts.store.steps(ownId);
  const isOpen = ({ step }: StepRecord) => {
    const { status } = resumed[step];
    return !isFinalStep(status) || status === "undoing";
  };
  const steps = (await leftToUndo(parts, id, recorded, ownId)).filter(isOpen);
  return await execute(parts, active, { ownId, id, recorded, steps, options, resumed });
}

const MADE: readonly StepRecord["status"][] = ["success", "undoing", "undo_failed"];

async function leftToUndo(
  parts: Parts,
  id: string,
  { steps }: Recorded,
  except?: string,
): Promise<readonly StepRecord[]> {
  const { stepGraph, steps: declared } = parts.definitions;
  const isUndoable = ({ name, status }: StepRecord) =>
    MADE.includes(status) && declared[stepGraph.rankOf(name) as number].undo !== undefined;
  return (await withoutUndone(parts, id, steps, except)).filter(isUndoable);
}

interface Task {
  readonly ownId: string;
  readonly id: string;
  readonly recorded: Recorded;
  /** What is to be undone. */
  readonly steps: readonly StepRecord[];
  readonly options: RunOptions;
  readonly resumed?: readonly StepRecord[];
}

async function execute(
  parts: Parts,
  active: ActiveRuns,
  { ownId, id, recorded, steps, options, resumed }: Task,
): Promise<RunResult> {
  const { created, plan, context } = recorded;
  const dynamicKeys = (name: string) => context.facts.dynamicKeys(name);
  const graph = await parts.engine.compile(plan, dynamicKeys);
  if (changedSteps(created.steps, graph, () => true).what !== undefined) throw outdated(id);
  const { priority } = options;
  const tags = withBy(options.tags, options.by);
  const { steps: atOnce } = splitConcurrency(options.concurrency);
  const request: CompensationRequest = {
    id: ownId,
    run: { id, tags: created.tags },
    origin: { config: created.config, dynamicKeys, atMs: plan.nowMs },
    graph,
    steps,
    cause: causeOf(recorded.steps),
    tags: compensating(id, tags),
    hooks: parts.hooks ? [parts.hooks] : [],
    ...(atOnce !== undefined && { concurrency: atOnce }),
    ...(priority !== undefined && { priority }),
    ...(resumed && { resumed }),
  };
  const run = active.begin(ownId, undefined);
  try {
    const { status } = await executeCompensation(parts.engine, request);
    const record = await parts.store.run(ownId);
    if (!record) throw new Error(`The run ${ownId} is not in the store that recorded it.`);
    return { id: ownId, status, record, plan };
  } finally {
    run.end();
  }
}

/** What the run failed for, as far as its steps tell. */
function causeOf(steps: readonly StepRecord[]): UndoCause {
  const failed = steps.filter(({ status }) => status === "failed");
  const [first] = failed.sort((a, b) => (a.finishedMs ?? 0) - (b.finishedMs ?? 0));
  const canceled = steps.find(({ status }) => status === "canceled");
  return first?.error
    ? undoCauseOf(first.name, first.error)
    : undoCause(undefined, canceled?.reason ?? "asked for");
}

function refusal(id: string, why: string, hint?: string): SluiceError {
  return new SluiceError({
    code: "PLAN_INVALID",
    message: `The run ${id} ${why}: it cannot be compensated.`,
    path: ["runs", id],
    ...(hint !== undefined && { hint }),
  });
}

function outdated(id: string): SluiceError {
  return new SluiceError({
    code: "PLAN_OUTDATED",
    message:
      `The run ${id} has other steps than its plan has now: what it has made cannot be found any more.`,
    path: ["runs", id],
    hint: "Undo it by hand, and wipe what it has made.",
  });
}
