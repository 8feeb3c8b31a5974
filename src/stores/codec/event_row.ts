/** Events as rows that SQL can read: one row each, the kind by its name. */
import { EventBatch, eventName } from "../../model/events/batch.ts";
import { EVENT_KINDS, type EventName } from "../../model/events/event.ts";
import type { PayloadReader, PayloadText } from "./chunk.ts";

/** The columns of an event, in their order. */
export type EventRow = [
  seq: number,
  run: number,
  at_ms: number,
  type: string,
  step: number,
  attempt: number,
  payload: string | null,
];

/** The event of a row of a batch. */
export function toEventRow(batch: EventBatch, row: number, run: number, textOf: PayloadText): EventRow {
  const kind = batch.kindAt(row);
  const payload = batch.payloads.get(row);
  return [
    batch.seqs[row],
    run,
    Math.round(batch.timesMs[row]),
    eventName(kind) ?? String(kind),
    batch.steps[row],
    batch.attemptAt(row),
    payload === undefined ? null : textOf(kind, payload),
  ];
}

/** A batch of rows of one run. */
export function fromEventRows(rows: readonly EventRow[], runId: string, read: PayloadReader): EventBatch {
  const batch = new EventBatch(runId, Math.max(1, rows.length));
  for (const [seq, , atMs, type, step, attempt, payload] of rows) {
    const kind = EVENT_KINDS[type as EventName] ?? Number(type);
    batch.push(
      kind,
      step,
      attempt,
      seq,
      atMs,
      payload === null ? undefined : read(kind, JSON.parse(payload)),
    );
  }
  return batch;
}
