/** The live object: definitions, a store, IO managers and engines wired together; owns start and stop. */
import type { AuditEntry, AuditFilter, By } from "../model/audit/audit.ts";
import type { Asset } from "../model/assets/declaration.ts";
import type { Compensate } from "../model/step/compensate.ts";
import type { RunHooks } from "../model/step/hooks.ts";
import type { ResourceOverride } from "../model/assets/resource.ts";
import type { Metadata } from "../model/assets/result.ts";
import type { Definitions } from "../model/definitions.ts";
import type { SluiceEvent } from "../model/events/event.ts";
import type { ElementFilter } from "../model/events/fold_elements.ts";
import type {
  BackfillRecord,
  CheckResultRecord,
  ElementRecord,
  LogLine,
  MaterializationRecord,
  RunRecord,
  StepRecord,
  TickRecord,
} from "../model/events/record.ts";
import type { Issue } from "../model/issue.ts";
import type { RunConfig, Selection } from "../model/job.ts";
import type { PoolOptions } from "../model/gates/breaker.ts";
import type { RunConcurrency } from "../model/gates/concurrency.ts";
import type { Clock, Random } from "../model/ports.ts";
import type { PartitionSpace } from "../model/partitions/space.ts";
import type { Subset } from "../model/partitions/subset.ts";
import type { BreakerStatus } from "../runtime/gates/breaker.ts";
import type { WaitingEntry } from "../runtime/gates/gates.ts";
import type { WorkerCounts } from "../runtime/isolation/worker/counts.ts";
import type { IsolationOptions } from "../runtime/isolation/settings.ts";
import type { IOManager } from "../io/manager.ts";
import type { Mask } from "../runtime/redact/mask.ts";
import type { BackfillPlan, RunPlan } from "../planner/plan.ts";
import type { BackfillRequest, PartitionRequest, PlanRequest } from "../planner/request.ts";
import type { AutomationExplanation } from "../planner/automation/explanation.ts";
import type { AssetFreshness } from "../model/automation/freshness_state.ts";
import type { Trigger } from "../triggers/contract.ts";
import type { Launched, LaunchRequest } from "../triggers/launch.ts";
import type { SwitchOptions, TriggerStatus } from "../triggers/status.ts";
import type {
  BackfillFilter,
  EventFilter,
  MaterializationFilter,
  RunFilter,
  RunStore,
  TickFilter,
} from "../stores/store.ts";

/** How an orchestrator keeps, runs and remembers. Everything has a default. */
export interface OrchestratorOptions {
  /** Folder of the store and of the files that assets hold. Default `.sluice` below the working directory. */
  readonly folder?: string;
  /**
   * Where history is kept: a store, `"memory"`, or how to open the SQLite file. Default: `history.sqlite` in the
   * folder, with `durability: "full"`.
   */
  readonly store?: RunStore | "memory" | StoreOptions;
  /** IO managers besides `files` and `memory`; one of the same name replaces it. */
  readonly io?: readonly IOManager[];
  /** The manager of assets that name none. Default `"files"`. */
  readonly defaultIO?: string;
  /** Values in the place of resources. */
  readonly resources?: readonly ResourceOverride[];
  /**
   * How many steps of each pool may run at once, over all runs, and what stops them when they fail too often. A pool that
   * is not named has no limit.
   */
  readonly pools?: { readonly [pool: string]: number | PoolOptions };
  /** How many steps may run at once, over all runs. Default 16. */
  readonly concurrency?: number;
  /** How many runs may be under way at once; others are queued, by priority and arrival. Default: no limit. */
  readonly maxRuns?: number;
  /** How steps are run that do not run inline: see docs/isolation.md. */
  readonly isolation?: IsolationOptions;
  /** What is called for every run, and for every step of it: see docs/runs/hooks.md. Default: nothing. */
  readonly hooks?: RunHooks;
  /** What becomes of runs whose process has died: see docs/runs/recovery.md. */
  readonly recovery?: RecoverySettings;
  /** What starts work by itself besides schedules, once `start` is called: see docs/runs/triggers.md. Default: nothing. */
  readonly triggers?: readonly Trigger[];
  /** The time. Default: that of the host. */
  readonly clock?: Clock;
  /** The source of chance. Default: that of the host. */
  readonly random?: Random;
  /**
   * Learns the value of every secret that a run resolves, and hides it in all that is recorded. Default: one of its own.
   * Give one to use it for other output too.
   */
  readonly mask?: Mask;
  /**
   * Who acts where a call does not say so. Default: nobody says; runs count as started through `api` then, and other verbs
   * leave no entry in the audit.
   */
  readonly by?: By;
}

/** What becomes of runs whose process has died. */
export interface RecoverySettings {
  /**
   * After so many recoveries in a row that brought no step to its end, the next one records a run as parked and leaves it
   * alone: a whole number from 1, or Infinity. Default 3.
   */
  readonly maxRecoveries?: number;
  /**
   * Whether runs and backfills that were interrupted are gone on with as soon as the history is open, which is when the first
   * verb is called. Default false: `recover` does it when it is called.
   */
  readonly onStart?: boolean;
}

/** How the SQLite file is opened. */
export interface StoreOptions {
  /** Default `history.sqlite` in the orchestrator's folder. */
  readonly path?: string;
  /** `full` survives a power cut; `normal` survives the death of the process. Default `"full"`. */
  readonly durability?: "full" | "normal";
  /** Packed chunks, or one row per event that SQL can read. Default `"packed"`. */
  readonly events?: "packed" | "rows";
  /** Keeps SQLite in a thread of its own, so that no disk holds the event loop. Default false. */
  readonly thread?: boolean;
  /**
   * Only looks, beside a process that writes or after it: whatever would record, and `wipe`, rejects with
   * STORE_READONLY. The file must be there; it is not changed, and no other is left. Default false.
   */
  readonly readonly?: boolean;
  /**
   * Whether several processes may have the file open for writing: the first leads, the others hand what they are asked for
   * to it, and take over when it is gone. See docs/runs/recovery.md. Default false: a second one is refused.
   */
  readonly shared?: boolean;
  /** How long to wait while another program holds the file's lock, milliseconds. Default 30,000. */
  readonly lockWaitMs?: number;
  /**
   * Hears what does not keep the store from working: a long wait, an old SQLite, a write-ahead log that a reader keeps
   * from being cut. Default: nobody.
   */
  readonly onWarning?: (issue: Issue) => void;
}

/** How a run is made. */
export interface RunOptions {
  /** Config by step name. */
  readonly config?: RunConfig;
  /** Values by name, for selections and views. */
  readonly tags?: { readonly [name: string]: string };
  /** Cancels the run. */
  readonly signal?: AbortSignal;
  /**
   * How many steps of this run may be under way at once; or that, and of which key it is, of which only so many runs are
   * under way at once: see docs/runs/concurrency.md. Default: what the orchestrator allows, and no key.
   */
  readonly concurrency?: number | RunConcurrency;
  /** Higher ones are served first, over all runs of the process. Default 0. */
  readonly priority?: number;
  /**
   * Whether the run undoes what it has made when it fails, where assets declare `undo`; with `"always"` also when it is
   * canceled. Default: what the job says, else true.
   */
  readonly compensate?: Compensate;
  /** Who starts it, for the audit. Default: what the orchestrator says. */
  readonly by?: By;
}

/** Who asks for something that is no run. */
export interface ByOptions {
  /** Who it is, and through which door. Default: what the orchestrator says. */
  readonly by?: By;
}

/** What `recover` goes on with, and how. */
export interface RecoverOptions extends RunOptions {
  /** Whether parked runs are taken up again too, as if they had never been gone on with. Default false. */
  readonly parked?: boolean;
}

/** What a run came to. */
export interface RunResult {
  /** Its id. */
  readonly id: string;
  /**
   * What became of it; `interrupted` when the orchestrator was closed before its end: `recover` goes on with it; `parked` when
   * its process has died too often: only `recover({ parked: true })` does.
   */
  readonly status: "success" | "failed" | "canceled" | "interrupted" | "parked";
  /** What is recorded of it. */
  readonly record: RunRecord;
  /** The plan that was executed. */
  readonly plan: RunPlan;
}

/** What a backfill came to. */
export interface BackfillResult {
  /** Its id. */
  readonly id: string;
  /** What became of it; `interrupted` when the orchestrator was closed before its end: `recover` goes on with it. */
  readonly status: "success" | "failed" | "canceled" | "interrupted";
  /** What was planned. */
  readonly plan: BackfillPlan;
  /** The runs. */
  readonly runs: readonly RunResult[];
}

/** A value made elsewhere, told to the history. */
export interface MaterializationReport {
  /** The partition to make. */
  readonly partition?: string;
  /** Identity of the content. */
  readonly dataVersion?: string;
  /** Facts for people, as JSON. */
  readonly metadata?: Metadata;
}

/** An asset by value or by key. */
export type AssetName = Asset | string;

/** A running Sluice: made by {@linkcode createOrchestrator}, closed by `close` or `await using`. */
export interface Orchestrator extends AsyncDisposable {
  /** What it was planned for. */
  readonly definitions: Definitions;

  /** Plans without running. Rejects with what {@linkcode planRun} throws. */
  plan(request?: PlanRequest & VerifyOptions): Promise<RunPlan>;
  /** Plans a backfill without running it. */
  planBackfill(request?: BackfillRequest & VerifyOptions): Promise<BackfillPlan>;

  /** Reads a plan saved by `formatPlan` back, against the definitions and partitions of now. */
  parsePlan(json: unknown): Promise<RunPlan>;
  /** Reads a backfill plan saved by `formatBackfillPlan` back. */
  parseBackfillPlan(json: unknown): Promise<BackfillPlan>;

  /** Plans one run over a selection and executes it. Resolves also when steps failed: look at `status`. */
  materialize(select: Selection, options?: RunOptions & Omit<PlanRequest, "select">): Promise<RunResult>;
  /** Executes a plan made earlier. Rejects with PLAN_OUTDATED when it no longer fits the definitions. */
  execute(plan: RunPlan, options?: RunOptions): Promise<RunResult>;
  /** Runs a named job. */
  runJob(name: string, options?: RunOptions & Omit<PlanRequest, "select">): Promise<RunResult>;
  /** Runs a backfill: everything that is missing by default. */
  backfill(request?: BackfillRequest | BackfillPlan, options?: RunOptions): Promise<BackfillResult>;
  /**
   * Starts a run or a backfill and resolves as soon as it is on record for good, also when it is queued; its end is another
   * promise. With an id that is on record already nothing is started twice: what was interrupted is gone on with.
   *
   * Rejects with USAGE unless one of `job`, `select`, `plan` and `backfill` is given, and with what planning rejects with.
   */
  launch(request: LaunchRequest & RunOptions): Promise<Launched<RunResult | BackfillResult>>;
  /** Runs again what a run did not finish (`from: "failure"`), or all of it (`from: "start"`). Default `"failure"`. */
  rerun(runId: string, options?: RunOptions & { readonly from?: "failure" | "start" }): Promise<RunResult>;
  /**
   * Undoes what is left of what a failed or canceled run has made, as a run of its own: what could not be undone then, or
   * was not to be. Rejects with PLAN_INVALID when nothing is left.
   */
  compensate(
    runId: string,
    options?: Pick<RunOptions, "tags" | "concurrency" | "priority" | "by">,
  ): Promise<RunResult>;
  /**
   * Finishes runs and backfills that were interrupted: by the death of their process, by `close`, or by a store that
   * could not record. Only what was not recorded is run again. A run whose process died over and over is parked, and its
   * result says so. A second call waits for the first.
   */
  recover(options?: RecoverOptions): Promise<readonly RunResult[]>;
  /**
   * Asks a run or a backfill to stop: no new step starts, running ones are told by their signal. One that is interrupted or
   * parked is recorded as canceled.
   */
  cancel(id: string, reason?: string, options?: ByOptions): Promise<void>;

  /** Records one or many values that were made elsewhere. An equal data version leaves downstream assets fresh. */
  report(
    asset: AssetName,
    reports?: MaterializationReport | readonly MaterializationReport[],
    options?: ByOptions,
  ): Promise<void>;
  /** Forgets materializations, and removes the stored values. Gives the number of partitions wiped. */
  wipe(asset: AssetName, partitions?: PartitionRequest, options?: ByOptions): Promise<number>;
  /** Loads a stored value. */
  load(asset: AssetName, partition?: string): Promise<unknown>;
  /** Where a stored value lies, for people. */
  locate(asset: AssetName, partition?: string): string | undefined;

  /** Adds keys to a dynamic partition definition; those that are there are left alone. */
  addPartitions(name: string, keys: readonly string[], options?: ByOptions): Promise<void>;
  /** Removes keys from a dynamic partition definition; what is recorded of them stays. */
  removePartitions(name: string, keys: readonly string[], options?: ByOptions): Promise<void>;
  /** The partitions of an asset that exist now, and which of them have a value or failed last. */
  partitions(asset: AssetName): Promise<PartitionOverview>;

  /** What is recorded of a run; undefined when there is none of this id. */
  run(id: string): Promise<RunRecord | undefined>;
  /** Runs, newest first: at most `limit` (default 100), and with `before` the next page. */
  runs(filter?: RunFilter): Promise<readonly RunRecord[]>;
  /** All steps of a run, upstream first. */
  steps(runId: string): Promise<readonly StepRecord[]>;
  /** What the bodies of a run logged, in order: all of it, unless a limit is given. */
  logs(runId: string, filter?: LogFilter): Promise<readonly LogLine[]>;
  /** The elements of the steps of a run, in the order in which they first appeared: all of them, unless a limit is given. */
  elements(runId: string, filter?: ElementFilter): Promise<readonly ElementRecord[]>;
  /** What is recorded after a place, in order: at most `limit` events (default 1,000), of all or of one run. */
  events(filter?: EventFilter): Promise<readonly SluiceEvent[]>;
  /** Recorded materializations of an asset, newest first: at most `limit` (default 100), and with `before` the next page. */
  materializations(
    asset: AssetName,
    filter?: MaterializationFilter,
  ): Promise<readonly MaterializationRecord[]>;
  /** The latest verdict of each check of an asset, per partition, newest first: all, unless a limit is given. */
  checks(asset: AssetName, filter?: { readonly limit?: number }): Promise<readonly CheckResultRecord[]>;
  /**
   * A run as the lines of a bundle, to be written to a file that `openRunBundle`, `sluice runs --store FILE` and `replay` of
   * `sluice/testing` read anywhere: its events with its plan and code versions, its logs, and no secret. Of a run under
   * way it is what is recorded by now.
   */
  exportRun(id: string): AsyncIterable<string>;
  /** Backfills, newest first: at most `limit` (default 100), and with `before` the next page. */
  backfills(filter?: BackfillFilter): Promise<readonly BackfillRecord[]>;

  /**
   * Begins to start work by itself: schedules, and the triggers of the options. Where several processes share the history
   * the one that leads does it, and whoever takes over from it. A second call changes nothing.
   */
  start(): Promise<void>;
  /** Starts no work by itself any more; runs go on. `close` does it first. */
  stop(): Promise<void>;
  /** What starts work by itself, whether it is on, and what is recorded of it, by id. */
  triggers(): Promise<readonly TriggerStatus[]>;
  /** When triggers came due and what became of it, newest first: at most `limit` (default 100). */
  ticks(filter?: TickFilter): Promise<readonly TickRecord[]>;
  /**
   * Lets a trigger start nothing until it is resumed, also in other processes and after a restart. Rejects with USAGE for an
   * id that no trigger has.
   */
  pauseTrigger(id: string, options?: SwitchOptions): Promise<void>;
  /** Lets a trigger start work again. What came due meanwhile is not made up for, unless it is declared to be. */
  resumeTrigger(id: string, options?: SwitchOptions): Promise<void>;

  /** How fresh an asset is by its policy; undefined where it has none. */
  freshness(asset: AssetName): Promise<AssetFreshness | undefined>;
  /**
   * Why an asset is, or is not, to be made by its automation condition now, term by term; nothing is started or recorded.
   * `formatAutomation` gives it as text. Rejects with USAGE for an asset without a condition.
   */
  explainAutomation(asset: AssetName): Promise<AutomationExplanation>;

  /** Which steps and runs wait for a pool, a key or a breaker, in the order in which each will be served. */
  waiting(): readonly WaitingEntry[];
  /** How breakers are: those of pools, and those of resources that a step has used. */
  breakers(): readonly BreakerStatus[];
  /** How the workers fare that run steps with `isolation: "worker"`: leaked threads are a reason to restart the program. */
  workers(): WorkerCounts;
  /** Calls back with every recorded event, after its commit. Gives a function that ends the subscription. */
  subscribe(listener: (events: Iterable<SluiceEvent>) => void): () => void;
  /** Removes finished runs that ended before an instant. Gives their number. */
  prune(retention: { readonly runsBeforeMs: number }, options?: ByOptions): Promise<number>;
  /**
   * Begins no step of any run until `resume`. Steps that are under way go on to their end, and runs that are begun meanwhile
   * wait. It is state of the process that runs the steps: one that takes over, or begins anew, is not paused.
   */
  pause(options?: ByOptions): Promise<void>;
  /** Begins steps again after `pause`. */
  resume(options?: ByOptions): Promise<void>;
  /**
   * Who has started, canceled, paused or changed what, and through which door: newest first, by pages. It is read from
   * the record, and holds what that holds: runs that were pruned are gone from it.
   */
  audit(filter?: AuditFilter): Promise<readonly AuditEntry[]>;
  /**
   * Takes no more work, lets what is under way end, commits and closes. Resolves when all of that is done; a second
   * call waits for the first.
   *
   * Of runs and backfills that are under way no new step starts. Steps that run may end by themselves for `graceMs`;
   * then their signal tells them to stop, and after another 10 s they are given up. What is left of a run is recorded
   * as interrupted and its promise resolves with that status: `recover` goes on with it, in this process or the next.
   * Later calls reject with STORE_CLOSED.
   */
  close(options?: CloseOptions): Promise<void>;
}

/** Which lines of a run to read. */
export interface LogFilter {
  /** Only those of one step, by its number. */
  readonly step?: number;
  /** Only lines after this place: the `seq` of the last line that is known. */
  readonly after?: number;
  /** At most so many. Default: all. */
  readonly limit?: number;
}

/** How an orchestrator is closed. */
export interface CloseOptions {
  /** How long running steps may take to end by themselves, in milliseconds. Default 10,000; 0 stops them at once. */
  readonly graceMs?: number;
}

/** Whether stored values are looked for before planning. */
export interface VerifyOptions {
  /** Treats a recorded partition as missing when its IO manager does not have the value. Default false. */
  readonly verifyIO?: boolean;
}

/** The partitions of an asset and what is recorded of them. */
export interface PartitionOverview {
  /** The partitions that exist. */
  readonly space: PartitionSpace;
  /** Partitions that have a value. */
  readonly materialized: Subset;
  /** How many failed. */
  readonly failed: Subset;
}
