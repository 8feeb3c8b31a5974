/** Rows of the tables as values that can cross to a thread, and the records they stand for. */
import type {
  CheckResultRecord,
  RunRecord,
  TickRecord,
  TriggerRecord,
} from "../../../model/events/record.ts";
import type { RunStatus } from "../../../model/events/status.ts";
import { tickIdentity } from "../../../model/events/ticks.ts";
import type { ChunkRow } from "../../codec/chunk.ts";
import type { EventRow, EventValues } from "../../codec/event_row.ts";
import type { ListRow } from "../../codec/image.ts";
import type { NamedText } from "../../codec/scope.ts";
import type { SegmentRow } from "../../codec/segment.ts";
import { fromColumn, toColumn } from "./texts.ts";

/** One run. */
export interface RunRow {
  readonly number: number;
  readonly id: string;
  readonly status: string;
  readonly job: string | null;
  readonly backfill: string | null;
  readonly parent: string | null;
  readonly scope: string;
  readonly created_ms: number;
  readonly started_ms: number | null;
  readonly finished_ms: number | null;
  readonly first_seq: number;
  readonly last_seq: number;
  readonly steps: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
  readonly upstream_failed: number;
  readonly canceled: number;
  readonly undone: number;
  readonly undo_failed: number;
  readonly checks_failed: number;
  readonly checks_warned: number;
  readonly priority: number;
  readonly waits_for: string | null;
  readonly tags: string;
  readonly recoveries: number;
  readonly error: string | null;
}

/** The latest verdict of a check and a partition. */
export interface CheckRow {
  readonly asset: string;
  readonly name: string;
  /** The empty text stands for none. */
  readonly partition: string;
  readonly seq: number;
  readonly run: string;
  readonly at_ms: number;
  readonly passed: number;
  /** JSON of the record. */
  readonly record: string;
}

/** One backfill. */
export interface BackfillRow {
  /** The place of its creation. */
  readonly seq: number;
  readonly id: string;
  readonly status: string;
  readonly created_ms: number;
  readonly finished_ms: number | null;
  readonly tags: string;
  readonly plan: string;
}

/** One trigger. */
export interface TriggerRow {
  readonly id: string;
  /** JSON of the record. */
  readonly record: string;
}

/** One tick of a trigger. */
export interface TickRow {
  readonly seq: number;
  /** The id of the trigger. */
  readonly source: string;
  /** What tells it from the others of its trigger. */
  readonly identity: string | null;
  /** JSON of the record. */
  readonly record: string;
}

/** Rows of one asset that were carried over when their runs were removed. */
export interface CarriedRows {
  /** 0 for one that is not stored yet. */
  readonly id: number;
  /** Everything up to this place was counted when it was carried. */
  readonly seq: number;
  readonly asset: string;
  /** JSON of the rows. */
  readonly cells: string;
}

/** A part of the log, in both forms; a form that a file does not have is empty. */
export interface LogPage {
  readonly chunks: readonly ChunkRow[];
  readonly events: readonly EventRow[];
  /** Everything up to this place is there; chunks may go on behind it. Infinity at the end of the log. */
  readonly end: number;
}

/** Everything that one transaction writes. */
export interface Write {
  readonly chunks: readonly ChunkRow[];
  readonly events: EventValues;
  readonly runs: readonly RunRow[];
  readonly checks: readonly CheckRow[];
  readonly backfills: readonly BackfillRow[];
  readonly triggers: readonly TriggerRow[];
  readonly ticks: readonly TickRow[];
  readonly parts: readonly NamedText[];
  readonly scopes: readonly NamedText[];
  readonly lists: readonly ListRow[];
  readonly segments: readonly SegmentRow[];
  /** Sheets whose segments go. */
  readonly dropped: readonly number[];
  /** Numbers by name. */
  readonly meta: { readonly [name in MetaName]?: number };
  /** Runs that go, and what is carried over of them. */
  readonly forgotten: readonly number[];
  readonly carried: readonly CarriedRows[];
  /** What was carried before and stands no longer, by id. */
  readonly superseded: readonly number[];
}

/** What is folded from the log. */
export type Projected = Pick<
  Write,
  "runs" | "checks" | "backfills" | "triggers" | "ticks" | "lists" | "segments" | "meta"
>;

/** Numbers about the whole file. */
export type MetaName = "last_seq" | "redo_seq" | "longest_chunk" | "last_run" | "fence" | "history";

/** A transaction that writes nothing. */
export const NOTHING: Write = Object.freeze({
  chunks: [],
  events: [],
  runs: [],
  checks: [],
  backfills: [],
  triggers: [],
  ticks: [],
  parts: [],
  scopes: [],
  lists: [],
  segments: [],
  dropped: [],
  meta: {},
  forgotten: [],
  carried: [],
  superseded: [],
});

/** What a row of `runs` holds besides the record. */
export type RunPlace = Pick<RunRow, "number" | "scope" | "first_seq" | "last_seq">;

export function toRunRow(record: RunRecord, place: RunPlace): RunRow {
  const { steps, checks } = record;
  return {
    ...place,
    id: toColumn(record.id),
    status: record.status,
    job: orNull(record.job),
    backfill: orNull(record.backfill),
    parent: orNull(record.parent),
    created_ms: record.createdMs,
    started_ms: record.startedMs ?? null,
    finished_ms: record.finishedMs ?? null,
    steps: steps.total,
    succeeded: steps.success,
    failed: steps.failed,
    skipped: steps.skipped,
    upstream_failed: steps.upstreamFailed,
    canceled: steps.canceled,
    undone: steps.undone ?? 0,
    undo_failed: steps.undoFailed ?? 0,
    checks_failed: checks.failed,
    checks_warned: checks.warned,
    priority: record.priority,
    waits_for: orNull(record.waitsFor),
    tags: JSON.stringify(record.tags),
    recoveries: record.recoveries,
    error: record.error ? JSON.stringify(record.error) : null,
  };
}

const NO_TAGS: RunRecord["tags"] = Object.freeze({});

export function fromRunRow(row: RunRow): RunRecord {
  return Object.freeze({
    id: fromColumn(row.id),
    status: row.status as RunStatus,
    job: orUndefined(row.job),
    backfill: orUndefined(row.backfill),
    parent: orUndefined(row.parent),
    priority: row.priority,
    waitsFor: orUndefined(row.waits_for),
    tags: row.tags === "{}" ? NO_TAGS : JSON.parse(row.tags) as RunRecord["tags"],
    createdMs: row.created_ms,
    startedMs: row.started_ms ?? undefined,
    finishedMs: row.finished_ms ?? undefined,
    steps: {
      total: row.steps,
      success: row.succeeded,
      failed: row.failed,
      skipped: row.skipped,
      upstreamFailed: row.upstream_failed,
      canceled: row.canceled,
      ...(row.undone > 0 && { undone: row.undone }),
      ...(row.undo_failed > 0 && { undoFailed: row.undo_failed }),
    },
    checks: { failed: row.checks_failed, warned: row.checks_warned },
    recoveries: row.recoveries,
    error: row.error === null ? undefined : JSON.parse(row.error) as RunRecord["error"],
  });
}

export function toCheckRow({ seq, ...record }: CheckResultRecord & { readonly seq: number }): CheckRow {
  return {
    asset: toColumn(record.asset),
    name: toColumn(record.check),
    partition: toColumn(record.partition ?? ""),
    seq,
    run: toColumn(record.runId),
    at_ms: record.atMs,
    passed: record.passed ? 1 : 0,
    record: JSON.stringify(record),
  };
}

export function toTriggerRow(record: TriggerRecord): TriggerRow {
  return { id: toColumn(record.id), record: JSON.stringify(record) };
}

/** Fields that are undefined are left out of JSON, and come back as such. */
export function fromTriggerRow({ record }: TriggerRow): TriggerRecord {
  const { id, enabled, cursor, lastTick, lastRequest, failures, changedMs } = JSON.parse(
    record,
  ) as TriggerRecord;
  return Object.freeze({
    id,
    enabled,
    cursor,
    lastTick: lastTick && wholeTick(lastTick),
    lastRequest: lastRequest && wholeTick(lastRequest),
    failures,
    changedMs,
  });
}

export function toTickRow(tick: TickRecord): TickRow {
  const identity = tickIdentity(tick);
  return {
    seq: tick.seq,
    source: toColumn(tick.trigger),
    identity: orNull(identity),
    record: JSON.stringify(tick),
  };
}

export function fromTickRow({ record }: TickRow): TickRecord {
  return wholeTick(JSON.parse(record) as TickRecord);
}

function wholeTick(
  { seq, atMs, trigger, dueMs, key, status, runs, reason, error, partitions }: TickRecord,
): TickRecord {
  return Object.freeze({ seq, atMs, trigger, dueMs, key, status, runs, reason, error, partitions });
}

function orNull(text: string | undefined): string | null {
  return text === undefined ? null : toColumn(text);
}

function orUndefined(column: string | null): string | undefined {
  return column === null ? undefined : fromColumn(column);
}
