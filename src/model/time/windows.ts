/**
 * Windows of time: each begins at a tick of a cadence and ends at the next one. Which of them exist at an instant
 * follows Dagster's rules to the letter.
 */
import { SluiceError } from "../issue.ts";
import { type Cadence, openCadence, type Ticks } from "./cadence.ts";
import { DAY_MS } from "./calendar.ts";

/** What decides which windows there are. Instants are epoch milliseconds. */
export interface WindowRule {
  readonly cron: string;
  readonly timezone: string;
  readonly startMs: number;
  readonly endMs: number | undefined;
  readonly endOffset: number;
  readonly exclusions: readonly (string | number)[];
}

/** The starts of the first and the last window that exist. */
export interface WindowBounds {
  readonly first: number;
  readonly last: number;
}

/** How far to look for a window that is not excluded: as long as the rarest weekday of 29 February. */
const SEARCH_MS = 41 * 366 * DAY_MS;
/** More windows than this fill the memory: every minute of sixty years. */
const MAX_WINDOWS = 2 ** 25;

/** The windows of a cadence, without those that are excluded. They have no first and no last. */
export class Windows {
  readonly cadence: Cadence;
  /** Whether windows touch: each ends where the next begins. */
  readonly touch: boolean;
  readonly #excludedAt: ReadonlySet<number>;
  readonly #excludedBy: readonly Cadence[];

  constructor(cadence: Cadence, exclusions: readonly (string | number)[]) {
    this.cadence = cadence;
    this.touch = exclusions.length === 0;
    this.#excludedAt = new Set(exclusions.filter((each) => typeof each === "number"));
    this.#excludedBy = exclusions.filter((each) => typeof each === "string")
      .map((cron) => openCadence(cron, cadence.zone.name));
  }

  /** The start of the n-th window, counted from 0, of those that start at or after an instant. */
  from(instantMs: number, n: number = 0): number | undefined {
    const ticks = this.cadence.from(instantMs);
    const excluded = this.excludedFrom(instantMs);
    let limit = instantMs + SEARCH_MS;
    let left = n;
    for (let tick = ticks.next(); tick <= limit && tick < Infinity; tick = ticks.next()) {
      if (excluded.has(tick)) continue;
      if (left-- === 0) return tick;
      limit = tick + SEARCH_MS;
    }
    return undefined;
  }

  /** The start of the n-th window, counted backwards from 0, of those that end at or before an instant. */
  until(instantMs: number, n: number = 0): number | undefined {
    let left = n;
    let limit = instantMs - SEARCH_MS;
    let tick = this.cadence.previous(instantMs + 1);
    while (tick !== undefined && tick >= limit) {
      tick = this.cadence.previous(tick);
      if (tick === undefined || this.isExcluded(tick)) continue;
      if (left-- === 0) return tick;
      limit = tick - SEARCH_MS;
    }
    return undefined;
  }

  /** The end of the window that starts at a tick; Infinity behind the year 9999. */
  endOf(startMs: number): number {
    return this.cadence.next(startMs) ?? Infinity;
  }

  /** Whether the window that starts at a tick is left out. */
  isExcluded(tickMs: number): boolean {
    if (this.touch) return false;
    return this.#excludedAt.has(tickMs) || this.#excludedBy.some((cadence) => cadence.has(tickMs));
  }

  /** The starts that are left out from an instant on, to be asked for in ascending order. */
  excludedFrom(instantMs: number): ExcludedStarts {
    return new ExcludedStarts(this.#excludedAt, this.#excludedBy.map((cadence) => cadence.from(instantMs)));
  }
}

class ExcludedStarts {
  readonly #instants: ReadonlySet<number>;
  readonly #ticks: readonly Ticks[];
  readonly #ahead: number[];

  constructor(instants: ReadonlySet<number>, ticks: readonly Ticks[]) {
    this.#instants = instants;
    this.#ticks = ticks;
    this.#ahead = ticks.map((each) => each.next());
  }

  has(tickMs: number): boolean {
    let found = this.#instants.size > 0 && this.#instants.has(tickMs);
    for (let i = 0; i < this.#ticks.length; i++) {
      while (this.#ahead[i] < tickMs) this.#ahead[i] = this.#ticks[i].next();
      if (this.#ahead[i] === tickMs) found = true;
    }
    return found;
  }
}

/** Opens the windows of a rule. Throws CRON_INVALID and TIMEZONE_UNKNOWN. */
export function openWindows(rule: WindowRule): Windows {
  return new Windows(openCadence(rule.cron, rule.timezone), rule.exclusions);
}

/**
 * The windows that exist at an instant. The first window of all is the first that starts at or after the rule's
 * start; offsets are counted from the instant, in windows that are not excluded, and cut by the rule's end.
 */
export function boundWindows(rule: WindowRule, windows: Windows, nowMs: number): WindowBounds | undefined {
  const { startMs, endMs, endOffset } = rule;
  const first = windows.from(startMs);
  if (first === undefined || (endMs !== undefined && endMs <= startMs)) return undefined;
  const limit = limitOfFirst(windows, endOffset, nowMs);
  if (limit === undefined || windows.endOf(first) > limit) return undefined;
  const last = endOffset === 0
    ? windows.until(endMs === undefined ? nowMs : Math.min(nowMs, endMs))
    : lastByOffset(windows, endOffset, endMs, nowMs);
  return { first, last: last === undefined ? first : Math.max(first, last) };
}

/** The instant by which the first window must have ended to exist. */
function limitOfFirst(windows: Windows, endOffset: number, nowMs: number): number | undefined {
  if (endOffset === 0) return nowMs;
  return endOffset > 0 ? windows.from(nowMs, endOffset) : windows.until(nowMs, -endOffset - 1);
}

function lastByOffset(windows: Windows, endOffset: number, endMs: number | undefined, nowMs: number) {
  const byEnd = endMs === undefined ? undefined : windows.until(endMs);
  const byNow = endOffset < 0 ? windows.until(nowMs, -endOffset) : lastAhead(windows, endOffset, nowMs);
  if (byEnd === undefined || byNow === undefined) return byNow;
  return Math.min(byEnd, byNow);
}

function lastAhead(windows: Windows, endOffset: number, nowMs: number): number | undefined {
  const complete = windows.until(nowMs);
  return complete === undefined ? undefined : windows.from(windows.endOf(complete), endOffset - 1);
}

/**
 * The starts of a rule's windows from its start on, read as far as they were asked for. What it holds never
 * changes; it only grows.
 */
export class WindowStarts {
  /** Starts in ascending order; only those that were asked for are filled in. */
  starts: Float64Array = new Float64Array(64);
  /** Ends, where they are not the starts of the next windows. */
  ends: Float64Array | undefined;
  readonly #ticks: Ticks;
  readonly #excluded: ExcludedStarts;
  readonly #cron: string;
  readonly #most: number;
  #count = 0;
  /** The tick behind the last one that was taken or left out. */
  #ahead: number;

  constructor(windows: Windows, startMs: number, most: number = MAX_WINDOWS) {
    this.#cron = windows.cadence.cron.text;
    this.#most = most;
    this.#excluded = windows.excludedFrom(startMs);
    this.#ticks = windows.cadence.from(startMs);
    this.#ahead = this.#ticks.next();
    if (!windows.touch) this.ends = new Float64Array(64);
  }

  /** Reads on to the window that starts at `lastMs`, and counts the windows up to it. */
  countTo(lastMs: number): number {
    if (this.#count > 0 && this.starts[this.#count - 1] > lastMs) {
      return this.indexFrom(lastMs + 1, this.#count);
    }
    while (this.#ahead <= lastMs) {
      const start = this.#ahead;
      this.#ahead = this.#ticks.next();
      if (!this.#excluded.has(start)) this.#add(start, this.#ahead);
    }
    return this.#count;
  }

  /** The index of the first of `count` starts at or after an instant. */
  indexFrom(instantMs: number, count: number): number {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.starts[middle] < instantMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #add(start: number, end: number): void {
    if (this.#count === this.starts.length) this.#grow();
    this.starts[this.#count] = start;
    if (this.ends) this.ends[this.#count] = end;
    this.#count++;
  }

  #grow(): void {
    if (this.#count >= this.#most) throw tooManyWindows(this.#cron, this.#most);
    this.starts = doubled(this.starts);
    if (this.ends) this.ends = doubled(this.ends);
  }
}

function doubled(array: Float64Array): Float64Array {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}

function tooManyWindows(cron: string, most: number): SluiceError {
  return new SluiceError({
    code: "PARTITIONS_INVALID",
    message: `Cron "${cron}" makes more than ${most} partitions.`,
    path: ["cron"],
    hint: "Start later, or use a coarser cron.",
  });
}
