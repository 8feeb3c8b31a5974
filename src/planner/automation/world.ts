/** What conditions look at: everything that is known at one instant, as sets of partitions. */
import type { Subset } from "../../model/partitions/subset.ts";
import type { PlanningContext } from "../context.ts";

/** The latest verdict of a check on one partition. */
export interface Verdict {
  /** The name of the check. */
  readonly check: string;
  /** The key of the partition; undefined without partitions. */
  readonly partition: string | undefined;
  /** Whether what was checked holds. */
  readonly passed: boolean;
  /** Its place in the order of all events. */
  readonly seq: number;
  /** The run that gave it. */
  readonly runId: string;
}

/** One moment, as conditions see it. */
export interface AutomationWorld {
  /** Definitions, recorded facts, the partitions that exist, and the instant. */
  readonly planning: PlanningContext;
  /** The partitions that runs under way are to make and have not made yet. */
  runsUnderWay(asset: string): Subset;
  /** The partitions that backfills under way are to make and have not made yet. */
  backfillsUnderWay(asset: string): Subset;
  /** Whether a run was created to make an asset, whatever became of it. */
  wasToMake(runId: string, asset: string): boolean;
  /** The latest verdicts on an asset, by check and partition. */
  verdicts(asset: string): readonly Verdict[];
}
