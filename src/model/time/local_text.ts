/** Instants as people write them: a date, or a date and a time, on the wall clock of a zone. */
import { SluiceError } from "../issue.ts";
import { quote, show } from "../quote.ts";
import { DAY_MS, localOf } from "./calendar.ts";
import type { KeyFormat } from "./format.ts";
import type { Zone } from "./zone.ts";

/** A local time, and what the wall clock is ahead of UTC if that was written too. */
export interface LocalTime {
  readonly localMs: number;
  readonly offsetMs: number | undefined;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?(?:(Z)|([+-])(\d\d):?(\d\d))?)?$/;
/** The years in which a key has four digits for its year. */
const FIRST_MS = Date.UTC(1000, 0, 2);
const LAST_MS = Date.UTC(9999, 11, 31);

/**
 * Reads a local text: a key of `format`, a date (`2026-01-01`) or a date and time (`2026-01-01T06:00`, also with
 * seconds, and with `Z` or `+02:00` for an instant in any zone). `undefined` for everything else.
 */
export function readLocal(text: string, format: KeyFormat): LocalTime | undefined {
  return format.parse(text) ?? readIso(text);
}

/**
 * The instant that a text or Date names. A local time that exists twice means the first time; one that does not
 * exist means the first instant after the gap.
 *
 * @throws {SluiceError} PARTITIONS_INVALID, with `field` as its path.
 */
export function readInstant(value: string | Date, field: string, format: KeyFormat, zone: Zone): number {
  const instant = value instanceof Date ? value.getTime() : instantOf(readLocal(show(value), format), zone);
  if (instant === undefined || Number.isNaN(instant)) {
    const shown = value instanceof Date ? "an invalid Date" : quote(show(value));
    throw invalidInstant(field, `${shown} is not a date of this calendar`);
  }
  if (instant < FIRST_MS || instant > LAST_MS) {
    throw invalidInstant(field, "only the years 1000 to 9999 can be keys");
  }
  return instant;
}

function instantOf(local: LocalTime | undefined, zone: Zone): number | undefined {
  if (!local) return undefined;
  return local.offsetMs === undefined ? zone.firstInstantOf(local.localMs) : local.localMs - local.offsetMs;
}

function invalidInstant(field: string, because: string): SluiceError {
  return new SluiceError({
    code: "PARTITIONS_INVALID",
    message: `The ${field} cannot be used: ${because}.`,
    path: [field],
    hint: 'Write a key, a date such as "2026-01-01", a time such as "2026-01-01T06:00", or give a Date.',
  });
}

function readIso(text: string): LocalTime | undefined {
  const [whole, year, month, day, hour = "0", minute = "0", second = "0", utc, sign, hours, minutes] =
    ISO.exec(text) ?? [];
  if (whole === undefined || Number(minute) > 59 || Number(second) > 59) return undefined;
  const timeMs = ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000;
  const localMs = localOf({ year: Number(year), month: Number(month), day: Number(day), timeMs });
  if (localMs === undefined) return undefined;
  if (utc !== undefined) return { localMs, offsetMs: 0 };
  if (sign === undefined) return { localMs, offsetMs: undefined };
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return offsetMs > DAY_MS ? undefined : { localMs, offsetMs: sign === "-" ? -offsetMs : offsetMs };
}
