/**
 * Sets of partitions as they are stored: by identity (the start of a window, the name of a key), never by
 * position. Keys may be inserted, removed and added again, and a start may move: what was stored stays true.
 */

/** What a partition is known by for good: window start in epoch ms, a name, or one of these per dimension. */
export type PartitionIdentity = number | string | readonly (number | string)[];

/**
 * Windows by their starts, run-length coded: `[first, step, count, step, count, ...]`, where each pair says
 * that `count` further starts follow at distance `step` milliseconds. `format` and `timezone` give the keys.
 */
export interface StoredWindows {
  readonly kind: "time";
  readonly starts: readonly number[];
  readonly format: string;
  readonly timezone: string;
}

/** Names in the order of their space. */
export interface StoredNames {
  readonly kind: "names";
  readonly names: readonly string[];
}

/** A product of dimensions as runs of the outer dimension that share one inner set. */
export interface StoredCells {
  readonly kind: "multi";
  /** Names of the dimensions in code-point order, from the outermost. */
  readonly dimensions: readonly string[];
  readonly runs: readonly StoredRun[];
}

/** The cells of one run of outer coordinates. */
export interface StoredRun {
  readonly outer: StoredWindows | StoredNames;
  readonly inner: StoredWindows | StoredNames | StoredCells;
}

/** A set of partitions by identity; `unit` is the one cell of an asset without partitions. */
export type StoredSubset = { readonly kind: "unit" } | StoredWindows | StoredNames | StoredCells;
