/** What an orchestrator and its workers say to each other: one message for each turn and direction. */
import type { RecordedError } from "../../../model/events/event.ts";
import type { ErrorClass } from "../../../model/policy.ts";
import type { LogFields, LogLevel } from "../../../model/ports.ts";
import type { StepError } from "../../../model/step/outcome.ts";
import type { ElementRemark, ElementsRequest } from "../../../model/elements/remark.ts";
import type { BodyPartition } from "../../step/partition.ts";
import type { NamedValues } from "../../step/context.ts";
import type { Fingerprint } from "../fingerprint.ts";

/** Numbers that both sides see without a message. */
export const CELL = {
  /** How many tasks were begun, of those sent. */
  BEGUN: 0,
  /** Counted up by a timer as long as the event loop of the worker turns. */
  BEATS: 1,
  /** The size of its heap, in megabytes. */
  HEAP_MB: 2,
  /** The number that the system gives to the thread; 0 where it does not tell. */
  THREAD: 3,
  COUNT: 4,
} as const;

/** What a worker is started with. */
export interface WorkerStart {
  readonly cells: SharedArrayBuffer;
  readonly heartbeatMs: number;
  /** The address of the module that exports the definitions. */
  readonly module: string;
}

/** A step, told once to each worker that is to run it. */
export interface StepIntroduction {
  readonly number: number;
  readonly name: string;
  readonly fingerprint: Fingerprint;
}

/** A run, told once to each worker that is to run a step of it. */
export interface RunIntroduction {
  readonly number: number;
  readonly id: string;
  readonly tags: { readonly [name: string]: string };
}

/** What a body is called with, beyond numbers. Left out for bodies that take none of it. */
export interface TaskArgument {
  readonly inputs?: NamedValues;
  readonly extra?: TaskExtra;
}

/** What few bodies are called with. */
export interface TaskExtra {
  /** The names of inputs that are collections: these come as Maps. */
  readonly collections?: readonly string[];
  readonly partitions?: readonly BodyPartition[];
  readonly selected?: readonly string[];
  readonly config?: { readonly given: unknown };
  readonly elements?: ElementsRequest;
  readonly undo?: TaskUndo;
}

/** What an undo step is called with. */
export interface TaskUndo {
  readonly error: RecordedError;
  readonly values: readonly UndoValue[];
}

/** One value that is to be undone, by its place in the step: loaded before, or why it could not be. */
export interface UndoValue {
  readonly asset: string;
  readonly place: number;
  readonly partition: string | undefined;
  readonly loaded: { readonly value: unknown } | { readonly failure: Failure };
}

/** A number for each task, or one that holds for all of them. */
export type Column = number | readonly number[];

/** Tasks, column by column: the fewer objects there are in a message, the less it costs. */
export interface TaskColumns {
  readonly slots: readonly number[];
  readonly steps: Column;
  readonly runs: Column;
  readonly attempts: Column;
  /** Left out when no task has any. */
  readonly inputs?: readonly (NamedValues | undefined)[];
  /** By place among the tasks. */
  readonly extras?: readonly (readonly [place: number, extra: TaskExtra])[];
}

/** To a worker. */
export interface Orders {
  readonly steps?: readonly StepIntroduction[];
  readonly runs?: readonly RunIntroduction[];
  readonly tasks?: TaskColumns;
  /** Slots whose bodies are to stop, with the reason in words. */
  readonly aborts?: readonly (readonly [slot: number, reason: StepError])[];
  /** What elements were answered that have asked for slots of pools. */
  readonly admitted?: readonly Admission[];
  /** How many tasks that were counted do not come: what they were to be called with could not be sent. */
  readonly skipped?: number;
  /** The number of a run that is over. */
  readonly ended?: number;
}

/** Something that went wrong, with what is to follow from it. */
export interface Failure {
  readonly error: StepError;
  /** Whether trying again is of no use. */
  readonly isFinal: boolean;
  readonly retry?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly maxRetries?: number | undefined;
  /** What kind of failure it was where it happened. */
  readonly errorClass?: ErrorClass | undefined;
}

/** What elements of a task say of the pools that they pass, which another thread has. */
export type PoolRemark =
  | { readonly slot: number; readonly gate: number; readonly pool: string; readonly take: number }
  | {
    readonly slot: number;
    readonly gate: number;
    readonly left: number;
    readonly outcome?: "success" | Failure;
  }
  | { readonly slot: number; readonly gate: number; readonly isClosed: true };

/** The answer to one that has asked for a slot. Gates have numbers that a worker gives once. */
export interface Admission {
  readonly gate: number;
  readonly take: number;
  /** False when it is not needed any more. */
  readonly isLetIn: boolean;
  /** Why it must not go on all the same. */
  readonly refusal?: Failure;
}

/** What a worker says while a task is under way. */
export type Remark =
  | {
    readonly slot: number;
    readonly level: LogLevel;
    readonly message: string;
    readonly fields?: LogFields;
    readonly element?: string;
  }
  | ({ readonly slot: number } & ElementRemark)
  | PoolRemark
  | { readonly slot: number; readonly facts: object }
  | { readonly secret: string }
  | { readonly stray: StepError };

/** From a worker. */
export interface Report {
  /** In the order in which they were made; those of a task come before its end. */
  readonly remarks?: readonly Remark[];
  /** The slots of tasks that have ended with a value. */
  readonly done?: readonly number[];
  /** Their values; left out when all are undefined. */
  readonly values?: readonly unknown[];
  readonly failed?: readonly (readonly [slot: number, failure: Failure])[];
  /** An order to stop was heard. */
  readonly heard?: true;
  /** The number of a run whose resources are closed, with what went wrong. */
  readonly ended?: readonly [run: number, error: StepError | undefined];
}
