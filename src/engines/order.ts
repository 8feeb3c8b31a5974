/** What engines are told. All of it is plain data, so that it reaches a thread as it is. */
import type { EngineEnvelope } from "../model/engine/message.ts";
import type { RunConfig } from "../model/job.ts";
import type { PartitionRequest } from "../planner/request.ts";

/** What to run, and what to answer: with the request, so that no engine holds anything that another request changes. */
export interface Work {
  readonly workflowId: string;
  /** A job, or selection texts. */
  readonly what: { readonly job: string } | { readonly select: readonly string[] };
  readonly config: RunConfig;
  readonly partitions?: PartitionRequest;
  readonly tags: { readonly [name: string]: string };
  /** Who has asked for it. */
  readonly actor?: string;
  /** The keys of the assets whose values are answered. */
  readonly outputs: readonly string[];
  /** As JSON, all of them together. */
  readonly maxOutputBytes: number;
}

/** Asks for a workflow. */
export interface WorkflowRequest extends EngineEnvelope {
  readonly type: "workflow_request";
  readonly correlationId: string;
  readonly work: Work;
}

/** Nobody waits for a workflow any more. */
export interface WorkflowCancel extends EngineEnvelope {
  readonly type: "workflow_cancel";
  readonly correlationId: string;
  readonly reason: string;
}

/** Asks for a sign of life. */
export interface HealthCheck extends EngineEnvelope {
  readonly type: "health_check";
  readonly correlationId: string;
}

/** Begin no step, or begin steps again. */
export interface PauseOrResume extends EngineEnvelope {
  readonly type: "pause" | "resume";
  readonly correlationId: string;
}

/** Let what is under way end, and answer for all of it. */
export interface Stop extends EngineEnvelope {
  readonly type: "stop";
  readonly graceMs: number;
}

/** What an engine is told. */
export type EngineOrder = WorkflowRequest | WorkflowCancel | HealthCheck | PauseOrResume | Stop;
