/** From where a schedule goes on: an instant, and what it was an instant of. */
import type { TriggerRecord } from "../../model/events/record.ts";
import type { Scheduled } from "./scheduled.ts";

/** Every instant up to `atMs` is done with. */
export interface Cursor {
  readonly atMs: number;
  /** When the schedule ticked then: one that was edited begins anew. */
  readonly cadence: string;
}

/** The cursor on record; undefined where there is none, or it was one of another cadence. */
export function cursorOf(
  { cadence }: Pick<Scheduled, "cadence">,
  record: TriggerRecord | undefined,
): Cursor | undefined {
  const cursor = record?.cursor as Partial<Cursor> | undefined;
  const isOwn = typeof cursor?.atMs === "number" && cursor.cadence === cadence;
  return isOwn ? cursor as Cursor : undefined;
}

/**
 * Where a schedule begins: now. One that makes up for everything begins at its declared start, and after it was edited, where
 * it was.
 */
export function firstCursor(
  { schedule: { misfire, startMs }, cadence }: Pick<Scheduled, "schedule" | "cadence">,
  record: TriggerRecord | undefined,
  nowMs: number,
): Cursor {
  if (misfire.policy !== "fire-all") return { atMs: nowMs, cadence };
  const was = (record?.cursor as Partial<Cursor> | undefined)?.atMs;
  const first = was ?? (startMs === undefined ? nowMs : startMs - 1);
  return { atMs: Math.min(first, nowMs), cadence };
}

/** Where a schedule goes on when it is resumed: now, unless it makes up for what it has missed. */
export function resumeCursor(
  { schedule: { misfire }, cadence }: Pick<Scheduled, "schedule" | "cadence">,
  nowMs: number,
): Cursor | undefined {
  return misfire.policy === "fire-all" ? undefined : { atMs: nowMs, cadence };
}
