/** Rules about how often and when: retries and backfills. */
import type { Issue } from "./issue.ts";
import type { Random } from "./ports.ts";
import { quote, show } from "./quote.ts";

/** How often a failed attempt is tried again, and when. */
export interface RetryRule {
  /** How many attempts may follow the first. */
  readonly maxRetries: number;
  /** Base delay before a retry. Default 0. */
  readonly delayMs?: number;
  /**
   * How the delay grows for the n-th retry: constant, `n * delay`, `(2^n - 1) * delay` as in Dagster, `2^(n - 1) * delay`,
   * or as in Airflow, which rounds up to seconds and adds a jitter of its own. Default `"constant"`.
   */
  readonly backoff?: "constant" | "linear" | "exponential" | "doubling" | "airflow";
  /** `full` draws from `[0, delay)`; `plus-minus` adds a draw from `[-delayMs, +delayMs)`. Default `"none"`. */
  readonly jitter?: "none" | "full" | "plus-minus";
  /** Upper bound of a delay, applied last. Default none. */
  readonly maxDelayMs?: number;
  /**
   * For `backoff: "airflow"`: the task whose delays are foretold, to the second, and `retry_exponential_backoff`, by
   * default 2. Without ids the jitter is drawn by chance.
   */
  readonly airflow?: { readonly dagId?: string; readonly taskId?: string; readonly multiplier?: number };
}

/**
 * What kind of failure an error is: one that passes by itself, one of too little of something, of settings, of data, or
 * one that lasts. docs/retries.md says which errors are which; a body says so by `StepFailure`.
 */
export type ErrorClass = "transient" | "resource" | "configuration" | "validation" | "permanent";

/** All of them. */
export const ERROR_CLASSES: readonly ErrorClass[] = Object.freeze([
  "transient",
  "resource",
  "configuration",
  "validation",
  "permanent",
]);

/** How a failed attempt of a step is tried again. */
export interface RetryPolicy extends RetryRule {
  /** Rules that count instead for errors of a class; `false` for never. Default: one rule for all. */
  readonly byClass?: { readonly [C in ErrorClass]?: RetryRule | false };
}

/**
 * Rules by class, for `byClass`: three retries after 1, 2 and 4 seconds for what passes by itself, five after 5 seconds
 * and up to a minute for what lacks something, and none for settings, data and what lasts.
 *
 * @example
 * ```ts
 * import { defineAsset, RETRY_BY_CLASS } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const page = defineAsset({ key: "page", retry: { maxRetries: 1, byClass: RETRY_BY_CLASS }, run: () => "" });
 * assert.equal(page.key, "page");
 * ```
 */
export const RETRY_BY_CLASS: { readonly [C in ErrorClass]: RetryRule | false } = Object.freeze({
  transient: Object.freeze({
    maxRetries: 3,
    delayMs: 1_000,
    backoff: "doubling" as const,
    maxDelayMs: 30_000,
  }),
  resource: Object.freeze({
    maxRetries: 5,
    delayMs: 5_000,
    backoff: "doubling" as const,
    maxDelayMs: 60_000,
  }),
  configuration: false,
  validation: false,
  permanent: false,
});

/** The rule for an error of a class; undefined when it is never tried again. */
export function ruleFor(policy: RetryPolicy, errorClass: ErrorClass | undefined): RetryRule | undefined {
  const own = errorClass === undefined ? undefined : policy.byClass?.[errorClass];
  return own === false ? undefined : own ?? policy;
}

/** The most retries that a policy allows for an error of any class. */
export function mostRetries({ maxRetries, byClass = {} }: RetryPolicy): number {
  return Math.max(maxRetries, ...Object.values(byClass).map((rule) => rule ? rule.maxRetries : 0));
}

const BACKOFFS: readonly NonNullable<RetryRule["backoff"]>[] = [
  "constant",
  "linear",
  "exponential",
  "doubling",
  "airflow",
];
const JITTERS: readonly NonNullable<RetryRule["jitter"]>[] = ["none", "full", "plus-minus"];

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
  policy: RetryRule,
  retry: number,
  random: Random | Pick<Math, "random">,
): number {
  if (policy.backoff === "airflow") return likeAirflow(policy, retry, random);
  const baseMs = policy.delayMs ?? 0;
  const grownMs = baseMs * growth(policy.backoff ?? "constant", retry);
  const delayMs = jittered(policy.jitter ?? "none", grownMs, baseMs, random);
  return Math.max(0, Math.min(delayMs, policy.maxDelayMs ?? Infinity));
}

/** The arithmetic of Airflow with a jitter by chance: for tasks that are not known. */
function likeAirflow(
  { delayMs = 0, maxDelayMs = Infinity, airflow = {} }: RetryRule,
  retry: number,
  random: Random | Pick<Math, "random">,
): number {
  const { multiplier = 2 } = airflow;
  if (multiplier <= 0 || multiplier === 1) return delayMs;
  const baseS = Math.max(1, Math.ceil(delayMs / 1_000 * multiplier ** (retry - 1)));
  return Math.min((baseS + Math.floor(drawFrom(random) * baseS)) * 1_000, 86_400_000, maxDelayMs);
}

function growth(backoff: NonNullable<RetryRule["backoff"]>, retry: number): number {
  if (backoff === "linear") return retry;
  if (backoff === "doubling") return 2 ** (retry - 1);
  return backoff === "exponential" ? 2 ** retry - 1 : 1;
}

function jittered(
  jitter: NonNullable<RetryRule["jitter"]>,
  delayMs: number,
  baseMs: number,
  random: Random | Pick<Math, "random">,
): number {
  if (jitter === "none" || baseMs === 0) return delayMs;
  const draw = drawFrom(random);
  return jitter === "full" ? draw * delayMs : delayMs + (2 * draw - 1) * baseMs;
}

function drawFrom(random: Random | Pick<Math, "random">): number {
  return "next" in random ? random.next() : random.random();
}

/** Whether a retry policy needs no closer look: the usual case, at the cost of a few comparisons. */
export function isSoundRetryPolicy(policy: RetryPolicy): boolean {
  const { maxRetries, delayMs, maxDelayMs = 0, backoff = "constant", jitter = "none" } = policy;
  return typeof delayMs === "number" && typeof maxDelayMs === "number" && delayMs >= 0 &&
    delayMs < Infinity && maxDelayMs >= 0 &&
    maxDelayMs < Infinity && policy.byClass === undefined && backoff !== "airflow" &&
    Number.isInteger(maxRetries) && maxRetries >= 0 && BACKOFFS.includes(backoff) && JITTERS.includes(jitter);
}

/** What is wrong with a retry policy; empty when it can be used. */
export function checkRetryPolicy(policy: RetryPolicy, path: readonly string[]): Issue[] {
  return [...checkRule(policy, path), ...checkClasses(policy.byClass, [...path, "byClass"])];
}

function checkClasses(byClass: RetryPolicy["byClass"], path: readonly string[]): Issue[] {
  if (byClass === undefined) return [];
  if (typeof byClass !== "object" || byClass === null || Array.isArray(byClass)) {
    return [{ code: "POLICY_INVALID", message: `byClass is a record of rules, not ${show(byClass)}.`, path }];
  }
  return Object.entries(byClass).flatMap(([name, rule]): Issue[] => {
    const at = [...path, name];
    if (!(ERROR_CLASSES as readonly string[]).includes(name)) {
      const message = `${quote(name)} is no class of errors; those are ${ERROR_CLASSES.join(", ")}.`;
      return [{ code: "POLICY_INVALID", message, path: at }];
    }
    if (rule === false || rule === undefined) return [];
    if (typeof rule === "object" && rule !== null) return checkRule(rule, at);
    return [{
      code: "POLICY_INVALID",
      message: `byClass.${name} is a rule or false, not ${show(rule)}.`,
      path: at,
    }];
  });
}

function checkRule(policy: RetryRule, path: readonly string[]): Issue[] {
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
  if (policy.airflow !== undefined && policy.backoff !== "airflow") {
    add("airflow", 'airflow is for backoff: "airflow".');
  }
  if (policy.backoff === "airflow" && (policy.jitter ?? "none") !== "none") {
    add("jitter", "jitter is not for backoff airflow, which has its own.");
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
