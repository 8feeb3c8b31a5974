/** What a body may return besides a plain value. */
import type { LogFields } from "../ports.ts";

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

/** Which kind of special result a returned value is; undefined for a plain value. */
export function resultKind(value: unknown): "output" | "skip" | "unchanged" | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as { "~result"?: "output" | "skip" | "unchanged" })["~result"];
}
