/** Records: what the events of a run add up to. */
import type { LogFields, LogLevel } from "../ports.ts";
import type { CheckRecord, OutputRecord, RecordedError } from "./event.ts";
import type { BackfillStatus, RunStatus, StepStatus } from "./status.ts";

/** How many steps of a run are in which final state. */
export interface StepCounts {
  readonly total: number;
  readonly success: number;
  readonly failed: number;
  readonly skipped: number;
  readonly upstreamFailed: number;
  readonly canceled: number;
}

/** One run as lists show it. */
export interface RunRecord {
  readonly id: string;
  readonly status: RunStatus;
  readonly job: string | undefined;
  /** The backfill it belongs to. */
  readonly backfill: string | undefined;
  /** The run that it repeats. */
  readonly parent: string | undefined;
  readonly tags: { readonly [name: string]: string };
  readonly createdMs: number;
  readonly startedMs: number | undefined;
  readonly finishedMs: number | undefined;
  readonly steps: StepCounts;
  /** Failed checks by severity. */
  readonly checks: { readonly failed: number; readonly warned: number };
  /** What ended the run, beyond the failures of its steps. */
  readonly error: RecordedError | undefined;
}

/** One step of a run. */
export interface StepRecord {
  /** Its number in the run. */
  readonly step: number;
  readonly name: string;
  readonly partitionKeys: readonly string[];
  readonly status: StepStatus;
  readonly attempts: number;
  readonly startedMs: number | undefined;
  readonly finishedMs: number | undefined;
  readonly outputs: readonly (OutputRecord & { readonly asset: string })[];
  readonly error: RecordedError | undefined;
  /** Why it was skipped or canceled. */
  readonly reason: string | undefined;
  /** For `upstream_failed`: the chain of step numbers from the direct upstream to the step that failed. */
  readonly chain: readonly number[];
}

/** One captured line. */
export interface LogLine {
  readonly seq: number;
  readonly atMs: number;
  readonly step: number;
  readonly attempt: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

/** One recorded making of a value. */
export interface MaterializationRecord {
  readonly asset: string;
  readonly partitionKey: string | undefined;
  /** Absent when it was reported from elsewhere. */
  readonly runId: string | undefined;
  readonly atMs: number;
  readonly seq: number;
  readonly dataVersion: string;
  readonly codeVersion: string | undefined;
  readonly metadata: LogFields | undefined;
}

/** One verdict with its time and run. */
export interface CheckResultRecord extends CheckRecord {
  readonly atMs: number;
  readonly runId: string;
}

/** One backfill. */
export interface BackfillRecord {
  readonly id: string;
  readonly status: BackfillStatus;
  readonly createdMs: number;
  readonly finishedMs: number | undefined;
  /** The plan as saved by `formatPlan`. */
  readonly plan: unknown;
  readonly runs: readonly string[];
  readonly tags: { readonly [name: string]: string };
}
