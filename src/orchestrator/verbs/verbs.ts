/** What changes a history: done by this process, or by the one that leads. */
import type { Asset } from "../../model/assets/declaration.ts";
import type { BackfillPlan, RunPlan } from "../../planner/plan.ts";
import type { PartitionRequest } from "../../planner/request.ts";
import type { EventPayloads } from "../../model/events/event.ts";
import type { Launched } from "../../triggers/launch.ts";
import type {
  BackfillResult,
  MaterializationReport,
  RecoverOptions,
  RunOptions,
  RunResult,
} from "../contract.ts";
import type { WorkResult } from "../launch/launch.ts";
import type { Work } from "../launch/request.ts";

/** What `prune` keeps. */
export interface Pruning {
  readonly runsBeforeMs: number;
}

/** The events that verbs record as they are. */
export type NoteName = "tick_recorded" | "trigger_changed" | "audited";

/** The verbs that record. What they are given was looked at before. */
export interface Verbs {
  execute(plan: RunPlan, options: RunOptions, job?: string): Promise<RunResult>;
  backfill(plan: BackfillPlan, options: RunOptions): Promise<BackfillResult>;
  /** Resolves when it is on record. One of its id that is there already is gone on with, or waited for. */
  launch(work: Work): Promise<Launched<WorkResult>>;
  /** Records an event of the catalogue by itself. */
  note<Name extends NoteName>(name: Name, payload: EventPayloads[Name]): Promise<void>;
  rerun(runId: string, from: "failure" | "start", options: RunOptions): Promise<RunResult>;
  compensate(runId: string, options: RunOptions): Promise<RunResult>;
  recover(options: RecoverOptions): Promise<readonly RunResult[]>;
  cancel(id: string, reason: string): Promise<void>;
  report(asset: Asset, reports: readonly MaterializationReport[]): Promise<void>;
  wipe(asset: Asset, partitions: PartitionRequest): Promise<number>;
  addKeys(name: string, keys: readonly string[]): Promise<void>;
  removeKeys(name: string, keys: readonly string[]): Promise<void>;
  prune(retention: Pruning): Promise<number>;
  pause(): Promise<void>;
  resume(): Promise<void>;
}
