/**
 * Cadences: a cron expression in a zone, as instants. One meaning of cron for schedules and for partitions, in
 * every zone:
 *
 * - Times fixed on the wall clock tick once a day. One that does not exist, because the clock is set forward,
 *   ticks at the first instant after the gap; one that exists twice ticks the second time.
 * - A cron of every hour follows elapsed time: it skips the gap, and ticks both times.
 *
 * Dagster and Airflow state the same rule; where they break it (changes of offset at midnight, by half an hour, by
 * a day), it holds here.
 */
import { type Cron, parseCron } from "./cron.ts";
import { lastTimeBefore, WallTimes } from "./wall_times.ts";
import { MAX_OFFSET_MS, openZone, type Zone } from "./zone.ts";

/** A cron expression in a zone. Instants are epoch milliseconds. */
export class Cadence {
  readonly cron: Cron;
  readonly zone: Zone;

  constructor(cron: Cron, zone: Zone) {
    this.cron = cron;
    this.zone = zone;
  }

  /** The ticks at and after an instant. */
  from(instantMs: number): Ticks {
    return new Ticks(this, instantMs);
  }

  /** The first tick after an instant; `undefined` when the year 9999 ends before it. */
  next(instantMs: number): number | undefined {
    const ticks = new Ticks(this, instantMs);
    let tick = ticks.next();
    if (tick === instantMs) tick = ticks.next();
    return tick < Infinity ? tick : undefined;
  }

  /** The last tick before an instant; `undefined` when there is none from the year 1 on. */
  previous(instantMs: number): number | undefined {
    const { cron, zone } = this;
    let segment = zone.segmentAt(instantMs);
    if (zone.startOf(segment) === instantMs) segment--;
    for (let local = Infinity; segment >= 0; segment--) {
      const offset = zone.offsetOf(segment);
      const limit = Math.min(this.localUntil(segment), instantMs + offset);
      if (local >= limit || cron.everyHour) local = lastTimeBefore(cron, limit);
      if (local === -Infinity) return undefined;
      if (local >= this.localFrom(segment)) return Math.max(local - offset, zone.startOf(segment));
    }
    return undefined;
  }

  /** Whether the cron ticks exactly at an instant. */
  has(instantMs: number): boolean {
    return new Ticks(this, instantMs).next() === instantMs;
  }

  /**
   * The first of the local times whose ticks fall into a segment of the zone. Such a tick lies the segment's offset
   * before its local time, or at the segment's start if that is later.
   */
  localFrom(segment: number): number {
    if (!this.cron.everyHour) return this.zone.settledUntil(segment - 1);
    return this.zone.startOf(segment) + this.zone.offsetOf(segment);
  }

  /** The first of the local times behind those whose ticks fall into a segment of the zone. */
  localUntil(segment: number): number {
    return this.cron.everyHour ? this.zone.localEndOf(segment) : this.zone.settledUntil(segment);
  }
}

/** The cadence of a cron text in a zone. Throws CRON_INVALID and TIMEZONE_UNKNOWN. */
export function openCadence(cron: string, timezone: string): Cadence {
  return new Cadence(parseCron(cron), openZone(timezone));
}

/** Ticks in ascending order. */
export class Ticks {
  readonly #cadence: Cadence;
  readonly #times: WallTimes;
  #segment: number;
  #offset = 0;
  /** The first local time that is no longer this segment's. */
  #until = -Infinity;

  constructor(cadence: Cadence, fromMs: number) {
    const zone = cadence.zone;
    this.#cadence = cadence;
    this.#times = new WallTimes(cadence.cron);
    this.#segment = zone.segmentAt(fromMs);
    if (fromMs === zone.startOf(this.#segment)) {
      this.#times.seek(cadence.localFrom(this.#segment));
      this.#enter(this.#segment);
    } else {
      this.#open(this.#segment);
      this.#times.seek(Math.min(fromMs + this.#offset, this.#until));
    }
  }

  /** The next tick; Infinity when the year 9999 ends before it. */
  next(): number {
    const times = this.#times;
    while (times.current >= this.#until) {
      if (times.current === Infinity) return Infinity;
      this.#enter(this.#segmentAhead());
    }
    const tick = times.current - this.#offset;
    times.advance();
    return tick;
  }

  /** The next segment, or for a time far ahead the first one that may hold it. */
  #segmentAhead(): number {
    const following = this.#segment + 1;
    if (this.#cadence.cron.everyHour) return following;
    return Math.max(following, this.#cadence.zone.segmentAt(this.#times.current - MAX_OFFSET_MS));
  }

  /** Opens a segment from its beginning; the times stand at or behind the end of the one before. */
  #enter(segment: number): void {
    this.#open(segment);
    const { cron, zone } = this.#cadence;
    const begins = zone.startOf(segment) + this.#offset;
    if (cron.everyHour) return this.#times.seek(begins);
    if (this.#times.current >= begins || this.#times.current >= this.#until) return;
    this.#times.seek(begins);
    if (this.#times.current !== begins) this.#times.precede(begins);
  }

  #open(segment: number): void {
    this.#segment = segment;
    this.#offset = this.#cadence.zone.offsetOf(segment);
    this.#until = this.#cadence.localUntil(segment);
  }
}
