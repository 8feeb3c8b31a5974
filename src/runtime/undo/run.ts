/** A run that undoes what another one has made: its steps are those of the other, and none of them is made. */
import type { RunInfo } from "../../model/assets/context.ts";
import { EVENT_KINDS } from "../../model/events/event.ts";
import type { StepCounts, StepRecord } from "../../model/events/record.ts";
import type { RunHooks } from "../../model/step/hooks.ts";
import type { StepGraph } from "../../planner/steps/table.ts";
import type { Engine } from "../engine.ts";
import { type Announcer, openAnnouncer } from "../hooks/announcer.ts";
import type { RunOrigin } from "../step/context.ts";
import type { Tape } from "../recorder.ts";
import type { Wiring } from "../wiring.ts";
import type { UndoCause } from "./cause.ts";
import { Compensation } from "./compensation.ts";
import { inOrderOfEnds, madeValues } from "./made.ts";

/** What is to be undone, and as which run. */
export interface CompensationRequest {
  readonly id: string;
  readonly tags: { readonly [name: string]: string };
  /** The run that has made it. */
  readonly run: RunInfo;
  readonly origin: RunOrigin;
  /** The steps of that run. */
  readonly graph: StepGraph;
  /** Those to undo, as recorded. */
  readonly steps: readonly StepRecord[];
  readonly cause: UndoCause;
  readonly concurrency?: number;
  /** Of the run, over all runs of the process. Default 0. */
  readonly priority?: number;
  /** Hooks of the run: those of steps among them are not called. */
  readonly hooks: readonly RunHooks[];
  /** For a run that an earlier process began: its steps as recorded. */
  readonly resumed?: readonly StepRecord[];
}

/** What it came to; `interrupted` when the engine left it as it is. */
export type CompensationStatus = "success" | "failed" | "interrupted";

/** Executes it. Rejects when events cannot be committed, or when an IO manager is not there. */
export async function executeCompensation(
  engine: Engine,
  request: CompensationRequest,
): Promise<{ readonly status: CompensationStatus }> {
  const { id, run, origin, graph, steps, cause, resumed = [] } = request;
  const wiring = await engine.wire(graph.plan.definitions);
  const said = new Map(inOrderOfEnds(steps).map(({ step, outputs }) => [step, outputs]));
  let compensation: Compensation | undefined;
  const counts: Counts = { undone: 0, undoFailed: 0 };
  const tape = engine.recorder.open(id, (error) => compensation?.crash(error));
  const announcer = announcerOf({ engine, tape, wiring, request, counts });
  try {
    await announce(tape, engine, request);
    compensation = new Compensation({
      engine,
      graph,
      wiring,
      tape,
      run,
      origin,
      made: { steps: said, valuesOf: (step) => madeValues(graph, step, said.get(step) ?? []) },
      cause,
      resources: [],
      concurrency: request.concurrency ?? engine.concurrency,
      priority: request.priority ?? 0,
      earlierAttempts: new Map(resumed.flatMap(({ step, undo }) => undo ? [[step, undo.attempts]] : [])),
    });
    const { left, undone, undoFailed, error } = await compensation.run();
    Object.assign(counts, { undone, undoFailed });
    await announcer?.settle();
    const isBad = undoFailed > 0 || error || resumed.some(({ status }) => status === "undo_failed");
    const status = left > 0 ? "interrupted" : isBad ? "failed" : "success";
    if (status === "interrupted") tape.add("run_interrupted", { reason: "the orchestrator was closed" });
    else tape.add("run_finished", { status, ...(error && { error }) });
    await (announcer?.settle() ?? tape.flush());
    return { status };
  } finally {
    announcer?.close();
    tape.close();
  }
}

/** What came of steps in this process. */
interface Counts {
  undone: number;
  undoFailed: number;
}

interface AnnouncerTask {
  readonly engine: Engine;
  readonly tape: Tape;
  readonly wiring: Wiring;
  readonly request: CompensationRequest;
  readonly counts: Counts;
}

function announcerOf({ engine, tape, wiring, request, counts }: AnnouncerTask): Announcer | undefined {
  const { id, run, tags, graph, hooks, resumed } = request;
  return openAnnouncer({
    engine,
    graph,
    wiring,
    tape,
    hooks,
    run: { runId: id, compensates: run.id, tags, isResumed: resumed !== undefined },
    counts: () => countsOf(graph.count, counts, resumed ?? []),
  });
}

function countsOf(total: number, counts: Counts, resumed: readonly StepRecord[]): StepCounts {
  const before = (wanted: StepRecord["status"]) => resumed.filter(({ status }) => status === wanted).length;
  const undone = counts.undone + before("undone");
  const undoFailed = counts.undoFailed + before("undo_failed");
  return {
    total,
    success: 0,
    failed: 0,
    skipped: total - undone - undoFailed,
    upstreamFailed: 0,
    canceled: 0,
    ...(undone > 0 && { undone }),
    ...(undoFailed > 0 && { undoFailed }),
  };
}

/** Begins it, and skips what is not to be undone. */
async function announce(
  tape: Tape,
  engine: Engine,
  { run, graph, steps, tags, origin, resumed }: CompensationRequest,
): Promise<void> {
  const isUndone = new Set(steps.map(({ step }) => step));
  if (!resumed) tape.add("run_created", { steps: graph, parent: run.id, tags, config: origin.config });
  tape.push(EVENT_KINDS.run_started, -1, 0);
  await engine.pace.finish(skipRest());

  function* skipRest(): Generator<undefined, void> {
    for (let step = 0; step < graph.count; step++) {
      const isOpen = resumed === undefined || resumed[step].status === "pending";
      if (isOpen && !isUndone.has(step)) {
        tape.push(EVENT_KINDS.step_skipped, step, 0, { reason: "nothing of it is left to undo" });
      }
      if (step % 256 === 255) yield;
    }
  }
}
