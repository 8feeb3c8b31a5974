/** What a body may return besides a plain value. */
import type { LogFields } from "../ports.ts";
import { requireOptions, type Shapes } from "../validate/options.ts";

/** A value or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

/** Facts about a value, as JSON; shown beside the materialization. */
export type Metadata = LogFields;

/** Facts that go with an output. */
export interface OutputFacts {
  /** Facts for people, as JSON. */
  readonly metadata?: Metadata;
  /** Identity of the content: an equal version leaves downstream assets fresh. */
  readonly dataVersion?: string;
}

/** A value with facts; made by {@linkcode output}. */
export interface Output<out T> extends OutputFacts {
  /** Says what this is. */
  readonly "~result": "output";
  /** The value. */
  readonly value: T;
}

/** Says that nothing was made and downstream steps of the same run are skipped; made by {@linkcode skip}. */
export interface Skip {
  /** Says what this is. */
  readonly "~result": "skip";
  /** Why, for people. */
  readonly reason: string;
}

/**
 * How far a short circuit reaches: over all that is downstream, whatever its trigger rules say, or over the steps directly
 * downstream, and further ones as their rules say.
 */
export type CircuitReach = "all" | "direct";

/** Says that nothing was made and that what is downstream is skipped; made by {@linkcode shortCircuit}. */
export interface ShortCircuit {
  /** Says what this is. */
  readonly "~result": "short-circuit";
  /** Why, for people. */
  readonly reason: string;
  /** How far it reaches. */
  readonly reach: CircuitReach;
}

/** Options of {@linkcode shortCircuit}. */
export interface ShortCircuitOptions {
  /**
   * `"ignore"` skips everything downstream of the step; `"respect"` skips what is directly downstream, and leaves the rest
   * to its trigger rules. Default `"ignore"`.
   */
  readonly rules?: "ignore" | "respect";
}

/** Says that the recorded value still holds; made by {@linkcode unchanged}. */
export interface Unchanged {
  /** Says what this is. */
  readonly "~result": "unchanged";
  /** Why, for people. */
  readonly reason: string | undefined;
}

/**
 * Returns a value together with metadata or a data version.
 *
 * @example
 * ```ts
 * import { defineAsset, materialize, output } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const rows = defineAsset({ key: "rows", run: () => output([1, 2, 3], { metadata: { count: 3 } }) });
 * const result = await materialize(rows);
 * assert.deepEqual(result.value, [1, 2, 3]);
 * assert.deepEqual(result.metadata, { count: 3 });
 * ```
 */
export function output<T>(value: T, facts: OutputFacts = {}): Output<T> {
  return Object.freeze({ "~result": "output" as const, value, ...facts });
}

/**
 * Returns without a value: the step counts as skipped, and so do the steps that need its value.
 * The asset must be declared `skippable`.
 *
 * @example
 * ```ts
 * import { defineAsset, materialize, skip } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const empty = defineAsset({ key: "empty", skippable: true, run: () => skip("no rows today") });
 * assert.equal((await materialize(empty)).status, "skipped");
 * ```
 */
export function skip(reason: string): Skip {
  return Object.freeze({ "~result": "skip" as const, reason });
}

/**
 * Returns without a value, and skips everything downstream of the step in this run that has not begun, trigger rules or not:
 * Airflow's ShortCircuitOperator. The asset must be declared `skippable`.
 *
 * @throws {SluiceError} DEFINITION_INVALID for options that are not known.
 * @example
 * ```ts
 * import { createOrchestrator, defineAsset, definitions, shortCircuit } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const feed = defineAsset({ key: "feed", skippable: true, run: () => shortCircuit("a holiday") });
 * const report = defineAsset({ key: "report", after: [feed], run: () => "for everybody" });
 * const always = defineAsset({ key: "always", triggerRule: "all_done", after: [report], run: () => 1 });
 *
 * await using sluice = createOrchestrator(definitions({ assets: [feed, report, always] }), {
 *   store: "memory",
 *   defaultIO: "memory",
 * });
 * const { record } = await sluice.materialize("*");
 * assert.equal(record.steps.skipped, 3);
 * ```
 */
export function shortCircuit(reason: string, options: ShortCircuitOptions = {}): ShortCircuit {
  requireOptions(options, CIRCUIT, {
    what: "shortCircuit()",
    code: "DEFINITION_INVALID",
    example: 'shortCircuit("no rows today", { rules: "respect" })',
  });
  const reach = options.rules === "respect" ? "direct" : "all";
  return Object.freeze({ "~result": "short-circuit" as const, reason, reach });
}

const CIRCUIT: Shapes<ShortCircuitOptions> = Object.freeze({
  rules: { is: '"ignore" or "respect"', fits: (value: unknown) => value === "ignore" || value === "respect" },
});

/**
 * Returns without a new value because the recorded one still holds: the step succeeds, the data version stays,
 * and downstream assets stay fresh.
 *
 * @example
 * ```ts
 * import { defineAsset, materialize, unchanged } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const feed = defineAsset({ key: "feed", run: () => unchanged("same etag") });
 * assert.equal((await materialize(feed)).status, "unchanged");
 * ```
 */
export function unchanged(reason?: string): Unchanged {
  return Object.freeze({ "~result": "unchanged" as const, reason });
}

/** The kinds of special results. */
export type ResultKind = "output" | "skip" | "short-circuit" | "unchanged";

/** Which kind of special result a returned value is; undefined for a plain value. */
export function resultKind(value: unknown): ResultKind | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as { "~result"?: ResultKind })["~result"];
}
