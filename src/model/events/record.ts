/** Records: what the events of a run add up to. */
import type { CircuitReach } from "../assets/result.ts";
import type { LogFields, LogLevel } from "../ports.ts";
import type { AddedPartitions, CheckRecord, OutputRecord, RecordedError } from "./event.ts";
import type { BackfillStatus, ElementStatus, RunStatus, StepStatus, TickStatus } from "./status.ts";

/** How many steps of a run are in which final state. */
export interface StepCounts {
  /** How many there are. */
  readonly total: number;
  /** How many succeeded. */
  readonly success: number;
  /** How many failed. */
  readonly failed: number;
  /** How many were skipped. */
  readonly skipped: number;
  /** How many were not run because an upstream step failed. */
  readonly upstreamFailed: number;
  /** How many were canceled. */
  readonly canceled: number;
  /** How many succeeded and were undone afterwards; they do not count as succeeded. Absent for none. */
  readonly undone?: number;
  /** How many succeeded and could not be undone: compensation is incomplete. Absent for none. */
  readonly undoFailed?: number;
}

/** One run as lists show it. */
export interface RunRecord {
  /** Its id. */
  readonly id: string;
  /** What became of it. */
  readonly status: RunStatus;
  /** The job that was run. */
  readonly job: string | undefined;
  /** The backfill it belongs to. */
  readonly backfill: string | undefined;
  /** The run that it repeats. */
  readonly parent: string | undefined;
  /** Higher ones are served first. */
  readonly priority: number;
  /** While it is queued: what for. */
  readonly waitsFor: string | undefined;
  /** Values by name, for selections and views. */
  readonly tags: { readonly [name: string]: string };
  /** When it was created, epoch milliseconds. */
  readonly createdMs: number;
  /** When it began, epoch milliseconds. */
  readonly startedMs: number | undefined;
  /** When it ended, epoch milliseconds. */
  readonly finishedMs: number | undefined;
  /** The steps, upstream first. */
  readonly steps: StepCounts;
  /** Failed checks by severity. */
  readonly checks: { readonly failed: number; readonly warned: number };
  /** How many times in a row it was gone on with after its process had died, without a step coming to its end. */
  readonly recoveries: number;
  /** What ended the run, beyond the failures of its steps; of a parked one, why it is. */
  readonly error: RecordedError | undefined;
}

/** One step of a run. */
export interface StepRecord {
  /** Its number in the run. */
  readonly step: number;
  /** Its name. */
  readonly name: string;
  /** The keys of its partitions, in order. */
  readonly partitionKeys: readonly string[];
  /** What became of it. */
  readonly status: StepStatus;
  /** How many attempts there were. */
  readonly attempts: number;
  /** When it began, epoch milliseconds. */
  readonly startedMs: number | undefined;
  /** When it ended, epoch milliseconds. */
  readonly finishedMs: number | undefined;
  /** The outputs by the names under which the body returns them. */
  readonly outputs: readonly (OutputRecord & { readonly asset: string })[];
  /** Writes a line about something that is wrong. */
  readonly error: RecordedError | undefined;
  /** Why it was skipped or canceled. */
  readonly reason: string | undefined;
  /** How far its body has cut off what is downstream; absent where it has not. */
  readonly circuit?: CircuitReach;
  /** For `upstream_failed`: the chain of step numbers from the direct upstream to the step that failed. */
  readonly chain: readonly number[];
  /** What became of undoing it; absent when nobody tried. */
  readonly undo?: UndoRecord;
}

/** What became of undoing a step. */
export interface UndoRecord {
  /** How many attempts there were. */
  readonly attempts: number;
  /** When the latest of it was recorded, epoch milliseconds. */
  readonly atMs: number;
  /** Why it was undone. */
  readonly reason?: string;
  /** What went wrong last. */
  readonly error?: RecordedError;
}

/** One captured line. */
export interface LogLine {
  /** Its place in the order of all events. */
  readonly seq: number;
  /** When it was, epoch milliseconds. */
  readonly atMs: number;
  /** The name of the step declaration. */
  readonly step: number;
  /** The attempt, from 1. */
  readonly attempt: number;
  /** How serious the line is. */
  readonly level: LogLevel;
  /** What is wrong. */
  readonly message: string;
  /** Values that go with the line. */
  readonly fields: LogFields | undefined;
  /** The path of the element that wrote it; absent for a line of the step itself. */
  readonly element?: string;
}

/** One element of a step: a piece of making it, recorded by itself. */
export interface ElementRecord {
  /** The number of the step in the run. */
  readonly step: number;
  /** The keys from the outermost element down to this one, joined by `/`. */
  readonly path: string;
  /** What became of it. */
  readonly status: ElementStatus;
  /** How many attempts there were, over all attempts of the step in this run. */
  readonly attempts: number;
  /** When it began, epoch milliseconds; undefined where an earlier run has made it. */
  readonly startedMs: number | undefined;
  /** When it ended, epoch milliseconds. */
  readonly finishedMs: number | undefined;
  /** What its body gave, as JSON; undefined for nothing. */
  readonly value: unknown;
  /** What went wrong, of one that has failed or waits for its next attempt. */
  readonly error: RecordedError | undefined;
  /** Why it was skipped or canceled. */
  readonly reason: string | undefined;
  /** Tells its item and the code that it was made by; undefined where that cannot be told. */
  readonly item: string | undefined;
  /** The run that made it, where that was an earlier one. */
  readonly from: string | undefined;
}

/** One recorded making of a value. */
export interface MaterializationRecord {
  /** The asset. */
  readonly asset: string;
  /** The key of the partition. */
  readonly partitionKey: string | undefined;
  /** Absent when it was reported from elsewhere. */
  readonly runId: string | undefined;
  /** When it was, epoch milliseconds. */
  readonly atMs: number;
  /** Its place in the order of all events. */
  readonly seq: number;
  /** Identity of the content. */
  readonly dataVersion: string;
  /** Opaque; a change makes what exists stale. */
  readonly codeVersion: string | undefined;
  /** Facts for people, as JSON. */
  readonly metadata: LogFields | undefined;
}

/** One verdict with its time and run. */
export interface CheckResultRecord extends CheckRecord {
  /** When it was, epoch milliseconds. */
  readonly atMs: number;
  /** The run; empty for events of the catalogue. */
  readonly runId: string;
}

/** One backfill. */
export interface BackfillRecord {
  /** Its id. */
  readonly id: string;
  /** What became of it. */
  readonly status: BackfillStatus;
  /** When it was created, epoch milliseconds. */
  readonly createdMs: number;
  /** When it ended, epoch milliseconds. */
  readonly finishedMs: number | undefined;
  /** The plan as saved by `formatPlan`. */
  readonly plan: unknown;
  /** The runs. */
  readonly runs: readonly string[];
  /** Values by name, for selections and views. */
  readonly tags: { readonly [name: string]: string };
}

/** One tick of a trigger. */
export interface TickRecord {
  /** Its place in the order of all events. */
  readonly seq: number;
  /** When it was recorded, epoch milliseconds. */
  readonly atMs: number;
  /** The id of the trigger, with its type: `schedule:nightly`. */
  readonly trigger: string;
  /** The instant that it was due at, epoch milliseconds; undefined where the trigger follows no clock. */
  readonly dueMs: number | undefined;
  /** What tells it from the other ticks of its trigger, where `dueMs` does not. */
  readonly key: string | undefined;
  /** What it came to. */
  readonly status: TickStatus;
  /** The runs and backfills that it asked for. */
  readonly runs: readonly string[];
  /** Why it asked for nothing. */
  readonly reason: string | undefined;
  /** Why it failed. */
  readonly error: RecordedError | undefined;
  /** Keys of dynamic definitions that it added. */
  readonly partitions: readonly AddedPartitions[];
}

/** What is recorded of one trigger. */
export interface TriggerRecord {
  /** Its id, with its type: `schedule:nightly`. */
  readonly id: string;
  /** Whether it was switched on or off by hand; undefined where what is declared counts. */
  readonly enabled: boolean | undefined;
  /** From where it goes on, as JSON; undefined before its first tick. */
  readonly cursor: unknown;
  /** The latest of its ticks. */
  readonly lastTick: TickRecord | undefined;
  /** The latest of its ticks that asked for runs. */
  readonly lastRequest: TickRecord | undefined;
  /** How many of its ticks have failed in a row. */
  readonly failures: number;
  /** When something of this changed last, epoch milliseconds. */
  readonly changedMs: number;
}
