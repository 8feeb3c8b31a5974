/** How far each window of a definition reaches when offsets have moved its two ends. */
import type { TimePartitions } from "../definition.ts";
import type { TimeWindowMapping } from "../mapping.ts";
import { boundaryAfter } from "../sets/runs.ts";
import type { TimeSpace } from "../space.ts";
import { firstEndingAfter, openFrame } from "./frame.ts";

/** A definition with the windows that exist. */
export interface TimeSide {
  readonly partitions: TimePartitions;
  readonly space: TimeSpace;
}

/** An interval of time, `[startMs, endMs)`. */
export interface Interval {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The interval of each window: an offset of -n moves an end to the start of the n-th window before it, one of +n to
 * the end of the n-th window after it, and windows left out by exclusions are not counted. Both ends never decrease
 * from one window to the next.
 */
export class Reach {
  readonly #rule: TimeWindowMapping;
  readonly #size: number;
  /** Windows over the space and over all that is to be reached, to count offsets in. */
  readonly #frame: TimeSpace;
  /** The position in the frame of window 0. */
  readonly #base: number;
  readonly #hasGaps: boolean;
  /** Windows whose interval does not touch that of the one before; looked for once. */
  #breaks: readonly number[] | undefined;

  /** `bounds` is what matters on the other side: further out, one end is as good as another. */
  constructor(rule: TimeWindowMapping, side: TimeSide, bounds: Interval) {
    this.#rule = rule;
    this.#size = side.space.size;
    this.#frame = frameFor(rule, side, bounds);
    this.#base = this.#size > 0 ? this.#frame.indexAt(side.space.startAt(0)) : 0;
    this.#hasGaps = side.partitions.exclusions.length > 0;
  }

  startOf(index: number): number {
    const offset = this.#rule.startOffset;
    const position = this.#base + index + offset;
    return offset <= 0 ? this.#startAt(position) : this.#endBefore(position);
  }

  endOf(index: number): number {
    const offset = this.#rule.endOffset;
    const position = this.#base + index + offset + 1;
    return offset < 0 ? this.#startAt(position) : this.#endBefore(position);
  }

  /** The first window whose interval ends after an instant; the number of windows when there is none. */
  firstEndingAfter(instantMs: number): number {
    const offset = this.#rule.endOffset;
    const position = offset >= 0
      ? firstEndingAfter(this.#frame, instantMs)
      : this.#frame.indexFrom(instantMs + 1) - 1;
    return this.#clamp(position - offset);
  }

  /** The first window whose interval begins at or after an instant; the number of windows when there is none. */
  firstStartingFrom(instantMs: number): number {
    const offset = this.#rule.startOffset;
    const position = offset <= 0
      ? this.#frame.indexFrom(instantMs)
      : firstEndingAfter(this.#frame, instantMs - 1) + 1;
    return this.#clamp(position - offset);
  }

  /** Where the first piece of a run of windows ends in which the intervals touch. */
  pieceEnd(start: number, end: number): number {
    if (!this.#hasGaps) return end;
    this.#breaks ??= this.#findBreaks();
    const next = boundaryAfter(this.#breaks, start);
    return next < this.#breaks.length ? Math.min(end, this.#breaks[next]) : end;
  }

  #startAt(position: number): number {
    return this.#frame.startAt(Math.max(0, position));
  }

  #endBefore(position: number): number {
    return this.#frame.endAt(Math.min(this.#frame.size, position) - 1);
  }

  #clamp(position: number): number {
    return Math.min(Math.max(position - this.#base, 0), this.#size);
  }

  #findBreaks(): readonly number[] {
    const breaks: number[] = [];
    for (let index = 1; index < this.#size; index++) {
      if (this.startOf(index) > this.endOf(index - 1)) breaks.push(index);
    }
    return breaks;
  }
}

/** The space itself where nothing moves, or where it reaches far enough. */
function frameFor(rule: TimeWindowMapping, { partitions, space }: TimeSide, bounds: Interval): TimeSpace {
  if (space.size === 0 || (rule.startOffset === 0 && rule.endOffset === 0)) return space;
  const startMs = Math.min(space.startAt(0), bounds.startMs);
  const endMs = Math.max(space.endAt(space.size - 1), bounds.endMs);
  const isEnough = startMs === space.startAt(0) && endMs === space.endAt(space.size - 1);
  return isEnough ? space : openFrame(partitions, startMs, endMs);
}
