/** Windows of time against windows of time, by overlap; offsets move the ends of the downstream window. */
import type { TimePartitions } from "../definition.ts";
import type { MappedUpstream, ResolvedMapping, TimeWindowMapping } from "../mapping.ts";
import type { TimeSpace } from "../space.ts";
import { boundaryAfter } from "../sets/runs.ts";
import { createSubsetBuilder, emptySubset, rangeSubset } from "../subset.ts";
import type { Subset, SubsetBuilder } from "../subset.ts";
import { beginningOf, firstEndingAfter, openFrame } from "./frame.ts";
import { Lookup } from "./lookup.ts";
import { completely, incompletely } from "./mapped.ts";

/** A definition with the windows that exist. */
export interface TimeSide {
  readonly partitions: TimePartitions;
  readonly space: TimeSpace;
}

/** An interval of time, `[startMs, endMs)`. */
interface Interval {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The rules are Dagster's: an offset of -n moves an end to the start of the n-th window before it, one of +n to
 * the end of the n-th window after it, and windows left out by exclusions are not counted. Both ends never
 * decrease from one downstream window to the next, so a run of downstream windows without gaps reads one run of
 * upstream windows, and what reads an upstream run is a run too.
 */
export class WindowMapping implements ResolvedMapping {
  readonly downstream: TimeSpace;
  readonly upstream: TimeSpace;
  readonly isIdentity = false;
  readonly constant = undefined;
  readonly #rule: TimeWindowMapping;
  readonly #down: TimePartitions;
  readonly #up: TimePartitions;
  /** From the first upstream window to the last; empty, at the definition's start, when there is none. */
  readonly #bounds: Interval;
  /** Downstream windows over all that either side has, to count offsets in. */
  readonly #frame: TimeSpace;
  /** The position in the frame of downstream window 0. */
  readonly #base: number;
  /** Each downstream window reads the upstream windows from `#first` to before `#end`. */
  readonly #first: Lookup;
  readonly #end: Lookup;
  /** Each upstream window is read by the downstream windows from `#firstReader` to before `#readersEnd`. */
  readonly #firstReader: Lookup;
  readonly #readersEnd: Lookup;
  /** Downstream windows that ask for something outside the upstream bounds, or might. */
  readonly #suspects: Subset;
  /** Downstream windows that do not begin where the one before ends; looked for once. */
  #breaks: readonly number[] | undefined;
  /** Downstream windows that fall between upstream windows and read nothing; looked for once. */
  #idle: Subset | undefined;
  /** Upstream windows over all that downstream windows ask for, also where none exist. */
  #wanted: TimeSpace | undefined;

  constructor(rule: TimeWindowMapping, downstream: TimeSide, upstream: TimeSide) {
    const [below, above] = [downstream.space, upstream.space];
    this.downstream = below;
    this.upstream = above;
    this.#rule = rule;
    this.#down = downstream.partitions;
    this.#up = upstream.partitions;
    this.#bounds = boundsOf(upstream);
    this.#frame = offsetFrame(rule, downstream, this.#bounds);
    this.#base = below.size > 0 ? this.#frame.indexAt(below.startAt(0)) : 0;
    this.#first = new Lookup(below.size, (index) => firstEndingAfter(above, this.#startOf(index)));
    this.#end = new Lookup(below.size, (index) => above.indexFrom(this.#endOf(index)));
    this.#firstReader = new Lookup(above.size, (index) => this.#firstEndingAfter(above.startAt(index)));
    this.#readersEnd = new Lookup(above.size, (index) => this.#firstStartingFrom(above.endAt(index)));
    this.#suspects = rule.allowNonexistent ? emptySubset() : this.#findSuspects();
  }

  toUpstream(downstream: Subset): MappedUpstream {
    const existing = this.#existing(downstream);
    const suspects = downstream.intersect(this.#suspects);
    if (suspects.size === 0) return completely(existing);
    const beyond = createSubsetBuilder();
    this.#eachPiece(
      suspects,
      (first, end) => this.#addBeyond(beyond, this.#startOf(first), this.#endOf(end - 1)),
    );
    const missing = beyond.build();
    if (missing.size === 0) return completely(existing);
    const windows = this.#wantedWindows();
    return incompletely(existing, () => Array.from(missing.indices(), (index) => windows.keyAt(index)));
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
    return this.#up.exclusions.length > 0 ? reading.minus(this.#idleWindows()) : reading;
  }

  eachUpstreamRange(downstreamIndex: number, visit: (start: number, end: number) => void): void {
    const start = this.#first.at(downstreamIndex);
    const end = this.#end.at(downstreamIndex);
    if (start < end) visit(start, end);
  }

  /** What a downstream set reads: run by run, past those that add nothing. */
  #existing(downstream: Subset): Subset {
    const builder = createSubsetBuilder();
    let run = downstream.rangeFrom(0);
    while (run) {
      const pieceEnd = this.#pieceEnd(run[0], run[1]);
      const first = this.#first.at(run[0]);
      const end = this.#end.at(pieceEnd - 1);
      if (first < end) builder.addRange(first, end);
      if (end === this.upstream.size) break;
      run = downstream.rangeFrom(Math.max(pieceEnd, this.#firstReader.at(end)));
    }
    return builder.build();
  }

  /** Windows whose interval begins before the first upstream window or ends after the last one. */
  #findSuspects(): Subset {
    const { startMs: lowMs, endMs: highMs } = this.#bounds;
    const { size } = this.downstream;
    const inside = firstIndex(
      size,
      (index) => stopAt(this.#bounds, this.#startOf(index), this.#rule.startOffset) >= lowMs,
    );
    const after = firstIndex(
      size,
      (index) => stopAt(this.#bounds, this.#endOf(index), this.#rule.endOffset) > highMs,
    );
    return rangeSubset(0, inside).union(rangeSubset(after, size));
  }

  /** Where the upstream windows of a downstream window begin. */
  #startOf(index: number): number {
    const offset = this.#rule.startOffset;
    const position = this.#base + index + offset;
    if (offset <= 0) return this.#frame.startAt(Math.max(0, position));
    return this.#frame.endAt(Math.min(this.#frame.size, position) - 1);
  }

  /** Where the upstream windows of a downstream window end. */
  #endOf(index: number): number {
    const offset = this.#rule.endOffset;
    const position = this.#base + index + offset + 1;
    if (offset < 0) return this.#frame.startAt(Math.max(0, position));
    return this.#frame.endAt(Math.min(this.#frame.size, position) - 1);
  }

  /** The first downstream window whose upstream windows end after an instant. */
  #firstEndingAfter(instantMs: number): number {
    const offset = this.#rule.endOffset;
    const position = offset >= 0
      ? firstEndingAfter(this.#frame, instantMs)
      : this.#frame.indexFrom(instantMs + 1) - 1;
    return this.#clamp(position - offset - this.#base);
  }

  /** The first downstream window whose upstream windows begin at or after an instant. */
  #firstStartingFrom(instantMs: number): number {
    const offset = this.#rule.startOffset;
    const position = offset <= 0
      ? this.#frame.indexFrom(instantMs)
      : firstEndingAfter(this.#frame, instantMs - 1) + 1;
    return this.#clamp(position - offset - this.#base);
  }

  #clamp(index: number): number {
    return Math.min(Math.max(index, 0), this.downstream.size);
  }

  /** Calls `visit` with the runs of a downstream set, cut where windows do not touch. */
  #eachPiece(set: Subset, visit: (start: number, end: number) => void): void {
    set.eachRange((start, end) => {
      for (let from = start; from < end;) {
        const pieceEnd = this.#pieceEnd(from, end);
        visit(from, pieceEnd);
        from = pieceEnd;
      }
    });
  }

  /** Where the first piece of a run of downstream windows ends: within it, windows touch. */
  #pieceEnd(start: number, end: number): number {
    if (this.#down.exclusions.length === 0) return end;
    this.#breaks ??= this.#findBreaks();
    const next = boundaryAfter(this.#breaks, start);
    return next < this.#breaks.length ? Math.min(end, this.#breaks[next]) : end;
  }

  #findBreaks(): readonly number[] {
    const breaks: number[] = [];
    for (let index = 1; index < this.downstream.size; index++) {
      if (this.#startOf(index) > this.#endOf(index - 1)) breaks.push(index);
    }
    return breaks;
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

  /** Adds the windows outside the upstream bounds that an interval asks for. An end moved by an offset stops there. */
  #addBeyond(builder: SubsetBuilder, startMs: number, endMs: number): void {
    const { startMs: lowMs, endMs: highMs } = this.#bounds;
    const from = stopAt(this.#bounds, startMs, this.#rule.startOffset);
    const to = stopAt(this.#bounds, endMs, this.#rule.endOffset);
    if (from < lowMs) addOverlapping(builder, this.#wantedWindows(), from, Math.min(to, lowMs));
    if (to > highMs) addOverlapping(builder, this.#wantedWindows(), Math.max(from, highMs), to);
  }

  #wantedWindows(): TimeSpace {
    if (!this.#wanted) {
      const { startMs, endMs } = this.#bounds;
      const from = Math.min(startMs, this.#startOf(0));
      this.#wanted = openFrame(this.#up, from, Math.max(endMs, this.#endOf(this.downstream.size - 1)));
    }
    return this.#wanted;
  }
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

function boundsOf({ partitions, space }: TimeSide): Interval {
  if (space.size > 0) return { startMs: space.startAt(0), endMs: space.endAt(space.size - 1) };
  const beginMs = beginningOf(partitions);
  return { startMs: beginMs, endMs: beginMs };
}

/** The downstream windows to count offsets in: the space itself when it reaches far enough. */
function offsetFrame(rule: TimeWindowMapping, { partitions, space }: TimeSide, bounds: Interval): TimeSpace {
  if (space.size === 0 || (rule.startOffset === 0 && rule.endOffset === 0)) return space;
  const startMs = Math.min(space.startAt(0), bounds.startMs);
  const endMs = Math.max(space.endAt(space.size - 1), bounds.endMs);
  const reaches = startMs === space.startAt(0) && endMs === space.endAt(space.size - 1);
  return reaches ? space : openFrame(partitions, startMs, endMs);
}

/** An end that an offset moved stops at the upstream bounds; one that was not moved stays. */
function stopAt({ startMs, endMs }: Interval, instantMs: number, offset: number): number {
  if (offset < 0) return Math.max(instantMs, startMs);
  return offset > 0 ? Math.min(instantMs, endMs) : instantMs;
}

function addOverlapping(builder: SubsetBuilder, space: TimeSpace, startMs: number, endMs: number): void {
  if (startMs >= endMs) return;
  const start = firstEndingAfter(space, startMs);
  const end = space.indexFrom(endMs);
  if (start < end) builder.addRange(start, end);
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
