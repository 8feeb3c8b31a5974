/** Keys of windows: the start of a window, written on the wall clock of its zone, and back. */
import { formatOffset, type KeyFormat } from "./format.ts";
import type { Zone } from "./zone.ts";

/**
 * Writes and reads the keys of one zone and format. Where windows follow every hour and the format names no offset,
 * the second of two equal local times carries its offset behind it, as in Dagster: `2021-11-07-01:00-0600`.
 */
export class WindowKeys {
  readonly #format: KeyFormat;
  readonly #zone: Zone;
  readonly #marksRepeats: boolean;
  readonly #firstYear: number;
  /** The segment of the zone that was last written in: from, until and offset; repeats lie before the fourth. */
  #from = Infinity;
  #until = -Infinity;
  #offset = 0;
  #repeatUntil = -Infinity;

  constructor(format: KeyFormat, zone: Zone, everyHour: boolean, firstYear: number) {
    this.#format = format;
    this.#zone = zone;
    this.#marksRepeats = everyHour && !format.hasOffset;
    this.#firstYear = firstYear;
  }

  /** The key of the window that starts at an instant. */
  keyOf(startMs: number): string {
    if (startMs < this.#from || startMs >= this.#until) this.#turnTo(startMs);
    const key = this.#format.format(startMs + this.#offset, this.#offset);
    return startMs < this.#repeatUntil && this.#marksRepeats ? key + formatOffset(this.#offset) : key;
  }

  /** The instants at which a window with this key may start, or shortly before it; none for other texts. */
  instantsOf(key: string): readonly number[] {
    const parsed = this.#format.parse(key, this.#firstYear);
    if (!parsed) return [];
    if (parsed.offsetMs !== undefined) return [parsed.localMs - parsed.offsetMs];
    const instants = this.#zone.instantsOf(parsed.localMs);
    return instants.length > 0 ? instants : [this.#zone.firstInstantOf(parsed.localMs)];
  }

  #turnTo(startMs: number): void {
    const zone = this.#zone;
    const segment = zone.segmentAt(startMs);
    this.#from = zone.startOf(segment);
    this.#until = zone.startOf(segment + 1);
    this.#offset = zone.offsetOf(segment);
    this.#repeatUntil = segment === 0 ? -Infinity : zone.localEndOf(segment - 1) - this.#offset;
  }
}
