/** Hooks: what is called when something about a step or a run is on record. */
import type { RecordedError } from "../events/event.ts";
import type { StepCounts } from "../events/record.ts";
import type { Metadata } from "../assets/result.ts";

/** What a hook of a step is told. Frozen, and plain JSON. */
export interface StepFact {
  /** The run. */
  readonly runId: string;
  /** The key of the asset, the name of the multi-asset, or `asset:check`. */
  readonly step: string;
  /** The keys of the assets that the step makes in this run; empty for a check. */
  readonly keys: readonly string[];
  /** The keys of its partitions, in order; empty without partitions. */
  readonly partitions: readonly string[];
  /** Which attempt it is about, counted from 1; 0 for a step that was never begun. */
  readonly attempt: number;
  /** When it was recorded, epoch milliseconds. */
  readonly atMs: number;
}

/** One output of a step that has succeeded. */
export interface OutputFact {
  /** The key of the asset. */
  readonly asset: string;
  /** The key of the partition; absent without partitions. */
  readonly partition?: string;
  /** Whether a new value was kept, the one that was there still holds, or none was made. */
  readonly status: "made" | "unchanged" | "skipped";
  /** Facts for people, as JSON. */
  readonly metadata?: Metadata;
}

/** What `onSuccess` is told. */
export interface SuccessFact extends StepFact {
  /** The outputs, each with each of its partitions. */
  readonly outputs: readonly OutputFact[];
}

/** What `onFailure` is told. */
export interface FailureFact extends StepFact {
  /** The error as recorded. */
  readonly error: RecordedError;
}

/** What `onRetry` is told. */
export interface RetryFact extends FailureFact {
  /** How long until the next attempt, in milliseconds; absent where another orchestrator decides. */
  readonly delayMs?: number;
}

/** What `onSkip` is told. */
export interface SkipFact extends StepFact {
  /** Why. */
  readonly reason: string;
}

/** What is called with a fact. What it gives back is waited for, and otherwise of no account. */
export type Hook<Fact> = (fact: Fact, signal: AbortSignal) => unknown;

/**
 * What is called when something about a step is on record: never before, once at most, in order for each step, and beside
 * the run, which no hook can fail or hold up. docs/runs/hooks.md says what is promised.
 */
export interface StepHooks {
  /** An attempt has begun. */
  readonly onStart?: Hook<StepFact>;
  /** The step has succeeded. */
  readonly onSuccess?: Hook<SuccessFact>;
  /** The step has failed for good. */
  readonly onFailure?: Hook<FailureFact>;
  /** An attempt has failed, and another will follow. */
  readonly onRetry?: Hook<RetryFact>;
  /** The step was skipped. */
  readonly onSkip?: Hook<SkipFact>;
  /** How long a call may take, in milliseconds, before its signal is aborted and it is given up. Default 10,000. */
  readonly timeoutMs?: number;
}

/** What a hook of a run is told. Frozen, and plain JSON. */
export interface RunFact {
  /** The run. */
  readonly runId: string;
  /** The job that is run; absent for none. */
  readonly job?: string;
  /** The run that it undoes, of a run made by `compensate()`; absent for others. */
  readonly compensates?: string;
  /** Values by name. */
  readonly tags: { readonly [name: string]: string };
  /** When it was recorded, epoch milliseconds. */
  readonly atMs: number;
}

/** What `onRunStart` is told. */
export interface RunStartFact extends RunFact {
  /** Whether an earlier process had begun the run, and this one goes on with it. */
  readonly isResumed: boolean;
}

/** What `onRunEnd` is told. */
export interface RunEndFact extends RunFact {
  /** What became of it. */
  readonly status: "success" | "failed" | "canceled";
  /** How many steps came to which end. */
  readonly steps: StepCounts;
  /** What ended the run, beyond the failures of its steps. */
  readonly error?: RecordedError;
}

/** Hooks of a run: those of steps, for every step of it, and two of its own. */
export interface RunHooks extends StepHooks {
  /** The run has begun, or was gone on with. */
  readonly onRunStart?: Hook<RunStartFact>;
  /** The run is over. */
  readonly onRunEnd?: Hook<RunEndFact>;
  /** Hears of a hook of these that failed or took too long; what it throws itself is lost. */
  readonly onHookError?: (error: RecordedError, fact: StepFact | RunFact) => void;
}
