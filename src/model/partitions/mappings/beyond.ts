/** What downstream windows ask for outside the upstream bounds. */
import type { TimePartitions } from "../definition.ts";
import type { TimeWindowMapping } from "../mapping.ts";
import type { TimeSpace } from "../space.ts";
import { createSubsetBuilder, rangeSubset } from "../subset.ts";
import type { Subset, SubsetBuilder } from "../subset.ts";
import { firstEndingAfter, openFrame } from "./frame.ts";
import type { Interval, Reach } from "./reach.ts";

/** Upstream windows that would be needed and do not exist. An end moved by an offset stops at the upstream bounds. */
export class Beyond {
  readonly #rule: TimeWindowMapping;
  readonly #reach: Reach;
  readonly #size: number;
  readonly #upstream: TimePartitions;
  readonly #bounds: Interval;
  /** Downstream windows that ask for something outside the bounds, unless it is excluded there. */
  readonly #suspects: Subset;
  /** Upstream windows over all that is asked for, as if they existed; opened when first needed. */
  #windows: TimeSpace | undefined;

  /** `size` is the number of downstream windows. */
  constructor(
    rule: TimeWindowMapping,
    reach: Reach,
    size: number,
    upstream: TimePartitions,
    bounds: Interval,
  ) {
    this.#rule = rule;
    this.#reach = reach;
    this.#size = size;
    this.#upstream = upstream;
    this.#bounds = bounds;
    const inside = firstIndex(size, (index) => this.#from(reach.startOf(index)) >= bounds.startMs);
    const after = firstIndex(size, (index) => this.#to(reach.endOf(index)) > bounds.endMs);
    this.#suspects = rangeSubset(0, inside).union(rangeSubset(after, size));
  }

  /** How to list the keys that a downstream set asks for and that do not exist; undefined when there are none. */
  missingFor(downstream: Subset): (() => readonly string[]) | undefined {
    const suspects = downstream.intersect(this.#suspects);
    if (suspects.size === 0) return undefined;
    const builder = createSubsetBuilder();
    suspects.eachRange((start, end) => {
      for (let first = start; first < end;) {
        const pieceEnd = this.#reach.pieceEnd(first, end);
        this.#add(builder, this.#reach.startOf(first), this.#reach.endOf(pieceEnd - 1));
        first = pieceEnd;
      }
    });
    const missing = builder.build();
    if (missing.size === 0) return undefined;
    const windows = this.#opened();
    return () => Array.from(missing.indices(), (index) => windows.keyAt(index));
  }

  #add(builder: SubsetBuilder, startMs: number, endMs: number): void {
    const [from, to] = [this.#from(startMs), this.#to(endMs)];
    const { startMs: lowMs, endMs: highMs } = this.#bounds;
    if (from < lowMs) addOverlapping(builder, this.#opened(), from, Math.min(to, lowMs));
    if (to > highMs) addOverlapping(builder, this.#opened(), Math.max(from, highMs), to);
  }

  #from(startMs: number): number {
    return stopAt(this.#bounds, startMs, this.#rule.startOffset);
  }

  #to(endMs: number): number {
    return stopAt(this.#bounds, endMs, this.#rule.endOffset);
  }

  #opened(): TimeSpace {
    if (!this.#windows) {
      const startMs = Math.min(this.#bounds.startMs, this.#reach.startOf(0));
      const endMs = Math.max(this.#bounds.endMs, this.#reach.endOf(this.#size - 1));
      this.#windows = openFrame(this.#upstream, startMs, endMs);
    }
    return this.#windows;
  }
}

function stopAt({ startMs, endMs }: Interval, instantMs: number, offset: number): number {
  if (offset < 0) return Math.max(instantMs, startMs);
  return offset > 0 ? Math.min(instantMs, endMs) : instantMs;
}

function addOverlapping(builder: SubsetBuilder, windows: TimeSpace, startMs: number, endMs: number): void {
  const start = firstEndingAfter(windows, startMs);
  const end = windows.indexFrom(endMs);
  if (startMs < endMs && start < end) builder.addRange(start, end);
}

/** The first index below `size` for which a condition holds that, once true, stays true; else `size`. */
function firstIndex(size: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
