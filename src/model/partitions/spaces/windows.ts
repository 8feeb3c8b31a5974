/** The windows of a definition that exist at an instant, as a space. */
import type { KeyedWindowRule } from "../../time/declare.ts";
import { civilOf } from "../../time/calendar.ts";
import { parseKeyFormat } from "../../time/format.ts";
import { WindowKeys } from "../../time/window_key.ts";
import { boundWindows, openWindows, type Windows, WindowStarts } from "../../time/windows.ts";
import { checkIndex } from "./index.ts";

/** What all spaces of one definition share. */
interface Timeline {
  readonly windows: Windows;
  readonly starts: WindowStarts;
  readonly keys: WindowKeys;
}

/** Windows of time in ascending order: a list of starts, and keys only where they are asked for. */
export class WindowSpace {
  readonly kind = "time";
  readonly size: number;
  readonly timezone: string;
  readonly #starts: Float64Array;
  readonly #ends: Float64Array | undefined;
  readonly #timeline: Timeline;

  constructor(timeline: Timeline, size: number) {
    this.size = size;
    this.timezone = timeline.windows.cadence.zone.name;
    this.#starts = timeline.starts.starts;
    this.#ends = timeline.starts.ends;
    this.#timeline = timeline;
  }

  startAt(index: number): number {
    checkIndex(index, this.size);
    return this.#starts[index];
  }

  endAt(index: number): number {
    checkIndex(index, this.size);
    if (this.#ends) return this.#ends[index];
    return index + 1 < this.size
      ? this.#starts[index + 1]
      : this.#timeline.windows.endOf(this.#starts[index]);
  }

  indexFrom(instantMs: number): number {
    return this.#timeline.starts.indexFrom(instantMs, this.size);
  }

  indexAt(instantMs: number): number {
    const index = this.indexFrom(instantMs);
    return index < this.size && this.#starts[index] === instantMs ? index : -1;
  }

  keyAt(index: number): string {
    checkIndex(index, this.size);
    return this.#timeline.keys.keyOf(this.#starts[index]);
  }

  indexOf(key: string): number {
    for (const instant of this.#timeline.keys.instantsOf(key)) {
      const index = this.indexFrom(instant);
      if (index < this.size && this.keyAt(index) === key) return index;
    }
    return -1;
  }
}

/** A memo of a pure function of frozen definitions: what a timeline has said never changes. */
const TIMELINES = new WeakMap<KeyedWindowRule, Timeline>();

/** The windows of a definition that exist at an instant. */
export function openWindowSpace(rule: KeyedWindowRule, nowMs: number): WindowSpace {
  const timeline = TIMELINES.get(rule) ?? openTimeline(rule);
  const bounds = boundWindows(rule, timeline.windows, Math.floor(nowMs));
  return new WindowSpace(timeline, bounds ? timeline.starts.countTo(bounds.last) : 0);
}

function openTimeline(rule: KeyedWindowRule): Timeline {
  const windows = openWindows(rule);
  const { cron, zone } = windows.cadence;
  const firstYear = civilOf(zone.localAt(rule.startMs)).year;
  const timeline: Timeline = {
    windows,
    starts: new WindowStarts(windows, rule.startMs),
    keys: new WindowKeys(parseKeyFormat(rule.format), zone, cron.everyHour, firstYear),
  };
  if (Object.isFrozen(rule)) TIMELINES.set(rule, timeline);
  return timeline;
}
