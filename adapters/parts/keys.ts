/** Concurrency keys as pools: a key with one fixed name is a pool whose limit is known. */
import type { Snapshot, StepSnapshot } from "../../src/model/snapshot/snapshot.ts";
import type { ExportOptions } from "../export.ts";
import { identifierOf } from "../python/identifier.ts";

/** What is written in the place of a graph with keys. */
export interface WithoutKeys {
  readonly snapshot: Snapshot;
  /** With the limits of keys among the sizes of pools; what the user gives for such a pool counts before. */
  readonly options: ExportOptions;
}

/**
 * A graph whose steps with a fixed key have a pool of it. Steps that have a pool already keep that one: the engines take
 * one for each step.
 */
export function keysAsPools(snapshot: Snapshot, options: ExportOptions): WithoutKeys {
  const limits = new Map<string, number>();
  for (const step of snapshot.steps) {
    const pool = keyPoolOf(step);
    if (pool === undefined || !step.concurrency) continue;
    limits.set(pool, Math.min(limits.get(pool) ?? Infinity, step.concurrency.limit));
  }
  if (limits.size === 0) return { snapshot, options };
  const steps = snapshot.steps.map((step) => {
    const pool = keyPoolOf(step);
    return pool === undefined ? step : { ...step, pool };
  });
  const pools = { ...Object.fromEntries(limits), ...options.target?.pools as object | undefined };
  return { snapshot: { ...snapshot, steps }, options: { ...options, target: { ...options.target, pools } } };
}

/** The pool that stands for the key of a step; undefined where none can. */
function keyPoolOf({ pool, concurrency }: StepSnapshot): string | undefined {
  return pool !== undefined || concurrency?.key === undefined
    ? undefined
    : `key_${identifierOf(concurrency.key)}`;
}
