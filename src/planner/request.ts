/** What can be asked of a planner. */
import type { Selection } from "../model/job.ts";

/** Which partitions: a key, several keys, an inclusive range of keys, or all that exist. */
export type PartitionRequest =
  | string
  | readonly string[]
  | { readonly start: string; readonly end: string }
  | "all";

/**
 * Which of the selected steps: all of them; those that have no value; those whose last attempt failed; those
 * whose code or inputs have changed. The last three bring along what is selected downstream of them.
 */
export type PlanScope = "all" | "missing" | "failed" | "stale";

/** A request for a plan. */
export interface PlanRequest {
  /** Default: every asset. */
  readonly select?: Selection;
  /**
   * Partitions of the roots of the selection. Assets partitioned like a root get the same partitions, others get
   * those that read what is made. Needed when a selected root is partitioned and `scope` is `"all"`; a list of keys
   * holds at least one.
   */
  readonly partitions?: PartitionRequest;
  /** Default `"all"`. */
  readonly scope?: PlanScope;
  /** Whether the checks of the selected assets run too. Default true. */
  readonly checks?: boolean;
}

/** A request for a backfill. */
export interface BackfillRequest extends PlanRequest {
  /**
   * How many runs to cut the work into, at most, per group of assets with the same partitions. Default: what the
   * backfill policies of the assets say, and one run for assets without a policy.
   */
  readonly runs?: number;
  /** Partitions in one run, at most; instead of `runs`. */
  readonly partitionsPerRun?: number;
}
