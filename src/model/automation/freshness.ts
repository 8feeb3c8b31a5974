/** How old an asset may get: freshness policies, as plain data. */
import { NUMBER, requireOptions, type Shapes, TEXT } from "../validate/options.ts";

/** The asset must have been made within a span of time up to now. */
export interface TimeWindowFreshness {
  /** Says what this is. */
  readonly kind: "time-window";
  /** Older than this, it fails. Milliseconds. */
  readonly failMs: number;
  /** Older than this, it warns. Milliseconds; undefined for no warning. */
  readonly warnMs: number | undefined;
}

/** The asset must have been made shortly before each tick of a cron. */
export interface CronFreshness {
  /** Says what this is. */
  readonly kind: "cron";
  /** Five fields; each tick is a deadline. */
  readonly deadlineCron: string;
  /** How long before the deadline it may have been made, in milliseconds. */
  readonly lowerBoundMs: number;
  /** IANA zone. */
  readonly timezone: string;
}

/** A freshness policy; made by {@linkcode freshWithin} and {@linkcode freshBy}. */
export type FreshnessPolicy = TimeWindowFreshness | CronFreshness;

const WITHIN: Shapes<Omit<TimeWindowFreshness, "kind">> = Object.freeze({ failMs: NUMBER, warnMs: NUMBER });
const BY: Shapes<Omit<CronFreshness, "kind">> = Object.freeze({
  deadlineCron: TEXT,
  lowerBoundMs: NUMBER,
  timezone: TEXT,
});

/**
 * The asset is to be made at least every `failMs` milliseconds. Both spans are at least a minute.
 *
 * @example
 * ```ts
 * import { defineAsset, freshWithin } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const hour = 3_600_000;
 * const orders = defineAsset({
 *   key: "orders",
 *   freshness: freshWithin({ failMs: 24 * hour, warnMs: 12 * hour }),
 *   run: () => [],
 * });
 * assert.equal(orders.freshness?.kind, "time-window");
 * ```
 */
export function freshWithin(
  options: { readonly failMs: number; readonly warnMs?: number },
): TimeWindowFreshness {
  requireOptions(options, WITHIN, {
    what: "freshWithin()",
    code: "POLICY_INVALID",
    path: ["freshness"],
    needed: ["failMs"],
    example: "freshWithin({ failMs: 3_600_000 })",
  });
  return Object.freeze({ kind: "time-window", failMs: options.failMs, warnMs: options.warnMs });
}

/**
 * At each tick of `deadlineCron` the asset is to have been made no longer than `lowerBoundMs` milliseconds before. The
 * span is at least a minute, and at most the smallest gap between ticks.
 *
 * @example
 * ```ts
 * import { defineAsset, freshBy } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const orders = defineAsset({
 *   key: "orders",
 *   freshness: freshBy({ deadlineCron: "0 9 * * *", lowerBoundMs: 6 * 3_600_000, timezone: "Europe/Berlin" }),
 *   run: () => [],
 * });
 * assert.equal(orders.freshness?.kind, "cron");
 * ```
 */
export function freshBy(
  options: { readonly deadlineCron: string; readonly lowerBoundMs: number; readonly timezone?: string },
): CronFreshness {
  requireOptions(options, BY, {
    what: "freshBy()",
    code: "POLICY_INVALID",
    path: ["freshness"],
    needed: ["deadlineCron", "lowerBoundMs"],
    example: 'freshBy({ deadlineCron: "0 9 * * *", lowerBoundMs: 3_600_000 })',
  });
  return Object.freeze({
    kind: "cron",
    deadlineCron: options.deadlineCron,
    lowerBoundMs: options.lowerBoundMs,
    timezone: options.timezone ?? "UTC",
  });
}
