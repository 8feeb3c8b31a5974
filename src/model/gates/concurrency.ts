/** Concurrency keys: which steps share a limit, by a name that is fixed or worked out for each step. */
import { type Issue, SluiceError } from "../issue.ts";
import { show } from "../quote.ts";
import { isRecord, nameGiven, namesOf, refuseUnknown } from "../validate/options.ts";

/** What the key of a step is worked out from. */
export interface KeyContext {
  /** The key of its partition; undefined without partitions. */
  readonly partition: string | undefined;
  /** For partitions of several dimensions the key of each; empty otherwise. */
  readonly dimensions: { readonly [name: string]: string };
  /** The tags of the run. */
  readonly tags: { readonly [name: string]: string };
}

/**
 * At most so many steps of one key are under way at once, over all runs of the process and whatever their assets. Unlike a
 * pool, whose limit is the operator's, a key brings its limit along.
 */
export interface StepConcurrency {
  /** A name, or a function that gives one for each step. A step of several partitions needs the keys of all of them. */
  readonly key: string | ((context: KeyContext) => string);
  /** How many steps of the key may be under way at once for one of this declaration to begin. Default 1. */
  readonly limit?: number;
}

/** The fields of a concurrency key. */
export const CONCURRENCY: { readonly [name in keyof StepConcurrency]-?: true } = namesOf<StepConcurrency>()({
  key: true,
  limit: true,
});

/** What is wrong with a concurrency key; empty when it can be used. */
export function checkConcurrency(
  { key, limit }: { readonly key?: unknown; readonly limit?: unknown },
  path: readonly string[],
): Issue[] {
  const issues: Issue[] = [];
  const add = (field: string, message: string) =>
    issues.push({ code: "POLICY_INVALID", message, path: [...path, field] });
  if (typeof key !== "function" && (typeof key !== "string" || key === "")) {
    add("key", `a concurrency key is a text or a function that gives one, not ${show(key)}.`);
  }
  if (limit !== undefined && !(Number.isInteger(limit) && Number(limit) >= 1)) {
    add("limit", `the limit of a concurrency key must be a whole number from 1, not ${show(limit)}.`);
  }
  return issues;
}

/** What a run does that finds no place at its key: waits, is canceled, or has the earlier ones canceled. */
export type WhenBusy = "queue" | "skip" | "cancelPrevious";

/** What limits a run: how many of its steps are under way at once, and how many runs of its key. */
export interface RunConcurrency {
  /** How many steps of the run may be under way at once. Default: what the orchestrator allows. */
  readonly steps?: number;
  /** At most `limit` runs of one key are under way at once in the process. Default: no key. */
  readonly key?: string;
  /** Default 1. */
  readonly limit?: number;
  /**
   * What becomes of a run whose key is busy: it is recorded and waits its turn, it is recorded as canceled, or earlier
   * runs of the key are canceled. Default `"queue"`.
   */
  readonly whenBusy?: WhenBusy;
}

/** The concurrency of a run with the number of steps, and what else limits it, by themselves. */
export function splitConcurrency(
  given: number | RunConcurrency = {},
): { readonly steps: number | undefined; readonly runs: Omit<RunConcurrency, "steps"> } {
  if (typeof given === "number") return { steps: given, runs: {} };
  const { steps, ...runs } = given;
  return { steps, runs };
}

const RUN: { readonly [name in keyof RunConcurrency]-?: true } = namesOf<RunConcurrency>()({
  steps: true,
  key: true,
  limit: true,
  whenBusy: true,
});
const WHEN_BUSY: readonly unknown[] = ["queue", "skip", "cancelPrevious"];

/**
 * Refuses what cannot be the priority of a run.
 *
 * @throws {SluiceError} POLICY_INVALID.
 */
export function requirePriority(given: unknown, path: readonly string[]): void {
  if (typeof given === "number" && Number.isFinite(given)) return;
  throw new SluiceError({
    code: "POLICY_INVALID",
    message: `The priority of a run is a finite number, not ${show(given)}.`,
    path: [...path, "priority"],
  });
}

/**
 * Refuses what cannot be the concurrency of runs.
 *
 * @throws {SluiceError} DEFINITION_INVALID for what is no record, and for a field that nobody knows; POLICY_INVALID.
 */
export function requireRunConcurrency(given: unknown, what: string, path: readonly string[]): void {
  const at = [...path, "concurrency"];
  if (!isRecord(given)) {
    throw new SluiceError({
      code: "DEFINITION_INVALID",
      message: `${what} takes a record as concurrency, not ${nameGiven(given)}.`,
      path: at,
      hint: 'Write concurrency: { key: "tenant/acme", whenBusy: "queue" }.',
    });
  }
  refuseUnknown(given, RUN, { what: `The concurrency of ${what}`, code: "DEFINITION_INVALID", path: at });
  const [first, ...rest] = checkRunConcurrency(given, at);
  if (first) throw new SluiceError([first, ...rest]);
}

function checkRunConcurrency(given: { readonly [field: string]: unknown }, path: readonly string[]): Issue[] {
  const { steps, key, limit, whenBusy } = given;
  const issues: Issue[] = [];
  const add = (field: string, message: string) =>
    issues.push({ code: "POLICY_INVALID", message, path: [...path, field] });
  for (const [field, value] of [["steps", steps], ["limit", limit]] as const) {
    if (value === undefined || (Number.isInteger(value) && Number(value) >= 1)) {
      continue;
    }
    add(field, `${field} must be a whole number from 1, not ${show(value)}.`);
  }
  if (key !== undefined && (typeof key !== "string" || key === "")) {
    add("key", `the key of runs is a text that is not empty, not ${show(key)}.`);
  }
  if (whenBusy !== undefined && !WHEN_BUSY.includes(whenBusy)) {
    add("whenBusy", `whenBusy is one of ${WHEN_BUSY.join(", ")}, not ${show(whenBusy)}.`);
  }
  if (key === undefined && (limit !== undefined || whenBusy !== undefined)) {
    add("key", "limit and whenBusy are about runs of one key, and there is none.");
  }
  return issues;
}
