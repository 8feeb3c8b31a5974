/** Windows of time against windows of time, by overlap; offsets move the ends of the downstream window. */
import type { MappedUpstream, ResolvedMapping, TimeWindowMapping } from "../mapping.ts";
import type { TimeSpace } from "../space.ts";
import { createSubsetBuilder } from "../subset.ts";
import type { Subset } from "../subset.ts";
import { Beyond } from "./beyond.ts";
import { beginningOf, firstEndingAfter } from "./frame.ts";
import { Lookup } from "./lookup.ts";
import { completely, incompletely } from "./mapped.ts";
import { type Interval, Reach, type TimeSide } from "./reach.ts";

/**
 * Both ends of what a downstream window reads never decrease from one window to the next: a run of downstream
 * windows without gaps reads one run of upstream windows, and what reads an upstream run is a run too.
 */
export class WindowMapping implements ResolvedMapping {
  readonly downstream: TimeSpace;
  readonly upstream: TimeSpace;
  readonly isIdentity = false;
  readonly constant = undefined;
  readonly #reach: Reach;
  /** Each downstream window reads the upstream windows from `#first` to before `#end`. */
  readonly #first: Lookup;
  readonly #end: Lookup;
  /** Each upstream window is read by the downstream windows from `#firstReader` to before `#readersEnd`. */
  readonly #firstReader: Lookup;
  readonly #readersEnd: Lookup;
  /** Undefined when what does not exist may be left out. */
  readonly #beyond: Beyond | undefined;
  readonly #hasGaps: boolean;
  /** Downstream windows that fall between upstream windows and read nothing; looked for once. */
  #idle: Subset | undefined;

  constructor(rule: TimeWindowMapping, downstream: TimeSide, upstream: TimeSide) {
    const [below, above] = [downstream.space, upstream.space];
    const bounds = boundsOf(upstream);
    const reach = new Reach(rule, downstream, bounds);
    this.downstream = below;
    this.upstream = above;
    this.#reach = reach;
    this.#first = new Lookup(below.size, (index) => firstEndingAfter(above, reach.startOf(index)));
    this.#end = new Lookup(below.size, (index) => above.indexFrom(reach.endOf(index)));
    this.#firstReader = new Lookup(above.size, (index) => reach.firstEndingAfter(above.startAt(index)));
    this.#readersEnd = new Lookup(above.size, (index) => reach.firstStartingFrom(above.endAt(index)));
    this.#beyond = rule.allowNonexistent
      ? undefined
      : new Beyond(rule, reach, below.size, upstream.partitions, bounds);
    this.#hasGaps = upstream.partitions.exclusions.length > 0;
  }

  toUpstream(downstream: Subset): MappedUpstream {
    const existing = this.#existing(downstream);
    const listMissing = this.#beyond?.missingFor(downstream);
    return listMissing ? incompletely(existing, listMissing) : completely(existing);
  }

  toDownstream(upstream: Subset): Subset {
    const builder = createSubsetBuilder();
    let run = upstream.rangeFrom(0);
    while (run) {
      const first = this.#firstReader.at(run[0]);
      const end = this.#readersEnd.at(run[1] - 1);
      if (first < end) builder.addRange(first, end);
      if (end === this.downstream.size) break;
      run = upstream.rangeFrom(Math.max(run[1], this.#first.at(end)));
    }
    const reading = builder.build();
    return this.#hasGaps ? reading.minus(this.#idleWindows()) : reading;
  }

  eachUpstreamRange(downstreamIndex: number, visit: (start: number, end: number) => void): void {
    const start = this.#first.at(downstreamIndex);
    const end = this.#end.at(downstreamIndex);
    if (start < end) visit(start, end);
  }

  firstAlike(downstreamIndex: number): number {
    return downstreamIndex;
  }

  /** What a downstream set reads: piece by piece, past those that add nothing. */
  #existing(downstream: Subset): Subset {
    const builder = createSubsetBuilder();
    let run = downstream.rangeFrom(0);
    while (run) {
      const pieceEnd = this.#reach.pieceEnd(run[0], run[1]);
      const first = this.#first.at(run[0]);
      const end = this.#end.at(pieceEnd - 1);
      if (first < end) builder.addRange(first, end);
      if (end === this.upstream.size) break;
      run = downstream.rangeFrom(Math.max(pieceEnd, this.#firstReader.at(end)));
    }
    return builder.build();
  }

  #idleWindows(): Subset {
    if (this.#idle) return this.#idle;
    const builder = createSubsetBuilder();
    for (let index = 0; index < this.downstream.size; index++) {
      if (this.#first.at(index) >= this.#end.at(index)) builder.add(index);
    }
    this.#idle = builder.build();
    return this.#idle;
  }
}

/** From the first window to the last; empty, at the definition's beginning, when there is none. */
function boundsOf({ partitions, space }: TimeSide): Interval {
  if (space.size > 0) return { startMs: space.startAt(0), endMs: space.endAt(space.size - 1) };
  const beginMs = beginningOf(partitions);
  return { startMs: beginMs, endMs: beginMs };
}

/** Whether two sides have the same windows, so that index equals index. */
export function shareWindows(downstream: TimeSide, upstream: TimeSide): boolean {
  const [ours, theirs] = [downstream.partitions, upstream.partitions];
  const [below, above] = [downstream.space, upstream.space];
  return ours.cron === theirs.cron && ours.timezone === theirs.timezone &&
    below.size === above.size && (below.size === 0 || below.startAt(0) === above.startAt(0)) &&
    ours.exclusions.length === theirs.exclusions.length &&
    ours.exclusions.every((exclusion, position) => exclusion === theirs.exclusions[position]);
}
