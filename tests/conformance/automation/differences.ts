/** Where Dagster's automation does not keep the rule that it states, or where ours is another, and why. */

/** What Dagster does otherwise. */
export type AutomationQuirk =
  | "a tick counts twice"
  | "one run for all partitions"
  | "a failure is hidden"
  | "a failure stays";

/** One difference. */
export interface AutomationDifference {
  readonly quirk: AutomationQuirk;
  readonly reason: string;
}

export const DIFFERENCES: readonly AutomationDifference[] = [
  {
    quirk: "a tick counts twice",
    reason:
      "cron_tick_passed is true again at the next evaluation where the last one was exactly at the tick: it compares with <",
  },
  {
    quirk: "one run for all partitions",
    reason:
      "executed_with_root_target looks at the latest materialization of the asset, and at no other partition than its own",
  },
  {
    quirk: "a failure is hidden",
    reason: "of an asset without partitions execution_failed no longer holds once the next run has begun",
  },
  {
    quirk: "a failure stays",
    reason:
      "of an asset without partitions execution_failed holds until a run makes it; what was reported does not count",
  },
];
