/** When Airflow tries a failed task again: its own arithmetic, to the second. */
import process from "node:process";

/** Longest delay of Airflow, in seconds: `core.max_task_retry_delay`. */
const LONGEST_S = 86_400;

/** What Airflow draws the jitter of a task from, instead of chance. */
export interface AirflowTask {
  /** The id of its Dag. */
  readonly dagId: string;
  /** Its own id, with those of its groups. */
  readonly taskId: string;
  /** The logical date of the run, epoch milliseconds. Default none: partitioned, asset-triggered and manual runs. */
  readonly logicalDateMs?: number;
}

/** The arguments of a task that its delays come from. */
export interface AirflowRetry {
  /** `retry_delay`. */
  readonly delayMs: number;
  /** `retry_exponential_backoff`; 1, 0 and negative ones mean constant delays. Default 2, which is `True`. */
  readonly multiplier?: number;
  /** `max_retry_delay`; it counts for growing delays only. Default none. */
  readonly maxDelayMs?: number;
}

/**
 * The wait after an attempt that failed, counted from 1, in milliseconds from its end.
 *
 * Source: Airflow 3.3.2, `TaskInstance.next_retry_datetime`, compared in tests/conformance/airflow. A growing delay is
 * `ceil(delay * multiplier ** (attempt - 1))` seconds, at least 1, and on top of it a jitter of less than that again, drawn from
 * the SHA-1 of the task's identity; then at most a day. A constant one has neither jitter nor bound.
 *
 * @example
 * ```ts
 * import { airflowRetryDelayMs } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const task = { dagId: "shop.nightly", taskId: "orders" };
 * const delays = [1, 2, 3].map((attempt) => airflowRetryDelayMs({ delayMs: 60_000 }, attempt, task));
 * assert.deepEqual(delays, [63_000, 206_000, 340_000]);
 * ```
 */
export function airflowRetryDelayMs(
  { delayMs, multiplier = 2, maxDelayMs = 0 }: AirflowRetry,
  attempt: number,
  task: AirflowTask,
): number {
  if (multiplier <= 0 || multiplier === 1) return delayMs;
  const baseS = Math.max(1, Math.ceil(delayMs / 1_000 * multiplier ** (attempt - 1)));
  const grownMs = (baseS < LONGEST_S ? Math.min(baseS + drawn(task, attempt, baseS), LONGEST_S) : LONGEST_S) *
    1_000;
  return maxDelayMs > 0 ? Math.min(maxDelayMs, grownMs) : grownMs;
}

/** A number of seconds below `most`, the same for the same attempt of the same task. */
function drawn({ dagId, taskId, logicalDateMs }: AirflowTask, attempt: number, most: number): number {
  const { createHash } = process.getBuiltinModule("node:crypto");
  const date = logicalDateMs === undefined ? "None" : pythonDate(logicalDateMs);
  const digest = createHash("sha1").update(`${dagId}#${taskId}#${date}#${attempt}`).digest("hex");
  return Number(BigInt(`0x${digest}`) % BigInt(most));
}

/** `2026-01-01 00:00:00+00:00`, with microseconds where there are any. */
function pythonDate(atMs: number): string {
  const [date, time] = new Date(atMs).toISOString().split("T");
  const [seconds, milliseconds] = time.slice(0, -1).split(".");
  return `${date} ${seconds}${milliseconds === "000" ? "" : `.${milliseconds}000`}+00:00`;
}
