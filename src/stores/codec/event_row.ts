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

/** How many columns an event has. */
export const EVENT_COLUMNS = 7;

/** Events as the values of their columns, one event behind the other. */
export type EventValues = (number | string | null)[];

/** Adds the event of a row of a batch to values; gives the length of its payload. */
export function pushEvent(
  values: EventValues,
  batch: EventBatch,
  row: number,
  run: number,
  textOf: PayloadText,
): number {
  const kind = batch.kindAt(row);
  const payload = batch.payloads.size > 0 ? batch.payloads.get(row) : undefined;
  const text = payload === undefined ? null : textOf(kind, payload);
  const name = eventName(kind) ?? String(kind);
  values.push(batch.seqAt(row), run, batch.msAt(row), name, batch.stepAt(row), batch.attemptAt(row), text);
  return text === null ? 0 : text.length;
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
