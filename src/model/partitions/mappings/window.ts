/** Windows of time against windows of time, by overlap; offsets move the ends of the downstream window. */
import type { TimePartitions } from "../definition.ts";
import type { MappedUpstream, ResolvedMapping, TimeWindowMapping } from "../mapping.ts";
import type { TimeSpace } from "../space.ts";
import { boundaryAfter } from "../sets/runs.ts";
import { createSubsetBuilder } from "../subset.ts";
import type { Subset, SubsetBuilder } from "../subset.ts";
import { beginningOf, firstEndingAfter, openFrame } from "./frame.ts";
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
  /** Downstream windows that do not begin where the one before ends; looked for once. */
  #breaks: readonly number[] | undefined;
  /** Downstream windows that fall between upstream windows and read nothing; looked for once. */
  #idle: Subset | undefined;
  /** Upstream windows over all that downstream windows ask for, also where none exist. */
  #wanted: TimeSpace | undefined;

  constructor(rule: TimeWindowMapping, downstream: TimeSide, upstream: TimeSide) {
    this.downstream = downstream.space;
    this.upstream = upstream.space;
    this.#rule = rule;
    this.#down = downstream.partitions;
    this.#up = upstream.partitions;
    this.#bounds = boundsOf(upstream);
    this.#frame = offsetFrame(rule, downstream, this.#bounds);
    this.#base = this.downstream.size > 0 ? this.#frame.indexAt(this.downstream.startAt(0)) : 0;
  }

  toUpstream(downstream: Subset): MappedUpstream {
    const existing = createSubsetBuilder();
    const beyond = createSubsetBuilder();
    this.#eachPiece(downstream, (first, end) => {
      const startMs = this.#startOf(first);
      const endMs = this.#endOf(end - 1);
      addOverlapping(existing, this.upstream, startMs, endMs);
      if (!this.#rule.allowNonexistent) this.#addBeyond(beyond, startMs, endMs);
    });
    const missing = beyond.build();
    if (missing.size === 0) return completely(existing.build());
    const windows = this.#wantedWindows();
    return incompletely(
      existing.build(),
      () => Array.from(missing.indices(), (index) => windows.keyAt(index)),
    );
  }

  toDownstream(upstream: Subset): Subset {
    const builder = createSubsetBuilder();
    upstream.eachRange((start, end) => {
      const first = this.#firstEndingAfter(this.upstream.startAt(start));
      const last = this.#firstStartingFrom(this.upstream.endAt(end - 1));
      if (first < last) builder.addRange(first, last);
    });
    const reading = builder.build();
    return this.#up.exclusions.length > 0 ? reading.minus(this.#idleWindows()) : reading;
  }

  eachUpstreamRange(downstreamIndex: number, visit: (start: number, end: number) => void): void {
    const start = firstEndingAfter(this.upstream, this.#startOf(downstreamIndex));
    const end = this.upstream.indexFrom(this.#endOf(downstreamIndex));
    if (start < end) visit(start, end);
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
    if (this.#down.exclusions.length === 0) return set.eachRange(visit);
    this.#breaks ??= this.#findBreaks();
    const breaks = this.#breaks;
    set.eachRange((start, end) => {
      let from = start;
      for (let i = boundaryAfter(breaks, start); i < breaks.length && breaks[i] < end; i++) {
        visit(from, breaks[i]);
        from = breaks[i];
      }
      visit(from, end);
    });
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
      const start = firstEndingAfter(this.upstream, this.#startOf(index));
      if (start >= this.upstream.indexFrom(this.#endOf(index))) builder.add(index);
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
