/** Checks that a key format gives each window of a cadence a key of its own. */
import type { Cadence } from "./cadence.ts";
import { DAY_MS, firstDayOf, monthNumber } from "./calendar.ts";
import { type Cron, tickDaysOf } from "./cron.ts";
import { invalidFormat, type KeyFormat } from "./format.ts";
import { WindowKeys } from "./window_key.ts";

/** In so many months from a leap year on, each month begins on each weekday. */
const MONTHS_OF_CALENDAR = 28 * 12;
const SAMPLE_MONTH = monthNumber(2000, 1);
/** Changes of offset are looked at up to here, or ten years from the start if that is later. */
const HORIZON_MS = Date.UTC(2040, 0, 1);
const TEN_YEARS_MS = 3653 * DAY_MS;

/**
 * Checks that no two windows share a key, so that a key can be read back.
 *
 * @throws {SluiceError} PARTITIONS_INVALID, naming what the format leaves out.
 */
export function checkDistinct(format: KeyFormat, cadence: Cadence, startMs: number): void {
  const { cron } = cadence;
  const tells = (part: Parameters<typeof format.parts.has>[0]) => format.parts.has(part);
  const tellsHour = tells("hour") || (tells("half") && tells("hourOfHalf"));
  if (cron.months & (cron.months - 1) && !tells("month")) throw missing(format, "months", "%m");
  if (!tells("day") && hasDaysWithinMonth(cron)) throw missing(format, "days", "%d");
  if (cron.hours.length > 1 && !tellsHour) throw missing(format, "hours", "%H");
  if (cron.minutes.length > 1 && !tells("minute")) throw missing(format, "minutes", "%M");
  if (!cron.everyHour && !(tellsHour && tells("minute"))) checkGaps(format, cadence, startMs);
}

function missing(format: KeyFormat, parts: string, directive: string) {
  return invalidFormat(
    format.text,
    `windows of different ${parts} would have the same key`,
    `Add ${directive}.`,
  );
}

function hasDaysWithinMonth(cron: Cron): boolean {
  if (!cron.days) return true;
  for (let month = SAMPLE_MONTH; month < SAMPLE_MONTH + MONTHS_OF_CALENDAR; month++) {
    const days = tickDaysOf(cron, month, firstDayOf(month));
    if (days & (days - 1)) return true;
  }
  return false;
}

/** A window that a gap moves may take the key of the next one when the gap leads into another hour or day. */
function checkGaps(format: KeyFormat, cadence: Cadence, startMs: number): void {
  const { zone, cron } = cadence;
  const horizon = Math.max(startMs + TEN_YEARS_MS, HORIZON_MS);
  const keys = new WindowKeys(format, zone, false, 1969);
  for (let segment = zone.segmentAt(startMs) + 1; zone.startOf(segment) < horizon; segment++) {
    const instant = zone.startOf(segment);
    const gapFrom = zone.localEndOf(segment - 1);
    const gapTo = instant + zone.offsetOf(segment);
    const crosses = Math.floor(gapFrom / DAY_MS) < Math.floor(gapTo / DAY_MS);
    if (gapFrom >= gapTo || !(crosses || cron.hours.length > 1)) continue;
    const ticks = cadence.from(instant);
    const moved = keys.keyOf(ticks.next());
    if (moved !== keys.keyOf(ticks.next())) continue;
    const because = `the clock in ${zone.name} is set forward, and two windows would have the key "${moved}"`;
    throw invalidFormat(format.text, because, "Add %H and %M.");
  }
}
