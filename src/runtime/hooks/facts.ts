/** What hooks are told, from what is recorded. */
import type { OutputFact, StepFact } from "../../model/step/hooks.ts";
import type { EventBatch } from "../../model/events/batch.ts";
import { EVENT_KINDS, type EventPayloads, type OutputRecord } from "../../model/events/event.ts";
import { findOutput } from "../../model/events/outputs.ts";
import type { StepGraph } from "../../planner/steps/table.ts";
import type { HookName } from "./call.ts";

const { step_started: STARTED, step_succeeded: SUCCEEDED, step_failed: FAILED } = EVENT_KINDS;
const { step_retrying: RETRYING, step_skipped: SKIPPED } = EVENT_KINDS;

/** Which hook hears of a kind of events. */
export const HOOK_OF_KIND: ReadonlyMap<number, HookName> = new Map([
  [STARTED, "onStart"],
  [SUCCEEDED, "onSuccess"],
  [FAILED, "onFailure"],
  [RETRYING, "onRetry"],
  [SKIPPED, "onSkip"],
]);

/** What a row of a run's batch says of a step, in the words of hooks. */
export function stepFact(graph: StepGraph, batch: EventBatch, row: number): StepFact {
  const step = batch.stepAt(row);
  const node = graph.nodeOf(step);
  const partitions = graph.partitionKeys(step);
  const keys = graph.outputs(node).map(({ key }) => key);
  const fact = {
    runId: batch.runId,
    step: graph.node(node).step,
    keys,
    partitions: [...partitions],
    attempt: batch.attemptAt(row),
    atMs: batch.msAt(row),
  };
  return frozen({ ...fact, ...wordsOf(batch, row, keys, partitions) });
}

function wordsOf(batch: EventBatch, row: number, keys: readonly string[], partitions: readonly string[]) {
  const payload = batch.payloads.get(row);
  switch (batch.kindAt(row)) {
    case SUCCEEDED: {
      const said = payload as EventPayloads["step_succeeded"];
      return { outputs: outputFacts(keys, partitions, said?.outputs ?? []) };
    }
    case FAILED:
      return { error: (payload as EventPayloads["step_failed"]).error };
    case RETRYING: {
      const { error, delayMs } = payload as EventPayloads["step_retrying"];
      return { error, delayMs };
    }
    case SKIPPED:
      return { reason: (payload as EventPayloads["step_skipped"]).reason };
    default:
      return {};
  }
}

function outputFacts(
  keys: readonly string[],
  partitions: readonly string[],
  said: readonly OutputRecord[],
): readonly OutputFact[] {
  const places = partitions.length > 0 ? partitions : [undefined];
  return keys.flatMap((asset, output) =>
    places.map((partition, place): OutputFact => {
      const { metadata, skipped, unchanged } = findOutput(said, output, place) ?? {};
      return {
        asset,
        ...(partition !== undefined && { partition }),
        status: skipped !== undefined ? "skipped" : unchanged ? "unchanged" : "made",
        ...(metadata && { metadata }),
      };
    })
  );
}

/** Freezes plain JSON at any depth: what one hook is told, others are told too. */
export function frozen<T extends object>(json: T): T {
  for (const value of Object.values(json)) {
    if (typeof value === "object" && value !== null && !Object.isFrozen(value)) frozen(value);
  }
  return Object.freeze(json);
}
