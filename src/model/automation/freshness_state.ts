/** How fresh something is: a policy held against the latest making and the clock. */
import { openCadence } from "../time/cadence.ts";
import type { FreshnessPolicy } from "./freshness.ts";

/**
 * Fresh (`pass`), nearly too old (`warn`), too old (`fail`), or never made, so that it cannot be told (`unknown`).
 */
export type FreshnessState = "pass" | "warn" | "fail" | "unknown";

/** How fresh something is at one instant, and until when that holds by itself. */
export interface Freshness {
  /** What it is. */
  readonly state: FreshnessState;
  /** The next instant at which it is something else if nothing is made, epoch milliseconds; undefined for never. */
  readonly changesMs: number | undefined;
}

/** How fresh an asset is. */
export interface AssetFreshness extends Freshness {
  /** When it was made last, whichever partition, epoch milliseconds; undefined for never. */
  readonly madeMs: number | undefined;
}

const UNKNOWN: Freshness = Object.freeze({ state: "unknown", changesMs: undefined });
const FAILED: Freshness = Object.freeze({ state: "fail", changesMs: undefined });

/**
 * How fresh something is that was made last at an instant; undefined for never. The rules are Dagster's: a window fails
 * and warns from the moment at which it is over, and a cron looks at its last tick only, so that what was made too late for
 * that one is fresh again.
 *
 * @param madeMs When it was made last, epoch milliseconds.
 * @param nowMs The instant to tell it for, epoch milliseconds.
 * @example
 * ```ts
 * import { freshnessOf, freshWithin } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const hour = 3_600_000;
 * const policy = freshWithin({ failMs: 24 * hour, warnMs: 12 * hour });
 * assert.deepEqual(freshnessOf(policy, 0, 13 * hour), { state: "warn", changesMs: 24 * hour });
 * ```
 */
export function freshnessOf(
  policy: FreshnessPolicy,
  madeMs: number | undefined,
  nowMs: number,
): Freshness {
  if (madeMs === undefined) return UNKNOWN;
  if (policy.kind === "cron") {
    const cadence = openCadence(policy.deadlineCron, policy.timezone);
    const deadline = cadence.has(nowMs) ? nowMs : cadence.previous(nowMs);
    if (deadline !== undefined && madeMs < deadline - policy.lowerBoundMs) return FAILED;
    return { state: "pass", changesMs: cadence.next(Math.max(nowMs, madeMs + policy.lowerBoundMs)) };
  }
  const { failMs, warnMs = failMs } = policy;
  if (nowMs >= madeMs + failMs) return FAILED;
  const isWarned = nowMs >= madeMs + warnMs;
  return { state: isWarned ? "warn" : "pass", changesMs: madeMs + (isWarned ? failMs : warnMs) };
}
