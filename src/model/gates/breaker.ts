/** Circuit breakers: what fails too often is left alone for a while. */
import { type Issue, SluiceError } from "../issue.ts";
import { ERROR_CLASSES, type ErrorClass } from "../policy.ts";
import { nameType, show } from "../quote.ts";
import { isRecord, namesOf, refuseUnknown } from "../validate/options.ts";

/**
 * When a breaker opens, and how it closes again. It is closed at first. When `failures` attempts have failed within `withinMs`
 * it opens, and no step that uses what it guards begins. After `openMs` it is half open: `trials` steps may try, and
 * when all of them succeed it closes; when one fails it opens again.
 */
export interface BreakerPolicy {
  /** How many failures open it. */
  readonly failures: number;
  /** Within which time they count together, in milliseconds. */
  readonly withinMs: number;
  /** How long it stays open, in milliseconds. */
  readonly openMs: number;
  /** Each time that a trial fails, `openMs` doubles, up to this. Default: it does not grow. */
  readonly maxOpenMs?: number;
  /** How many steps try while it is half open. Default 1. */
  readonly trials?: number;
  /** Which failures count, by class: see docs/retries.md. Default `["transient", "resource"]`. */
  readonly counts?: readonly ErrorClass[] | "all";
  /** Whether steps wait while it is open, or fail with BREAKER_OPEN, which is transient. Default `"wait"`. */
  readonly whenOpen?: "wait" | "fail";
}

/** The states of a breaker. */
export type BreakerState = "closed" | "open" | "half_open";

/** A pool: how many of its steps may run at once, and what stops them when they fail too often. */
export interface PoolOptions {
  /** How many steps may run at once. Default: no limit. */
  readonly slots?: number;
  /** Default: none. */
  readonly breaker?: BreakerPolicy;
}

/** How many steps of each pool may run at once, and what stops them. */
export type PoolLimits = { readonly [pool: string]: number | PoolOptions };

const KNOWN: { readonly [name in keyof BreakerPolicy]-?: true } = namesOf<BreakerPolicy>()({
  failures: true,
  withinMs: true,
  openMs: true,
  maxOpenMs: true,
  trials: true,
  counts: true,
  whenOpen: true,
});
/** The longest wait that timers of the runtimes keep. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Refuses a policy that a breaker cannot work with.
 *
 * @throws {SluiceError} DEFINITION_INVALID for what is no record, or has a field that nobody knows; POLICY_INVALID.
 */
export function requireBreaker(given: unknown, what: string, path: readonly string[]): void {
  if (!isRecord(given)) {
    throw new SluiceError({
      code: "DEFINITION_INVALID",
      message: `${what} takes a record as breaker, not ${nameType(given)}.`,
      path,
      hint: "Write breaker: { failures: 5, withinMs: 60_000, openMs: 30_000 }.",
    });
  }
  refuseUnknown(given, KNOWN, { what: `The breaker of ${what}`, code: "DEFINITION_INVALID", path });
  const [first, ...rest] = checkBreaker(given, path).map((issue) => ({
    ...issue,
    message: `The breaker of ${what}: ${issue.message}`,
  }));
  if (first) throw new SluiceError([first, ...rest]);
}

function checkBreaker(policy: { readonly [field: string]: unknown }, path: readonly string[]): Issue[] {
  const issues: Issue[] = [];
  const add = (field: string, needs: string) =>
    issues.push({
      code: "POLICY_INVALID",
      message: `${field} ${needs}, not ${show(policy[field])}.`,
      path: [...path, field],
    });
  for (const field of ["failures", "trials"]) {
    const value = policy[field];
    if (field === "trials" && value === undefined) continue;
    if (!(Number.isInteger(value) && Number(value) >= 1)) add(field, "must be a whole number from 1");
  }
  for (const field of ["withinMs", "openMs", "maxOpenMs"]) {
    const value = Number(policy[field]);
    if (field === "maxOpenMs" && policy[field] === undefined) continue;
    if (typeof policy[field] !== "number" || !(value > 0 && value <= LONGEST_MS)) {
      add(field, `must be a number of milliseconds above 0 and up to ${LONGEST_MS}`);
    }
  }
  if (Number(policy.maxOpenMs) < Number(policy.openMs)) add("maxOpenMs", "must not be below openMs");
  const { counts, whenOpen } = policy;
  const isKnown = counts === undefined || counts === "all" ||
    (Array.isArray(counts) && counts.length > 0 && counts.every((each) => ERROR_CLASSES.includes(each)));
  if (!isKnown) add("counts", `is "all", or a list of ${ERROR_CLASSES.join(", ")}`);
  if (whenOpen !== undefined && whenOpen !== "wait" && whenOpen !== "fail") {
    add("whenOpen", 'is "wait" or "fail"');
  }
  return issues;
}
