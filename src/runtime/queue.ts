/** Runs that wait for their turn: recorded as queued, so that the next process finds them too. */
import type { StepGraph } from "../planner/steps/table.ts";
import type { StepRecord } from "../model/events/record.ts";
import type { EventPayloads } from "../model/events/event.ts";
import type { Engine } from "./engine.ts";
import type { Queued, RunTurn } from "./gates/turns.ts";
import type { Tape } from "./recorder.ts";
import { hasAny } from "./step/facts.ts";
import { copyJsonOr } from "./step/json.ts";

/** What of a run's request its place in the queue depends on. */
export interface QueueRequest {
  readonly id: string;
  readonly job?: string;
  readonly backfill?: string;
  readonly parent?: string;
  readonly tags?: { readonly [name: string]: string };
  readonly config?: { readonly [step: string]: unknown };
  readonly priority?: number;
  readonly turn?: RunTurn | undefined;
  readonly signal?: AbortSignal;
  readonly onCreated?: () => void;
  /** Its steps as recorded: it is on record then. */
  readonly resumed?: readonly StepRecord[];
}

/** What is recorded of a run when it is made. */
export function createdPayload(
  { job, backfill, parent, tags = {}, config = {}, priority = 0, turn }: QueueRequest,
  steps: StepGraph,
): EventPayloads["run_created"] {
  return {
    steps,
    ...(job !== undefined && { job }),
    ...(backfill !== undefined && { backfill }),
    ...(parent !== undefined && { parent }),
    ...(priority !== 0 && { priority }),
    ...(turn && hasAny(turn.concurrency) && { concurrency: turn.concurrency }),
    tags,
    config: hasAny(config) ? copyJsonOr(config, (reason) => ({ unprintable: reason })) : config,
  };
}

/**
 * Waits until the turn of a run has come, or it is canceled, which needs no turn. False when the engine leaves all runs as
 * they are: this one is recorded as interrupted then.
 */
export async function waitForTurn(
  engine: Engine,
  request: QueueRequest,
  steps: StepGraph,
  { waitsFor, came }: Queued,
): Promise<boolean> {
  const tape = engine.recorder.open(request.id);
  try {
    if (!request.resumed) tape.add("run_created", createdPayload(request, steps));
    tape.add("run_queued", { waitsFor });
    await tape.flush();
    if (!request.resumed) request.onCreated?.();
    if (await settled(engine, request, came)) return true;
    await recordLeft(tape);
    return false;
  } finally {
    tape.close();
  }
}

async function recordLeft(tape: Tape): Promise<void> {
  tape.add("run_interrupted", { reason: "the orchestrator was closed" });
  await tape.flush();
}

function settled(engine: Engine, { signal, turn }: QueueRequest, came: Promise<void>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const stop = () => {
    turn?.leave();
    resolve(true);
  };
  came.then(() => resolve(true));
  const stay = engine.onLeave(() => resolve(false));
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  return promise.finally(() => {
    stay();
    signal?.removeEventListener("abort", stop);
  });
}
