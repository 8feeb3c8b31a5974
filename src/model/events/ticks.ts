/** Ticks and triggers: what the events about them add up to. */
import type { EventBatch } from "./batch.ts";
import { EVENT_KINDS, type EventPayloads } from "./event.ts";
import type { TickRecord, TriggerRecord } from "./record.ts";

const { tick_recorded: TICK, trigger_changed: CHANGED } = EVENT_KINDS;

/** What tells a tick from the others of its trigger; undefined where nothing does. */
export function tickIdentity({ dueMs, key }: Pick<TickRecord, "dueMs" | "key">): string | undefined {
  if (key !== undefined) return `key ${key}`;
  return dueMs === undefined ? undefined : `at ${dueMs}`;
}

/** The ticks among the rows `[from, to)` of a batch of the catalogue, in order. */
export function readTicks(batch: EventBatch, from: number = 0, to: number = batch.size): TickRecord[] {
  const ticks: TickRecord[] = [];
  for (let row = from; row < to; row++) if (batch.kindAt(row) === TICK) ticks.push(readTick(batch, row));
  return ticks;
}

function readTick(batch: EventBatch, row: number): TickRecord {
  const { trigger, dueMs, key, status, runs = [], reason, error, partitions = [] } = batch.payloads.get(
    row,
  ) as EventPayloads["tick_recorded"];
  const [seq, atMs] = [batch.seqAt(row), batch.msAt(row)];
  return Object.freeze({ seq, atMs, trigger, dueMs, key, status, runs, reason, error, partitions });
}

/** The trigger that an event is about; undefined for all other events. */
export function triggerOf(batch: EventBatch, row: number): string | undefined {
  const kind = batch.kindAt(row);
  if (kind !== TICK && kind !== CHANGED) return undefined;
  return (batch.payloads.get(row) as EventPayloads["trigger_changed"]).trigger;
}

/** What is known of a trigger after an event that is about it. */
export function foldTrigger(
  id: string,
  before: TriggerRecord | undefined,
  batch: EventBatch,
  row: number,
): TriggerRecord {
  const known = before ?? newTrigger(id);
  const payload = batch.payloads.get(row) as EventPayloads["tick_recorded" | "trigger_changed"];
  const changedMs = batch.msAt(row);
  const cursor = payload.cursor === undefined ? known.cursor : payload.cursor;
  if (!("status" in payload)) {
    const { enabled = known.enabled } = payload;
    return Object.freeze({ ...known, enabled, cursor, changedMs });
  }
  const tick = readTick(batch, row);
  return Object.freeze({
    ...known,
    cursor,
    changedMs,
    lastTick: tick,
    lastRequest: tick.status === "requested" ? tick : known.lastRequest,
    failures: tick.status === "failed" ? known.failures + 1 : 0,
  });
}

function newTrigger(id: string): TriggerRecord {
  return {
    id,
    enabled: undefined,
    cursor: undefined,
    lastTick: undefined,
    lastRequest: undefined,
    failures: 0,
    changedMs: 0,
  };
}
