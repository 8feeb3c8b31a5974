/** A run that undoes what another one has made: its steps are those of the other, and none of them is made. */
import type { RunInfo } from "../../model/assets/context.ts";
import { EVENT_KINDS } from "../../model/events/event.ts";
import type { StepRecord } from "../../model/events/record.ts";
import type { StepGraph } from "../../planner/steps/table.ts";
import type { Engine } from "../engine.ts";
import type { RunOrigin } from "../step/context.ts";
import type { Tape } from "../recorder.ts";
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
  const tape = engine.recorder.open(id, (error) => compensation?.crash(error));
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
    const { left, undoFailed, error } = await compensation.run();
    const isBad = undoFailed > 0 || error || resumed.some(({ status }) => status === "undo_failed");
    const status = left > 0 ? "interrupted" : isBad ? "failed" : "success";
    if (status === "interrupted") tape.add("run_interrupted", { reason: "the orchestrator was closed" });
    else tape.add("run_finished", { status, ...(error && { error }) });
    await tape.flush();
    return { status };
  } finally {
    tape.close();
  }
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
