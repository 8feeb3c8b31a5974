/** Engines and workflows: what is declared of them, and what can be asked. */
import type { EngineOutbound, EngineStatus, WorkflowResponse } from "../model/engine/message.ts";
import type { Schema, SchemaOutput } from "../model/assets/schema.ts";
import type { Definitions } from "../model/definitions.ts";
import type { RunConfig, Selection } from "../model/job.ts";
import type { Clock, Random } from "../model/ports.ts";
import type { AssetName, Orchestrator, OrchestratorOptions, StoreOptions } from "../orchestrator/contract.ts";
import type { PartitionRequest } from "../planner/request.ts";
import type { EngineStrategy } from "./strategy.ts";

/** How engines are kept. Everything has a default. */
export interface EnginesOptions {
  /** How an engine is chosen for a request. Default `"idle-first"`. */
  readonly strategy?: EngineStrategy;
  /** How many requests may wait while all engines are busy. Default 100. */
  readonly queue?: number;
  /** How many messages each channel of an engine holds, and how many a reader may be behind. Default 100. */
  readonly channel?: number;
  /** How often engines are asked for a sign of life, in milliseconds. Default 5,000. */
  readonly healthMs?: number;
  /** An engine that leaves so many checks in a row unanswered has the status `error` until it answers. Default 3. */
  readonly missedChecks?: number;
  /** Default the clock of the host. */
  readonly clock?: Clock;
  /** Where correlation ids come from. Default the chance of the host. */
  readonly random?: Random;
}

/** What every engine is declared with. */
export interface EngineIdentity {
  /** Its name, unique among the engines. */
  readonly id: string;
  /** How many workflows it may have at once. Default 10. */
  readonly capacity?: number;
}

/** An engine around an orchestrator of yours: it is not closed with the engine. */
export interface OrchestratorEngine extends EngineIdentity {
  /** What executes the runs. */
  readonly orchestrator: Orchestrator;
}

/** An engine with an orchestrator of its own, in this thread. */
export interface DefinitionsEngine extends EngineIdentity {
  /** What its workflows are made of. */
  readonly definitions: Definitions;
  /** How it keeps, runs and remembers. */
  readonly options?: OrchestratorOptions;
}

/** An engine in a thread of its own, with an orchestrator of its own. */
export interface ThreadEngine extends EngineIdentity {
  /** The module that exports the definitions, as an address: `import.meta.url`. */
  readonly module: string;
  /** How it keeps, runs and remembers, beside what the module exports as `options`. */
  readonly options?: ThreadEngineOptions;
}

/** What can be said of an orchestrator in a thread: plain data. */
export interface ThreadEngineOptions extends
  Pick<
    OrchestratorOptions,
    "folder" | "defaultIO" | "concurrency" | "maxRuns" | "pools" | "recovery"
  > {
  /** Where its history is kept. Several engines share one file only with `shared: true`. */
  readonly store?: "memory" | Omit<StoreOptions, "onWarning">;
}

/** An engine to register. */
export type EngineSpec = OrchestratorEngine | DefinitionsEngine | ThreadEngine;

/** A workflow: a job or a selection, what it takes, and what it answers. */
export interface WorkflowSpec<S extends Schema<unknown, unknown> = Schema<unknown, unknown>> {
  /** Its name, unique among the workflows. */
  readonly id: string;
  /** The job that it runs. Either this or `select`. */
  readonly job?: string;
  /** What it runs. Either this or `job`. */
  readonly select?: Selection;
  /** A Standard Schema for its inputs. Without one they are any record. */
  readonly inputs?: S;
  /**
   * What steps get as their config, by their names, over the config of the job. Default: the inputs are that record
   * themselves.
   */
  readonly config?: (inputs: SchemaOutput<S>) => RunConfig;
  /** Which partitions are made, for the same inputs. Default: none are named. */
  readonly partitions?: (inputs: SchemaOutput<S>) => PartitionRequest;
  /** The assets whose values are answered. Default none. */
  readonly outputs?: readonly AssetName[];
  /** How large the outputs may be together, in bytes of JSON. Default 1,048,576. */
  readonly maxOutputBytes?: number;
  /** How long a request may take, from the call to its answer, in milliseconds; Infinity for no limit. Default 300,000. */
  readonly timeoutMs?: number;
  /** The engines that have what it needs. Default: all of them. */
  readonly engines?: readonly string[];
}

/** How one workflow is executed. */
export interface ExecuteOptions {
  /** Takes the request back: its run is canceled. */
  readonly signal?: AbortSignal;
  /** Instead of what the workflow says. */
  readonly timeoutMs?: number;
  /** Requests of one key go to one engine, where engines are chosen by `consistent-hash`. Default: the id of the workflow. */
  readonly key?: string;
  /** By what the request is known in every message. No two may be under way with the same. Default: a new id. */
  readonly correlationId?: string;
  /** Who asks for it, for the audit. */
  readonly actor?: string;
  /** Tags of the run. */
  readonly tags?: { readonly [name: string]: string };
}

/** A workflow that an engine has. */
export interface CurrentWork {
  /** Of the request. */
  readonly correlationId: string;
  /** The workflow. */
  readonly workflowId: string;
  /** Since when, epoch milliseconds. */
  readonly sinceMs: number;
}

/** How an engine fares. */
export interface EngineState {
  /** Its name. */
  readonly id: string;
  /** How it fares. */
  readonly status: EngineStatus;
  /** How many workflows it may have at once. */
  readonly capacity: number;
  /** What it has. */
  readonly current: readonly CurrentWork[];
  /** How many messages it has not heard yet. */
  readonly inbound: number;
  /** How many read what it says. */
  readonly readers: number;
  /** When it last said anything, epoch milliseconds; absent before. */
  readonly lastHeardMs?: number;
  /** Why its status is `error`. */
  readonly reason?: string;
}

/** Any number of engines, and what they execute; made by {@linkcode createEngines}. */
export interface Engines extends AsyncDisposable {
  /** How every engine fares, in the order in which they were registered. */
  readonly engines: readonly EngineState[];
  /** How many requests wait for an engine. */
  readonly waiting: number;

  /**
   * Adds an engine, and begins to send it what waits. An id can be used again when its engine is stopped or lost.
   *
   * @throws {SluiceError} ENGINE_INVALID, or STORE_CLOSED after `close`.
   */
  registerEngine(spec: EngineSpec): void;
  /**
   * Adds a workflow.
   *
   * @throws {SluiceError} WORKFLOW_INVALID.
   */
  registerWorkflow<S extends Schema<unknown, unknown>>(spec: WorkflowSpec<S>): void;
  /**
   * Executes a workflow on one of the engines, and resolves with its answer: also when its run failed, which `success` says. The
   * promise always settles. It rejects with WORKFLOW_UNKNOWN, WORKFLOW_INVALID (inputs), ENGINE_BUSY (the queue is full),
   * ENGINE_UNKNOWN (no engine could ever have it), ENGINE_LOST, ENGINE_STOPPED, WORKFLOW_TIMEOUT, CANCELED, OUTPUT_TOO_LARGE, and
   * with what the orchestrator refuses.
   */
  executeWorkflow(id: string, inputs?: unknown, options?: ExecuteOptions): Promise<WorkflowResponse>;
  /**
   * Begins to read what an engine says from now on. Every reader hears everything, whoever else reads; one that is more
   * than `channel` messages behind loses the oldest, and is told how many.
   *
   * @throws {SluiceError} ENGINE_UNKNOWN.
   */
  engineOutbound(id: string): EngineOutbound;
  /** How an engine fares. Throws ENGINE_UNKNOWN. */
  engine(id: string): EngineState;
  /** Has an engine begin no step: what is under way goes on, and it gets no request. Resolves when it says so. */
  pauseEngine(id: string): Promise<void>;
  /** Has it begin steps again. */
  resumeEngine(id: string): Promise<void>;
  /**
   * Stops an engine. What is under way may end by itself for `graceMs` (default 10,000); then it is told to, and after another
   * 15 s the engine is given up: what it had is answered with ENGINE_STOPPED.
   */
  stopEngine(id: string, options?: { readonly graceMs?: number }): Promise<void>;
  /** Stops every engine, and refuses what waits. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}
