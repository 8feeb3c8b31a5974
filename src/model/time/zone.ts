/**
 * Time zones as tables: the instants at which a zone's offset changes, and the offsets between them. Local
 * times are milliseconds since 1970-01-01T00:00 on the zone's own wall clock.
 *
 * The tables come from the host's zone data through `Temporal`. They hold every change from the first one
 * recorded up to the latest instant that was asked for, and grow when a later one is.
 */
import { SluiceError } from "../issue.ts";
import { quote, show } from "../quote.ts";
import { didYouMean } from "../suggest.ts";
import { DAY_MS } from "./calendar.ts";

/** Before any zone changed its offset. */
const BEFORE_ALL_MS = -62_135_596_800_000;
/** The year 10000: tables stop here. */
const AFTER_ALL_MS = 253_402_300_800_000;
/** How far behind an instant its table is read ahead: ten years. */
const READ_AHEAD_MS = 3653 * DAY_MS;
/** No wall clock is further from UTC than this. */
export const MAX_OFFSET_MS: number = DAY_MS + DAY_MS / 4;
/** Changes of offset closer together than this may affect one another's local times. */
const ENTANGLED_MS = 2 * MAX_OFFSET_MS;

/**
 * One zone. Time is cut into segments of constant offset, numbered from 0; segment 0 has no beginning and the
 * last one no end.
 */
export class Zone {
  /** The name in the zone database's own spelling. */
  readonly name: string;
  readonly #starts: number[] = [-Infinity];
  readonly #offsets: number[];
  /** The last change that was read; `undefined` when there are no more. */
  #latest: Temporal.ZonedDateTime | undefined;

  constructor(first: Temporal.ZonedDateTime) {
    this.name = first.timeZoneId;
    this.#offsets = [offsetMsOf(first)];
    this.#latest = first;
  }

  /** The segment that holds an instant. */
  segmentAt(instantMs: number): number {
    this.#readPast(instantMs);
    const starts = this.#starts;
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (starts[middle] <= instantMs) low = middle;
      else high = middle;
    }
    return low;
  }

  /** The instant at which a segment begins; Infinity for the one after the last. */
  startOf(segment: number): number {
    while (segment >= this.#starts.length && this.#latest) this.#read();
    return segment < this.#starts.length ? this.#starts[segment] : Infinity;
  }

  /** What the wall clock is ahead of UTC during a segment, in milliseconds. */
  offsetOf(segment: number): number {
    return this.#offsets[segment];
  }

  /** The local time that a segment's end would have without a change of offset. */
  localEndOf(segment: number): number {
    return this.startOf(segment + 1) + this.#offsets[segment];
  }

  /** What the wall clock is ahead of UTC at an instant, in milliseconds. */
  offsetAt(instantMs: number): number {
    return this.#offsets[this.segmentAt(instantMs)];
  }

  /** What the wall clock shows at an instant. */
  localAt(instantMs: number): number {
    return instantMs + this.offsetAt(instantMs);
  }

  /** The instants at which the wall clock shows a local time, ascending: none in a gap, two where it repeats. */
  instantsOf(localMs: number): readonly number[] {
    const instants: number[] = [];
    const lastSegment = this.segmentAt(localMs + MAX_OFFSET_MS);
    for (let segment = this.segmentAt(localMs - MAX_OFFSET_MS); segment <= lastSegment; segment++) {
      const instant = localMs - this.#offsets[segment];
      if (instant >= this.startOf(segment) && instant < this.startOf(segment + 1)) instants.push(instant);
    }
    return instants;
  }

  /** The first instant at which the wall clock shows this local time or a later one. */
  firstInstantOf(localMs: number): number {
    let segment = this.segmentAt(localMs - MAX_OFFSET_MS);
    while (localMs >= this.localEndOf(segment)) segment++;
    return Math.max(localMs - this.#offsets[segment], this.startOf(segment));
  }

  /** The first instant after which the wall clock shows only later times than this local one. */
  lastInstantOf(localMs: number): number {
    let segment = this.segmentAt(localMs + MAX_OFFSET_MS);
    while (segment > 0 && localMs < this.settledUntil(segment - 1)) segment--;
    return Math.max(localMs - this.#offsets[segment], this.startOf(segment));
  }

  /**
   * The local time up to which a segment and those before it settle the clock: from the segment's end on it
   * never shows an earlier time again. What one segment settles begins where that of the one before ends, so each
   * local time is settled once: one in a gap at the start of the next segment, one that repeats where it comes
   * last.
   */
  settledUntil(segment: number): number {
    if (segment < 0) return -Infinity;
    let until = this.localEndOf(segment);
    const horizon = this.startOf(segment + 1) + ENTANGLED_MS;
    for (let later = segment + 1; this.startOf(later) < horizon; later++) {
      until = Math.min(until, this.startOf(later) + this.#offsets[later]);
    }
    return until;
  }

  #readPast(instantMs: number): void {
    if (!this.#latest || this.#starts[this.#starts.length - 1] > instantMs) return;
    const target = Math.min(instantMs, AFTER_ALL_MS) + READ_AHEAD_MS;
    while (this.#latest && this.#starts[this.#starts.length - 1] < target) this.#read();
  }

  #read(): void {
    const next = this.#latest?.getTimeZoneTransition("next") ?? undefined;
    this.#latest = next;
    if (!next) return;
    const offset = offsetMsOf(next);
    if (offset === this.#offsets[this.#offsets.length - 1]) return;
    this.#starts.push(next.epochMilliseconds);
    this.#offsets.push(offset);
  }
}

function offsetMsOf(moment: Temporal.ZonedDateTime): number {
  return moment.offsetNanoseconds / 1_000_000;
}

/** A memo of a pure function of the name: the tables only grow, and never change what they have said. */
const ZONES = new Map<string, Zone>();

/**
 * The table of an IANA zone; names are read in any case.
 * Throws TIMEZONE_UNKNOWN for everything else, offsets such as `+02:00` included.
 */
export function openZone(name: string): Zone {
  const known = ZONES.get(name);
  if (known) return known;
  const zone = new Zone(readZone(name));
  const first = ZONES.get(zone.name) ?? zone;
  ZONES.set(zone.name, first);
  return first;
}

function readZone(name: string): Temporal.ZonedDateTime {
  if (typeof name !== "string" || !/^[A-Za-z]/.test(name)) throw unknownZone(name);
  try {
    return Temporal.Instant.fromEpochMilliseconds(BEFORE_ALL_MS).toZonedDateTimeISO(name);
  } catch (error) {
    throw unknownZone(name, error);
  }
}

function unknownZone(name: unknown, cause?: unknown): SluiceError {
  const text = show(name);
  return new SluiceError({
    code: "TIMEZONE_UNKNOWN",
    message: `There is no time zone ${quote(text)}.`,
    path: ["timezone"],
    hint: didYouMean(text, ["UTC", ...Intl.supportedValuesOf("timeZone")]) ??
      'Give a name of the IANA time zone database, such as "Europe/Berlin" or "UTC".',
  }, { cause });
}
