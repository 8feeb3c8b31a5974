/**
 * Subsets: immutable sets of the indices of one partition space, as sorted ranges while they are few and as a
 * bitmap when they are many. Their cost follows the number of ranges, not the number of partitions.
 */
import {
  countMembers,
  eachRunOf,
  equalMembers,
  hasMember,
  intersectMembers,
  isEmpty,
  membersFromPairs,
  membersFromRuns,
  runFrom,
  runsOf,
  subtractMembers,
  uniteAllMembers,
  uniteMembers,
} from "./sets/members.ts";
import type { Members } from "./sets/members.ts";
import { memberAt, rankTable, smallerMembers } from "./sets/rank.ts";
import type { RankTable } from "./sets/rank.ts";

/** A half-open run of indices `[start, end)`. */
export type IndexRange = readonly [start: number, end: number];

/** An immutable set of integers in `0..2^53-1`. All operations give a new set or one of the operands. */
export interface Subset {
  /** How many indices are in the set. */
  readonly size: number;
  /** Whether there is a partition with this key. */
  has(index: number): boolean;
  /** What either has. */
  union(other: Subset): Subset;
  /** What both have. */
  intersect(other: Subset): Subset;
  /** What this set has and the other has not. */
  minus(other: Subset): Subset;
  /** Whether both hold the same indices. */
  equals(other: Subset): boolean;
  /** The maximal runs in ascending order. */
  ranges(): IterableIterator<IndexRange>;
  /** The indices in ascending order. */
  indices(): IterableIterator<number>;
  /** Calls `visit` for each maximal run in ascending order; the fast form of `ranges()`. */
  eachRange(visit: (start: number, end: number) => void): void;
  /** The first run of members at or after `index`, cut there; undefined when there is none. */
  rangeFrom(index: number): IndexRange | undefined;
  /** The n-th smallest index (from 0). Throws a RangeError outside `0..size-1`. */
  at(n: number): number;
  /** How many members are smaller than `index`. */
  rank(index: number): number;
}

/** Collects indices and ranges, in any order, into a set. */
export interface SubsetBuilder {
  /** Adds one index. Throws a RangeError unless it is an integer in `0..2^53-1`. */
  add(index: number): void;
  /** Adds `[start, end)`. Throws a RangeError unless both are integers in `0..2^53` and in order. */
  addRange(start: number, end: number): void;
  /** Adds all members of a set. */
  addAll(set: Subset): void;
  /** Gives the set, and empties the builder. */
  build(): Subset;
}

class IndexSubset implements Subset {
  readonly #members: Members;
  #size = -1;
  #ranks: RankTable | undefined;

  constructor(members: Members) {
    this.#members = members;
  }

  /** The members of any subset, also of one that is not ours. */
  static membersOf(set: Subset): Members {
    if (set instanceof IndexSubset) return set.#members;
    const pairs: number[] = [];
    set.eachRange((start, end) => pairs.push(start, end));
    return membersFromPairs(pairs);
  }

  get size(): number {
    if (this.#size < 0) this.#size = countMembers(this.#members);
    return this.#size;
  }

  has(index: number): boolean {
    return hasMember(this.#members, index);
  }

  union(other: Subset): Subset {
    if (other === this) return this;
    const theirs = IndexSubset.membersOf(other);
    return this.#wrap(uniteMembers(this.#members, theirs), other, theirs);
  }

  intersect(other: Subset): Subset {
    if (other === this) return this;
    const theirs = IndexSubset.membersOf(other);
    return this.#wrap(intersectMembers(this.#members, theirs), other, theirs);
  }

  minus(other: Subset): Subset {
    if (other === this) return EMPTY;
    const theirs = IndexSubset.membersOf(other);
    return this.#wrap(subtractMembers(this.#members, theirs), other, theirs);
  }

  equals(other: Subset): boolean {
    return other === this || equalMembers(this.#members, IndexSubset.membersOf(other));
  }

  *ranges(): IterableIterator<IndexRange> {
    const runs = runsOf(this.#members);
    for (let i = 0; i < runs.length; i += 2) yield [runs[i], runs[i + 1]];
  }

  *indices(): IterableIterator<number> {
    const runs = runsOf(this.#members);
    for (let i = 0; i < runs.length; i += 2) {
      for (let index = runs[i]; index < runs[i + 1]; index++) yield index;
    }
  }

  eachRange(visit: (start: number, end: number) => void): void {
    eachRunOf(this.#members, visit);
  }

  rangeFrom(index: number): IndexRange | undefined {
    return runFrom(this.#members, index);
  }

  at(n: number): number {
    if (!Number.isInteger(n) || n < 0 || n >= this.size) {
      throw new RangeError(`Cannot take member ${n} of a set of ${this.size}.`);
    }
    return memberAt(this.#rankTable(), n);
  }

  rank(index: number): number {
    return smallerMembers(this.#rankTable(), index);
  }

  #rankTable(): RankTable {
    this.#ranks ??= rankTable(this.#members);
    return this.#ranks;
  }

  /** A result as a set: an operand when nothing changed, so that identity and cached counts survive. */
  #wrap(result: Members, other: Subset, theirs: Members): Subset {
    if (result === this.#members) return this;
    if (result === theirs) return other;
    return isEmpty(result) ? EMPTY : new IndexSubset(result);
  }
}

const EMPTY: Subset = new IndexSubset([]);

class IndexSubsetBuilder implements SubsetBuilder {
  /** Sorted and disjoint while `#ascending` holds. */
  #pairs: number[] = [];
  #ascending = true;

  add(index: number): void {
    if (!Number.isSafeInteger(index) || index < 0) {
      throw new RangeError(`${index} is not an index in 0..2^53-1.`);
    }
    this.#append(index, index + 1);
  }

  addRange(start: number, end: number): void {
    checkRange(start, end);
    if (start < end) this.#append(start, end);
  }

  addAll(set: Subset): void {
    set.eachRange((start, end) => this.#append(start, end));
  }

  #append(start: number, end: number): void {
    const pairs = this.#pairs;
    const last = pairs.length - 1;
    if (last < 0 || start > pairs[last]) {
      pairs.push(start, end);
    } else if (start >= pairs[last - 1]) {
      if (end > pairs[last]) pairs[last] = end;
    } else {
      this.#ascending = false;
      pairs.push(start, end);
    }
  }

  build(): Subset {
    const members = this.#ascending ? membersFromRuns(this.#pairs) : membersFromPairs(this.#pairs);
    this.#pairs = [];
    this.#ascending = true;
    return wrapMembers(members);
  }
}

/** The set without members. */
export function emptySubset(): Subset {
  return EMPTY;
}

/** The set `0..size-1`. Throws a RangeError unless `size` is an integer in `0..2^53`. */
export function fullSubset(size: number): Subset {
  return rangeSubset(0, size);
}

/** The set `start..end-1`. Throws a RangeError unless both are integers in `0..2^53` and in order. */
export function rangeSubset(start: number, end: number): Subset {
  checkRange(start, end);
  return start === end ? EMPTY : new IndexSubset([start, end]);
}

/** The set of the given indices, in any order. Throws a RangeError unless they are integers in `0..2^53-1`. */
export function subsetOf(indices: Iterable<number>): Subset {
  const builder = createSubsetBuilder();
  for (const index of indices) builder.add(index);
  return builder.build();
}

/** The union of half-open ranges, in any order. Throws a RangeError for a range that is none. */
export function subsetFromRanges(ranges: Iterable<IndexRange>): Subset {
  const builder = createSubsetBuilder();
  for (const [start, end] of ranges) builder.addRange(start, end);
  return builder.build();
}

/** The union of any number of sets, faster than one after the other. */
export function unionOf(sets: Iterable<Subset>): Subset {
  const list = [...sets];
  if (list.length === 1) return list[0];
  return wrapMembers(uniteAllMembers(list.map(IndexSubset.membersOf)));
}

/** A builder without members. */
export function createSubsetBuilder(): SubsetBuilder {
  return new IndexSubsetBuilder();
}

function wrapMembers(members: Members): Subset {
  return isEmpty(members) ? EMPTY : new IndexSubset(members);
}

function checkRange(start: number, end: number): void {
  if (Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= 2 ** 53) {
    return;
  }
  throw new RangeError(
    `[${start}, ${end}) is not a range of indices: integers in 0..2^53, in order, are expected.`,
  );
}
