/**
 * Events: the only thing that is ever recorded. Every status, list and view is a fold over them.
 *
 * An event is one row of a batch: its kind, the step it is about, the attempt, its place in the order of the
 * whole store and its time. Most need nothing more; the others carry a payload of JSON values.
 */
import type { CheckSeverity } from "../assets/declaration.ts";
import type { LogFields, LogLevel } from "../ports.ts";
import type { BackfillStatus, RunStatus } from "./status.ts";
import type { StepTable } from "./step_table.ts";
import type { PartitionIdentity, StoredSubset } from "../partitions/stored.ts";

/** The kinds of events by name; the numbers are stored and never change their meaning. */
export const EVENT_KINDS = {
  run_created: 1,
  run_started: 2,
  run_finished: 3,
  run_interrupted: 4,
  run_canceling: 5,
  step_started: 10,
  step_succeeded: 11,
  step_failed: 12,
  step_retrying: 13,
  step_skipped: 14,
  step_upstream_failed: 15,
  step_canceled: 16,
  check_evaluated: 20,
  step_log: 30,
  asset_reported: 40,
  asset_wiped: 41,
  partitions_added: 42,
  partitions_removed: 43,
  backfill_created: 50,
  backfill_finished: 51,
} as const;

/** The name of an event's kind. */
export type EventName = keyof typeof EVENT_KINDS;

/** A failure as recorded: readable, and free of live objects. */
export interface RecordedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: RecordedError;
}

/**
 * What a step says about one output. Absent fields take their defaults; an output that is not spoken of was made
 * plainly. A record of one partition counts before one that holds for all.
 */
export interface OutputRecord {
  /** Position among the outputs that the run plans for the step. Default 0. */
  readonly output?: number;
  /** For a batch: the position of the partition among the step's partitions; absent when it holds for all. */
  readonly partition?: number;
  /** Given by the body, or derived from code version and inputs; absent stands for "a new one". */
  readonly dataVersion?: string;
  readonly metadata?: LogFields;
  /** The body said that the recorded value still holds. */
  readonly unchanged?: true;
  /** The output was not made. */
  readonly skipped?: string;
}

/** One verdict of a check. */
export interface CheckRecord {
  /** The key of the asset. */
  readonly asset: string;
  readonly check: string;
  readonly passed: boolean;
  readonly severity: CheckSeverity;
  readonly blocking: boolean;
  readonly description?: string;
  readonly metadata?: LogFields;
  /** The key of the partition; absent without partitions. */
  readonly partition?: string;
}

/** What kinds of events carry besides their row. A kind that is not named carries nothing. */
export interface EventPayloads {
  readonly run_created: {
    readonly steps: StepTable;
    readonly job?: string;
    readonly backfill?: string;
    readonly parent?: string;
    readonly tags: { readonly [name: string]: string };
    readonly config: { readonly [step: string]: unknown };
  };
  readonly run_finished: {
    readonly status: Extract<RunStatus, "success" | "failed" | "canceled">;
    readonly error?: RecordedError;
  };
  readonly run_interrupted: { readonly reason: string };
  readonly run_canceling: { readonly reason: string };
  /** Absent when every planned output was made plainly, each with a new data version. */
  readonly step_succeeded: { readonly outputs: readonly OutputRecord[] } | undefined;
  readonly step_failed: {
    readonly error: RecordedError;
    /** What was made all the same, by a step that failed at a blocking check. */
    readonly outputs?: readonly OutputRecord[];
  };
  readonly step_retrying: { readonly error: RecordedError; readonly delayMs: number };
  readonly step_skipped: {
    readonly reason: string; /** The step whose skip led to this one. */
    readonly cause?: number;
  };
  /** `cause` is the upstream step that failed itself, `via` the direct upstream. */
  readonly step_upstream_failed: { readonly cause: number; readonly via: number };
  readonly step_canceled: { readonly reason: string };
  readonly check_evaluated: CheckRecord;
  readonly step_log: { readonly level: LogLevel; readonly message: string; readonly fields?: LogFields };
  readonly asset_reported: {
    readonly asset: string;
    /** Absent without partitions. */
    readonly partition?: { readonly key: string; readonly identity: PartitionIdentity };
    readonly dataVersion?: string;
    readonly metadata?: LogFields;
  };
  readonly asset_wiped: {
    readonly asset: string; /** Absent: everything. */
    readonly partitions?: StoredSubset;
  };
  readonly partitions_added: { readonly name: string; readonly keys: readonly string[] };
  readonly partitions_removed: { readonly name: string; readonly keys: readonly string[] };
  readonly backfill_created: {
    readonly id: string;
    readonly plan: unknown;
    readonly tags: { readonly [name: string]: string };
  };
  readonly backfill_finished: { readonly id: string; readonly status: BackfillStatus };
}

/** The kinds that a run's own batches hold; the others belong to the catalogue and carry the run id `""`. */
export type RunEventName = Exclude<
  EventName,
  `asset_${string}` | `partitions_${string}` | `backfill_${string}`
>;

/** One event as people and subscribers see it: the row and its payload together. */
export type SluiceEvent = {
  [Name in EventName]: {
    readonly type: Name;
    /** Place in the order of all events of the store; ascending, without meaning otherwise. */
    readonly seq: number;
    readonly atMs: number;
    /** The run; empty for events of the catalogue. */
    readonly runId: string;
    /** The step's number in the run, or -1. */
    readonly step: number;
    /** Counted from 1; 0 where it has no meaning. */
    readonly attempt: number;
    readonly payload: Name extends keyof EventPayloads ? EventPayloads[Name] : undefined;
  };
}[EventName];
