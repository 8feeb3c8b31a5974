/** Wall clocks as Python has them: a local time, and which of two passes is meant. */
import { openZone, type Zone } from "../../../src/model/time/zone.ts";

/** A local time in a zone. `fold` is 1 for the second of two passes; in a gap it says which offset counts. */
export interface Wall {
  readonly localMs: number;
  readonly fold: 0 | 1;
}

const HOUR_MS = 3_600_000;

/** Summer time is marked as standard time in these, and winter time as the exception. */
const NEGATIVE = /^(?:Europe\/Dublin|Eire|Africa\/Casablanca|Africa\/El_Aaiun)$/;

/** A summer time is no longer than this. */
const SUMMER_MS = 330 * 24 * HOUR_MS;

/** The clock of a zone, with Python's rules for times that do not exist or exist twice. */
export class Clock {
  readonly #zone: Zone;

  constructor(timezone: string) {
    this.#zone = openZone(timezone);
  }

  /** The local time at an instant. */
  at(instantMs: number): Wall {
    const localMs = this.#zone.localAt(instantMs);
    const isSecond = this.instantOf({ localMs, fold: 0 }) !== instantMs;
    return { localMs, fold: isSecond ? 1 : 0 };
  }

  /** The instant that a local time stands for. */
  instantOf({ localMs, fold }: Wall): number {
    return localMs - this.#zone.offsetOf(this.#segmentOf(localMs, fold));
  }

  /** Whether the clock ever shows a local time. */
  exists(localMs: number): boolean {
    return this.#zone.localAt(this.instantOf({ localMs, fold: 0 })) === localMs;
  }

  /** Whether the two folds differ: also in gaps. */
  isAmbiguous(localMs: number): boolean {
    return this.instantOf({ localMs, fold: 0 }) !== this.instantOf({ localMs, fold: 1 });
  }

  /** What summer time adds at a local time. */
  summerMs({ localMs, fold }: Wall): number {
    const segment = this.#segmentOf(localMs, fold);
    if (segment === 0 || NEGATIVE.test(this.#zone.name)) return 0;
    const added = this.#zone.offsetOf(segment) - this.#zone.offsetOf(segment - 1);
    const lasts = this.#zone.startOf(segment + 1) - this.#zone.startOf(segment);
    return added > 0 && lasts < SUMMER_MS ? added : 0;
  }

  /** Changes take place at the later of the two local times for the first pass, at the earlier for the second. */
  #segmentOf(localMs: number, fold: 0 | 1): number {
    const zone = this.#zone;
    const pick = fold === 0 ? Math.max : Math.min;
    let segment = zone.segmentAt(localMs + 2 * 24 * HOUR_MS);
    while (segment > 0) {
      const change = zone.startOf(segment) + pick(zone.offsetOf(segment - 1), zone.offsetOf(segment));
      if (change <= localMs) break;
      segment--;
    }
    return segment;
  }
}

/** A later or earlier local time; what is moved forgets its fold. */
export function moved({ localMs }: Wall, byMs: number): Wall {
  return { localMs: localMs + byMs, fold: 0 };
}

/** The hours in which Dagster expects clocks to be set. */
function isWatched({ localMs }: Wall): boolean {
  const hour = new Date(localMs).getUTCHours();
  return hour >= 1 && hour <= 3;
}

/** The first local time behind a gap, as Dagster finds it: the hour that it lies in, and what summer time adds. */
export function behindGap(wall: Wall, clock: Clock): Wall {
  if (!isWatched(wall) || clock.exists(wall.localMs)) return wall;
  const hourMs = wall.localMs - wall.localMs % HOUR_MS;
  return moved({ localMs: hourMs, fold: 0 }, clock.summerMs(moved(wall, HOUR_MS)));
}

/** The same, and of two passes the second. */
export function settled(wall: Wall, clock: Clock): Wall {
  const found = behindGap(wall, clock);
  const isFirst = found.fold === 0 && isWatched(found) && clock.isAmbiguous(found.localMs);
  return isFirst ? { localMs: found.localMs, fold: 1 } : found;
}
