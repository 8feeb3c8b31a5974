/**
 * Events: the only thing that is ever recorded. Every status, list and view is a fold over them.
 *
 * An event is one row of a batch: its kind, the step it is about, the attempt, its place in the order of the
 * whole store and its time. Most need nothing more; the others carry a payload of JSON values.
 */
import type { AuditedVerb, By } from "../audit/audit.ts";
import type { CircuitReach } from "../assets/result.ts";
import type { CheckSeverity } from "../step/severity.ts";
import type { RunConcurrency } from "../gates/concurrency.ts";
import type { LogFields, LogLevel } from "../ports.ts";
import type { BackfillStatus, RunStatus, TickStatus } from "./status.ts";
import type { StepTable } from "./step_table.ts";
import type { PartitionIdentity, StoredSubset } from "../partitions/stored.ts";

/** The kinds of events by name; the numbers are stored and never change their meaning. */
export const EVENT_KINDS = {
  run_created: 1,
  run_started: 2,
  run_finished: 3,
  run_interrupted: 4,
  run_canceling: 5,
  run_queued: 6,
  run_recovered: 7,
  run_parked: 8,
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
  tick_recorded: 54,
  trigger_changed: 55,
  clock_jump: 56,
  step_undoing: 60,
  step_undo_retrying: 61,
  step_undone: 62,
  step_undo_failed: 63,
  element_started: 70,
  element_succeeded: 71,
  element_failed: 72,
  element_retrying: 73,
  element_skipped: 74,
  element_canceled: 75,
  breaker_opened: 90,
  breaker_half_open: 91,
  breaker_closed: 92,
  audited: 95,
} as const;

/** The name of an event's kind. */
export type EventName = keyof typeof EVENT_KINDS;

/** A failure as recorded: readable, and free of live objects. */
export interface RecordedError {
  /** Its name. */
  readonly name: string;
  /** What is wrong. */
  readonly message: string;
  /** What kind of failure it is. */
  readonly code?: string;
  /** The stack, as text. */
  readonly stack?: string;
  /** What caused it. */
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
  /** Facts for people, as JSON. */
  readonly metadata?: LogFields;
  /** The body said that the recorded value still holds. */
  readonly unchanged?: true;
  /** The output was not made. */
  readonly skipped?: string;
}

/** One output that was undone. */
export interface UndoneOutput {
  /** Position among the outputs that the run plans for the step. Default 0. */
  readonly output?: number;
  /** For a batch: the position of the partition among the step's partitions; absent when it holds for all. */
  readonly partition?: number;
}

/** One verdict of a check. */
export interface CheckRecord {
  /** The key of the asset. */
  readonly asset: string;
  /** The name of the check. */
  readonly check: string;
  /** Whether what was checked holds. */
  readonly passed: boolean;
  /** What a failure means. */
  readonly severity: CheckSeverity;
  /** Whether a failure of severity `error` stops what is downstream. */
  readonly blocking: boolean;
  /** What it is, for people. */
  readonly description?: string;
  /** Facts for people, as JSON. */
  readonly metadata?: LogFields;
  /** The key of the partition; absent without partitions. */
  readonly partition?: string;
}

/** What a breaker guards. */
export interface BreakerName {
  /** What it is. */
  readonly kind: "pool" | "resource";
  /** Its name. */
  readonly name: string;
}

/** Keys that were added to a dynamic definition. */
export interface AddedPartitions {
  /** The name of the definition. */
  readonly name: string;
  /** The keys. */
  readonly keys: readonly string[];
}

/** What kinds of events carry besides their row. A kind that is not named carries nothing. */
export interface EventPayloads {
  /** A run was planned. */
  readonly run_created: {
    readonly steps: StepTable;
    readonly job?: string;
    readonly backfill?: string;
    readonly parent?: string;
    /** Absent for 0. */
    readonly priority?: number;
    /** The key of which only so many runs are under way at once. */
    readonly concurrency?: RunConcurrency;
    readonly tags: { readonly [name: string]: string };
    readonly config: { readonly [step: string]: unknown };
  };
  /** A run is over. */
  readonly run_finished: {
    readonly status: Extract<RunStatus, "success" | "failed" | "canceled">;
    readonly error?: RecordedError;
  };
  /** Nobody executes a run any more. */
  readonly run_interrupted: {
    readonly reason: string;
    /** It was left in good order, or its events could not be recorded; absent when its process is gone. */
    readonly how?: "closed" | "failed";
  };
  /** A run waits for its turn. */
  readonly run_queued: { readonly waitsFor: string };
  /** A run was told to stop. */
  readonly run_canceling: { readonly reason: string };
  /** A run that was interrupted is gone on with. */
  readonly run_recovered: {
    /** How many times in a row, this one included, without a step that came to its end in between. */
    readonly count: number;
    /** The steps that were under way when it was interrupted; the first of them when there are many. */
    readonly steps: readonly number[];
    /** Assets that it had made whose code has another version by now: they were made by an earlier one, and stay as they are. */
    readonly earlier?: readonly string[];
  };
  /** A run was interrupted so often that it is left until somebody takes it up by hand. */
  readonly run_parked: { readonly reason: string };
  /** Absent when every planned output was made plainly, each with a new data version. */
  readonly step_succeeded: { readonly outputs: readonly OutputRecord[] } | undefined;
  /** A step failed for good. */
  readonly step_failed: {
    readonly error: RecordedError;
    /** What was made all the same, by a step that failed at a blocking check. */
    readonly outputs?: readonly OutputRecord[];
  };
  /** An attempt failed and another will follow. */
  readonly step_retrying: { readonly error: RecordedError; readonly delayMs: number };
  /** A step was skipped. */
  readonly step_skipped: {
    readonly reason: string;
    /** The step whose skip led to this one. */
    readonly cause?: number;
    /** How far the body has cut off what is downstream; absent where it has not. */
    readonly circuit?: CircuitReach;
  };
  /** `cause` is the upstream step that failed itself, `via` the direct upstream. */
  readonly step_upstream_failed: {
    readonly cause: number;
    readonly via: number;
    /** What keeps it from running that is not in the run; `cause` and `via` are -1 then. */
    readonly reason?: string;
  };
  /** A step was canceled. */
  readonly step_canceled: { readonly reason: string };
  /** An attempt at undoing a step failed and another will follow. */
  readonly step_undo_retrying: { readonly error: RecordedError; readonly delayMs: number };
  /** What a step made was undone, and counts as wiped. */
  readonly step_undone: {
    /** What the run failed for. */
    readonly reason: string;
    /** Absent when it made all of its outputs, and all were undone. */
    readonly outputs?: readonly UndoneOutput[];
    /** The run that made them, where it is another one. */
    readonly run?: string;
  };
  /** Undoing a step failed for good: what it made is still there. */
  readonly step_undo_failed: { readonly error: RecordedError };
  /** A check gave its verdict. */
  readonly check_evaluated: CheckRecord;
  /** A body wrote a line; `element` is the path of the element that did. */
  readonly step_log: {
    readonly level: LogLevel;
    readonly message: string;
    readonly fields?: LogFields;
    readonly element?: string;
  };
  /** A value was made elsewhere. */
  readonly asset_reported: {
    readonly asset: string;
    /** Absent without partitions. */
    readonly partition?: { readonly key: string; readonly identity: PartitionIdentity };
    readonly dataVersion?: string;
    readonly metadata?: LogFields;
  };
  /** Values were forgotten. */
  readonly asset_wiped: {
    readonly asset: string; /** Absent: everything. */
    readonly partitions?: StoredSubset;
  };
  /** Keys were added to a dynamic definition. */
  readonly partitions_added: { readonly name: string; readonly keys: readonly string[] };
  /** Keys were removed from a dynamic definition. */
  readonly partitions_removed: { readonly name: string; readonly keys: readonly string[] };
  /** A backfill was begun. */
  readonly backfill_created: {
    readonly id: string;
    readonly plan: unknown;
    readonly tags: { readonly [name: string]: string };
  };
  /** A backfill is over. */
  readonly backfill_finished: { readonly id: string; readonly status: BackfillStatus };
  /** A trigger came due, and this is what became of it. What it started was created before this was recorded. */
  readonly tick_recorded: {
    /** The id of the trigger, with its type: `schedule:nightly`. */
    readonly trigger: string;
    /** The instant that it was due at, epoch milliseconds; absent where the trigger follows no clock. */
    readonly dueMs?: number;
    /** What tells it from the other ticks of its trigger; absent where `dueMs` does, or nothing needs to. */
    readonly key?: string;
    readonly status: TickStatus;
    /** The runs and backfills that it asked for; absent for none. */
    readonly runs?: readonly string[];
    /** Why it asked for nothing. */
    readonly reason?: string;
    readonly error?: RecordedError;
    /** From where the trigger goes on, as JSON; absent where it stays. */
    readonly cursor?: unknown;
    /** Keys of dynamic definitions that it added first. */
    readonly partitions?: readonly AddedPartitions[];
  };
  /** A trigger was paused or resumed, or goes on from somewhere else. */
  readonly trigger_changed: {
    readonly trigger: string;
    /** Whether it is on from now on; absent where that stays. */
    readonly enabled?: boolean;
    /** From where it goes on, as JSON; absent where it stays. */
    readonly cursor?: unknown;
    /** Who asked for it. */
    readonly by?: string;
  };
  /** The wall clock was set, or the host slept: it went on by so much more than the time that passed; less than 0 for back. */
  readonly clock_jump: { readonly byMs: number };
  /** An attempt at an element of a step began; elements go by their paths. */
  readonly element_started: { readonly element: string };
  /** An element is made. */
  readonly element_succeeded: {
    readonly element: string;
    /** Tells its item and the code that it was made by; absent where that cannot be told, and it is made again. */
    readonly item?: string;
    /** What its body gave, as JSON; absent for nothing. */
    readonly value?: unknown;
    /** The run that made it, where that was an earlier one. */
    readonly from?: string;
  };
  /** An element failed for good. */
  readonly element_failed: { readonly element: string; readonly error: RecordedError };
  /** An attempt at an element failed and another will follow. */
  readonly element_retrying: {
    readonly element: string;
    readonly error: RecordedError;
    readonly delayMs: number;
  };
  /** The body of an element skipped it; `item` and `from` as of one that is made. */
  readonly element_skipped: {
    readonly element: string;
    readonly reason: string;
    readonly item?: string;
    readonly from?: string;
  };
  /** An element was stopped, or given up with its step. */
  readonly element_canceled: { readonly element: string; readonly reason: string };
  /** What a breaker guards has failed too often; none of its steps begins before `untilMs`. */
  readonly breaker_opened: BreakerName & {
    readonly failures: number;
    readonly untilMs: number;
    readonly error: RecordedError;
  };
  /** A breaker lets some steps try. */
  readonly breaker_half_open: BreakerName;
  /** A breaker lets all steps pass again. */
  readonly breaker_closed: BreakerName;
  /** Somebody asked for what leaves no other trace of who did. Whether it was done is in the record of what it is about. */
  readonly audited: {
    readonly verb: AuditedVerb;
    /** What it is about; absent for all. */
    readonly subject?: string;
    readonly by: By;
  };
}

/** The kinds of events about elements, by their numbers. */
export function isElementKind(kind: number): boolean {
  return kind >= EVENT_KINDS.element_started && kind <= EVENT_KINDS.element_canceled;
}

/** The kinds that a run's own batches hold; the others belong to the catalogue and carry the run id `""`. */
export type RunEventName = Exclude<
  EventName,
  | `asset_${string}`
  | `partitions_${string}`
  | `backfill_${string}`
  | `breaker_${string}`
  | "tick_recorded"
  | "trigger_changed"
  | "clock_jump"
  | "audited"
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
