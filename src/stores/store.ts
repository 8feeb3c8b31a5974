/** The contract of a run store: where events are kept, and what can be asked about them. */
import type { EventBatch } from "../model/events/batch.ts";
import type { EventPayloads, SluiceEvent } from "../model/events/event.ts";
import type { Facts } from "../model/events/facts.ts";
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
  TriggerRecord,
} from "../model/events/record.ts";
import type { RunStatus } from "../model/events/status.ts";
import type { RunConcurrency } from "../model/gates/concurrency.ts";
import type { Fence } from "../model/step/fence.ts";
import type { StepTable } from "../model/events/step_table.ts";

/** Which runs to list, newest first. */
export interface RunFilter {
  /** What became of it. */
  readonly status?: readonly RunStatus[];
  /** The job that was run. */
  readonly job?: string;
  /** How a backfill is cut into runs. */
  readonly backfill?: string;
  /** The run that it repeats. */
  readonly parent?: string;
  /** Only runs created before this run, for the next page. */
  readonly before?: string;
  /** Default 100. */
  readonly limit?: number;
}

/** Which backfills to list, newest first. */
export interface BackfillFilter {
  /** Only backfills created before this one, for the next page. */
  readonly before?: string;
  /** Default 100. */
  readonly limit?: number;
}

/** Which materializations of an asset to list, newest first. */
export interface MaterializationFilter {
  /** Only those of one partition. */
  readonly partition?: string;
  /** Only those that come after this one in the list: the last of a page, for the next. */
  readonly before?: Pick<MaterializationRecord, "seq" | "partitionKey">;
  /** Default 100. */
  readonly limit?: number;
}

/** Which events to read, in their order. */
export interface EventFilter {
  /** Only events after this place. Default 0. */
  readonly after?: number;
  /** The run; empty for events of the catalogue. */
  readonly runId?: string;
  /** Default 1,000. */
  readonly limit?: number;
}

/** Which ticks to list, newest first. */
export interface TickFilter {
  /** Only those of one trigger, by its id. */
  readonly trigger?: string;
  /** Only the one of this key; only with a trigger. */
  readonly key?: string;
  /** Only ticks recorded before this place, for the next page: the `seq` of the last one. */
  readonly before?: number;
  /** Default 100. */
  readonly limit?: number;
}

/** How long what is kept. */
export interface Retention {
  /** Finished runs older than this are removed with their events and logs. What assets hold stays known. */
  readonly runsBeforeMs: number;
}

/** A store of events and of everything that is folded from them. */
export interface RunStore extends AsyncDisposable {
  /** What it is called in messages: `memory`, or the path of a file. */
  readonly name: string;
  /** Whether it only reads: then whatever would record rejects with STORE_READONLY. Default false. */
  readonly isReadOnly?: boolean;
  /**
   * Who writes it, where a store can be taken over by another process: its number grows with each that opens the store for
   * writing. It goes with attempts and values, so that those of an owner that was given up are told apart. Left out: nobody
   * else ever writes.
   */
  readonly fence?: Fence;
  /** The highest place given to an event so far. */
  readonly lastSeq: number;
  /**
   * Records batches, all or nothing, together with every projection. Resolves when they are as durable as the
   * store makes them. Calls of one turn of the event loop share one commit. When a call fails, those that were made for the
   * same run before that was known fail too, so that the log of a run has no gap.
   */
  append(batches: readonly EventBatch[]): Promise<void>;
  /** What is recorded of assets and dynamic partitions, up to the last append that has resolved. */
  facts(): Promise<Facts>;
  /** The body. */
  run(id: string): Promise<RunRecord | undefined>;
  /** The runs. */
  runs(filter?: RunFilter): Promise<readonly RunRecord[]>;
  /** The steps of a run; all of them, or those in a range of step numbers. */
  steps(
    runId: string,
    range?: { readonly from: number; readonly to: number },
  ): Promise<readonly StepRecord[]>;
  /** What the step numbers of a run mean, with config and the rest of what it was created with. */
  plan(runId: string): Promise<RunPlanRecord | undefined>;
  /** Events, in order. */
  events(filter?: EventFilter): Promise<readonly SluiceEvent[]>;
  /** What the bodies logged, in order; at most `limit` lines after a place. Default 1,000. */
  logs(
    runId: string,
    filter?: { readonly step?: number; readonly after?: number; readonly limit?: number },
  ): Promise<readonly LogLine[]>;
  /** The elements of the steps of a run, in the order in which they first appeared; all of them, unless a limit is given. */
  elements(runId: string, filter?: ElementFilter): Promise<readonly ElementRecord[]>;
  /**
   * Materializations of an asset, newest first, and those of one event by partition; at most `limit` (default 100), for the
   * next page those after the last one.
   */
  materializations(
    asset: string,
    filter?: MaterializationFilter,
  ): Promise<readonly MaterializationRecord[]>;
  /** The latest verdict of each check of an asset (per partition), or of one run; at most `limit`. Default 1,000. */
  checks(
    filter: { readonly asset?: string; readonly runId?: string; readonly limit?: number },
  ): Promise<readonly CheckResultRecord[]>;
  /** How a backfill is cut into runs. */
  backfill(id: string): Promise<BackfillRecord | undefined>;
  /** Backfills, newest first; at most `limit` (default 100), for the next page those created before another one. */
  backfills(filter?: BackfillFilter): Promise<readonly BackfillRecord[]>;
  /** All triggers that anything is recorded of, by id. */
  triggers(): Promise<readonly TriggerRecord[]>;
  /** Ticks, newest first; at most `limit` (default 100), for the next page those recorded before a place. */
  ticks(filter?: TickFilter): Promise<readonly TickRecord[]>;
  /** Removes what retention no longer asks for; gives the number of runs removed. Works in small transactions. */
  prune(retention: Retention): Promise<number>;
  /** Commits what is pending and closes. Later calls reject with STORE_CLOSED. */
  close(): Promise<void>;
}

/** What a run was created with. */
export interface RunPlanRecord {
  /** The steps, upstream first. */
  readonly steps: StepTable;
  /** The schema of its config. */
  readonly config: { readonly [step: string]: unknown };
  /** Values by name, for selections and views. */
  readonly tags: { readonly [name: string]: string };
  /** Absent for 0. */
  readonly priority?: number;
  /** The key of which only so many runs are under way at once; absent without one. */
  readonly concurrency?: RunConcurrency;
}

/** What a run was created with, from its event. */
export function planRecordOf(
  { config, tags, priority, concurrency }: EventPayloads["run_created"],
  steps: StepTable,
): RunPlanRecord {
  return {
    steps,
    config,
    tags,
    ...(priority !== undefined && { priority }),
    ...(concurrency && { concurrency }),
  };
}
