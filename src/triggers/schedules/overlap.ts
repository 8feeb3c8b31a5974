/** What a schedule does while its earlier runs are not over. */
import type { OverlapPolicy } from "../../model/automation/policies.ts";
import { jobOf, type Schedule } from "../../model/automation/schedule.ts";
import { type RunConcurrency, splitConcurrency } from "../../model/gates/concurrency.ts";

/** Why an instant is skipped for the runs that are open, the latest last; undefined when it is not. */
export function barrierOf(overlap: OverlapPolicy, open: readonly string[]): string | undefined {
  if (open.length === 0) return undefined;
  if (overlap === "skip") return `the run ${open[open.length - 1]} is not over`;
  if (overlap !== "queue-one" || open.length === 1) return undefined;
  return `the run ${open[0]} is not over, and ${open[open.length - 1]} waits behind it`;
}

/** The key that makes runs of a schedule wait for each other, or cancel each other; undefined where nothing does. */
export function concurrencyOf(id: string, schedule: Schedule): RunConcurrency | undefined {
  const { overlap } = schedule;
  if (overlap === "skip" || overlap === "allow") return undefined;
  const { steps } = splitConcurrency(jobOf(schedule)?.concurrency);
  return {
    ...(steps !== undefined && { steps }),
    key: id,
    limit: 1,
    whenBusy: overlap === "queue-one" ? "queue" : "cancelPrevious",
  };
}
