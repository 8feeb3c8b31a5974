/**
 * Subsets: immutable sets of the indices of one partition space, as sorted ranges while they are few and as a
 * bitmap when they are many. Their cost follows the number of ranges, not the number of partitions.
 */

/** A half-open run of indices `[start, end)`. */
export type IndexRange = readonly [start: number, end: number];

/** An immutable set of integers in `0..2^53-1`. All operations give a new set or one of the operands. */
export interface Subset {
  /** How many indices are in the set. */
  readonly size: number;
  has(index: number): boolean;
  union(other: Subset): Subset;
  intersect(other: Subset): Subset;
  minus(other: Subset): Subset;
  equals(other: Subset): boolean;
  /** The maximal runs in ascending order. */
  ranges(): IterableIterator<IndexRange>;
  /** The indices in ascending order. */
  indices(): IterableIterator<number>;
  /** Calls `visit` for each maximal run in ascending order; the fast form of `ranges()`. */
  eachRange(visit: (start: number, end: number) => void): void;
  /** The n-th smallest index (from 0). Throws a RangeError outside `0..size-1`. */
  at(n: number): number;
  /** How many members are smaller than `index`. */
  rank(index: number): number;
}
