/** Rules about how often and when: retries and backfills. */
import type { Issue } from "./issue.ts";
import type { Random } from "./ports.ts";
import { show } from "./quote.ts";

/** How a failed attempt of a step is tried again. */
export interface RetryPolicy {
  /** How many attempts may follow the first. */
  readonly maxRetries: number;
  /** Base delay before a retry. Default 0. */
  readonly delayMs?: number;
  /** How the delay grows: constant, `n * delay` or `(2^n - 1) * delay` for the n-th retry. Default `"constant"`. */
  readonly backoff?: "constant" | "linear" | "exponential";
  /** `full` draws from `[0, delay)`; `plus-minus` adds a draw from `[-delayMs, +delayMs)`. Default `"none"`. */
  readonly jitter?: "none" | "full" | "plus-minus";
  /** Upper bound of a delay, applied last. Default none. */
  readonly maxDelayMs?: number;
}

const BACKOFFS: readonly NonNullable<RetryPolicy["backoff"]>[] = ["constant", "linear", "exponential"];
const JITTERS: readonly NonNullable<RetryPolicy["jitter"]>[] = ["none", "full", "plus-minus"];

/** How many partitions one run of a backfill takes. */
export interface BackfillPolicy {
  /** `Infinity` puts all partitions into one run. Default of an asset without a policy: 1. */
  readonly maxPartitionsPerRun: number;
}

/**
 * The wait before the n-th retry (n counts from 1), in milliseconds.
 *
 * The arithmetic is that of Dagster's RetryPolicy, jitter by the base delay included, with a cap on top.
 *
 * @example
 * ```ts
 * import { retryDelayMs } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const policy = { maxRetries: 5, delayMs: 2_000, backoff: "exponential" } as const;
 * assert.deepEqual([1, 2, 3].map((n) => retryDelayMs(policy, n, Math)), [2_000, 6_000, 14_000]);
 * ```
 */
export function retryDelayMs(
  policy: RetryPolicy,
  retry: number,
  random: Random | Pick<Math, "random">,
): number {
  const baseMs = policy.delayMs ?? 0;
  const grownMs = baseMs * growth(policy.backoff ?? "constant", retry);
  const delayMs = jittered(policy.jitter ?? "none", grownMs, baseMs, random);
  return Math.max(0, Math.min(delayMs, policy.maxDelayMs ?? Infinity));
}

function growth(backoff: NonNullable<RetryPolicy["backoff"]>, retry: number): number {
  if (backoff === "linear") return retry;
  return backoff === "exponential" ? 2 ** retry - 1 : 1;
}

function jittered(
  jitter: NonNullable<RetryPolicy["jitter"]>,
  delayMs: number,
  baseMs: number,
  random: Random | Pick<Math, "random">,
): number {
  if (jitter === "none" || baseMs === 0) return delayMs;
  const draw = "next" in random ? random.next() : random.random();
  return jitter === "full" ? draw * delayMs : delayMs + (2 * draw - 1) * baseMs;
}

/** Whether a retry policy needs no closer look: the usual case, at the cost of a few comparisons. */
export function isSoundRetryPolicy(policy: RetryPolicy): boolean {
  const { maxRetries, delayMs, maxDelayMs = 0, backoff = "constant", jitter = "none" } = policy;
  return typeof delayMs === "number" && typeof maxDelayMs === "number" && delayMs >= 0 &&
    delayMs < Infinity && maxDelayMs >= 0 &&
    maxDelayMs < Infinity &&
    Number.isInteger(maxRetries) && maxRetries >= 0 && BACKOFFS.includes(backoff) && JITTERS.includes(jitter);
}

/** What is wrong with a retry policy; empty when it can be used. */
export function checkRetryPolicy(policy: RetryPolicy, path: readonly string[]): Issue[] {
  const issues: Issue[] = [];
  const add = (field: string, message: string) =>
    issues.push({ code: "POLICY_INVALID", message, path: [...path, field] });
  if (!Number.isInteger(policy.maxRetries) || policy.maxRetries < 0) {
    add("maxRetries", `maxRetries must be a whole number from 0, not ${show(policy.maxRetries)}.`);
  }
  for (const field of ["delayMs", "maxDelayMs"] as const) {
    const value = policy[field];
    if (value !== undefined && !(Number.isFinite(value) && value >= 0)) {
      add(field, `${field} must be a finite number of milliseconds from 0, not ${show(value)}.`);
    }
  }
  for (const [field, known] of [["backoff", BACKOFFS], ["jitter", JITTERS]] as const) {
    const value = policy[field];
    if (value !== undefined && !(known as readonly unknown[]).includes(value)) {
      add(field, `${field} is one of ${known.join(", ")}, not ${show(value)}.`);
    }
  }
  if ((policy.backoff ?? "constant") !== "constant" && policy.delayMs === undefined) {
    add("backoff", "backoff needs delayMs: there is no delay that could grow.");
  }
  if ((policy.jitter ?? "none") !== "none" && policy.delayMs === undefined) {
    add("jitter", "jitter needs delayMs: there is no delay to vary.");
  }
  return issues;
}

/** What is wrong with a backfill policy; empty when it can be used. */
export function checkBackfillPolicy(policy: BackfillPolicy, path: readonly string[]): Issue[] {
  const most = policy.maxPartitionsPerRun;
  if (most === Infinity || (Number.isInteger(most) && most >= 1)) return [];
  return [{
    code: "POLICY_INVALID",
    message: `maxPartitionsPerRun must be a whole number from 1, or Infinity, not ${show(most)}.`,
    path: [...path, "maxPartitionsPerRun"],
  }];
}
