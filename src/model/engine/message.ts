/** What engines say: answers to workflows, how they fare, and answers to who asks whether they live. */
import type { Issue } from "../issue.ts";

/**
 * How an engine fares: nothing to do, something to do, told to begin no step, not to be relied on, or over. It is worked out
 * from what is known of the engine each time somebody asks, so that no event can overwrite another.
 */
export type EngineStatus = "idle" | "running" | "paused" | "error" | "stopped";

/** What every message has. */
export interface EngineEnvelope {
  /** Which engine says it, or is told. */
  readonly engineId: string;
  /** When it was said, epoch milliseconds. */
  readonly atMs: number;
}

/** Why a workflow was not executed, or what its run has ended with. */
export interface WorkflowError {
  /** The name of the error. */
  readonly name: string;
  /** What is wrong. */
  readonly message: string;
  /** What kind of failure it is. */
  readonly code?: string;
  /** What a `SluiceError` has found; absent for other errors. */
  readonly issues?: readonly Issue[];
}

/** The answer to one request, and the only one. */
export interface WorkflowResponse extends EngineEnvelope {
  /** Says what this is. */
  readonly type: "workflow_response";
  /** Of the request. */
  readonly correlationId: string;
  /** The workflow that was asked for. */
  readonly workflowId: string;
  /** The run; absent when none began. */
  readonly runId?: string;
  /** What became of the run; `refused` when none began, or its outputs could not be given. */
  readonly status: "success" | "failed" | "canceled" | "interrupted" | "parked" | "refused";
  /** Whether all of it was made. */
  readonly success: boolean;
  /** From the moment in which the engine took the request to the answer. */
  readonly durationMs: number;
  /** The values of the assets that the workflow names as outputs, as JSON; of partitions, a record by their keys. */
  readonly outputs: { readonly [asset: string]: unknown };
  /** Why it did not succeed. */
  readonly error?: WorkflowError;
}

/** An engine fares otherwise than before. */
export interface StatusUpdate extends EngineEnvelope {
  /** Says what this is. */
  readonly type: "status_update";
  /** How it fares. */
  readonly status: EngineStatus;
  /** How it fared before. */
  readonly was: EngineStatus;
  /** How many workflows it has. */
  readonly current: number;
  /** How many it may have. */
  readonly capacity: number;
  /** Why, where there is more to say. */
  readonly reason?: string;
}

/** An engine lives. */
export interface HealthResponse extends EngineEnvelope {
  /** Says what this is. */
  readonly type: "health_response";
  /** Of the check. */
  readonly correlationId: string;
  /** Whether its history answers. */
  readonly healthy: boolean;
  /** How many workflows it has under way. */
  readonly current: number;
  /** Why it is not well. */
  readonly reason?: string;
}

/** What an engine says. */
export type EngineMessage = WorkflowResponse | StatusUpdate | HealthResponse;

/** Tells a reader that it was too slow: so many messages are not there any more. */
export interface EngineMissed {
  /** Says what this is. */
  readonly type: "missed";
  /** How many messages were let go. */
  readonly count: number;
}

/** What one reader hears of an engine, in the order in which it was said. */
export interface EngineOutbound extends AsyncIterableIterator<EngineMessage | EngineMissed> {
  /** Ends it: a pending `next` is done. */
  close(): void;
}

/** Where messages of engines come from: the engines of {@linkcode createEngines} are one. */
export interface EngineSource {
  /** Begins to read what an engine says. */
  engineOutbound(id: string): EngineOutbound;
}
