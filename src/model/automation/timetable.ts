/** When a schedule ticks: the ticks of its crons joined, or the ends of the windows of what it runs. */
import type { TimePartitions } from "../partitions/definition.ts";
import { Cadence } from "../time/cadence.ts";
import { parseFullCron } from "../time/cron.ts";
import { openWindows, type Windows } from "../time/windows.ts";
import { openZone } from "../time/zone.ts";
import type { Schedule } from "./schedule.ts";

/** Instants in order, epoch milliseconds. */
export interface Timetable {
  /** The first instant after another one; undefined when there is none. */
  next(afterMs: number): number | undefined;
  /** The last instant before another one; undefined when there is none. */
  previous(beforeMs: number): number | undefined;
}

/**
 * The instants of a schedule.
 *
 * @param windows The windows of what it runs; needed where it has no cron.
 * @throws {SluiceError} CRON_INVALID and TIMEZONE_UNKNOWN.
 */
export function openTimetable(
  { crons, timezone = "UTC", startMs = -Infinity, endMs = Infinity }: Pick<
    Schedule,
    "crons" | "timezone" | "startMs" | "endMs"
  >,
  windows: TimePartitions | undefined,
): Timetable {
  const all = crons.length === 0 && windows
    ? new WindowEnds(windows)
    : new Joined(crons.map((cron) => new Cadence(parseFullCron(cron), openZone(timezone))));
  return {
    next: (afterMs) => {
      const next = all.next(Math.max(afterMs, startMs - 1));
      return next !== undefined && next < endMs ? next : undefined;
    },
    previous: (beforeMs) => {
      const previous = all.previous(Math.min(beforeMs, endMs));
      return previous !== undefined && previous >= startMs ? previous : undefined;
    },
  };
}

/** The ticks of several cadences; an instant that several have counts once. */
class Joined implements Timetable {
  readonly #cadences: readonly Cadence[];

  constructor(cadences: readonly Cadence[]) {
    this.#cadences = cadences;
  }

  next(afterMs: number): number | undefined {
    const all = this.#cadences.map((cadence) => cadence.next(afterMs) ?? Infinity);
    const first = Math.min(...all);
    return first < Infinity ? first : undefined;
  }

  previous(beforeMs: number): number | undefined {
    const all = this.#cadences.map((cadence) => cadence.previous(beforeMs) ?? -Infinity);
    const last = Math.max(...all);
    return last > -Infinity ? last : undefined;
  }
}

/** The ends of windows that are not excluded, between the start and the end of their definition. */
class WindowEnds implements Timetable {
  readonly #windows: Windows;
  readonly #startMs: number;
  readonly #endMs: number;

  constructor(definition: TimePartitions) {
    this.#windows = openWindows(definition);
    this.#startMs = definition.startMs;
    this.#endMs = definition.endMs ?? Infinity;
  }

  next(afterMs: number): number | undefined {
    const { cadence } = this.#windows;
    // The window under way at an instant ends after it.
    const under = cadence.previous(afterMs + 1) ?? afterMs;
    const start = this.#windows.from(Math.max(under, this.#startMs));
    const end = start === undefined ? Infinity : this.#windows.endOf(start);
    return end <= this.#endMs && end < Infinity ? end : undefined;
  }

  previous(beforeMs: number): number | undefined {
    const start = this.#windows.until(Math.min(beforeMs - 1, this.#endMs));
    return start === undefined || start < this.#startMs ? undefined : this.#windows.endOf(start);
  }
}
