/**
 * The civil calendar as integers. A day is its number since 1970-01-01, a month is `year * 12 + month - 1`;
 * both run through the proleptic Gregorian calendar from the year 1 on and know no zone.
 */

/** Milliseconds of a minute. */
export const MINUTE_MS = 60_000;
/** Milliseconds of a day on the wall clock. */
export const DAY_MS = 86_400_000;

const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAYS_IN_ERA = 146_097;
const LEAP_DAYS_BEFORE_EPOCH = 477;
/** Days from 0000-03-01 to 1970-01-01. */
const EPOCH_FROM_MARCH = 719_468;

/** A date and a time of day, in no zone. */
export interface Civil {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
  /** Milliseconds since midnight. */
  readonly timeMs: number;
}

function isLeapYear(year: number): boolean {
  return (year & 3) === 0 && (year % 25 !== 0 || (year & 15) === 0);
}

/** The month that `year` and `month` (1 to 12) name. */
export function monthNumber(year: number, month: number): number {
  return year * 12 + month - 1;
}

/** The number of days in a month. */
export function daysInMonth(month: number): number {
  const year = divide(month, 12);
  const inYear = month - year * 12;
  return inYear === 1 && isLeapYear(year) ? 29 : DAYS_IN_MONTH[inYear];
}

/** The day number of the first of a month. */
export function firstDayOf(month: number): number {
  const year = divide(month, 12);
  const inYear = month - year * 12;
  const leapDay = inYear > 1 && isLeapYear(year) ? 1 : 0;
  return (year - 1970) * 365 + leapDaysBefore(year) - LEAP_DAYS_BEFORE_EPOCH + DAYS_BEFORE_MONTH[inYear] +
    leapDay;
}

function leapDaysBefore(year: number): number {
  const years = year - 1;
  return (years >> 2) - divide(years, 100) + divide(years, 400);
}

/** Integer division of numbers that are not negative. */
function divide(dividend: number, divisor: number): number {
  return (dividend / divisor) | 0;
}

/** The month that a day lies in. */
export function monthOf(day: number): number {
  const fromMarch = day + EPOCH_FROM_MARCH;
  const era = divide(fromMarch, DAYS_IN_ERA);
  const dayOfEra = fromMarch - era * DAYS_IN_ERA;
  const leapDays = divide(dayOfEra, 1460) - divide(dayOfEra, 36_524) + divide(dayOfEra, 146_096);
  const yearOfEra = divide(dayOfEra - leapDays, 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - divide(yearOfEra, 100));
  return (era * 400 + yearOfEra) * 12 + divide(5 * dayOfYear + 2, 153) + 2;
}

/** The weekday of a day, 0 (Sunday) to 6. */
export function weekdayOf(day: number): number {
  const weekday = (day + 4) % 7;
  return weekday < 0 ? weekday + 7 : weekday;
}

/** The parts of a local time in milliseconds since 1970-01-01T00:00 on the same wall clock. */
export function civilOf(localMs: number): Civil {
  const dayNumber = Math.floor(localMs / DAY_MS);
  const month = monthOf(dayNumber);
  const year = divide(month, 12);
  return {
    year,
    month: month - year * 12 + 1,
    day: dayNumber - firstDayOf(month) + 1,
    timeMs: localMs - dayNumber * DAY_MS,
  };
}

/** The local time of its parts; `undefined` when there is no such date. */
export function localOf(civil: Civil): number | undefined {
  const { year, month, day, timeMs } = civil;
  if (year < 1 || month < 1 || month > 12 || timeMs < 0 || timeMs >= DAY_MS) return undefined;
  const inMonth = monthNumber(year, month);
  if (day < 1 || day > daysInMonth(inMonth)) return undefined;
  return (firstDayOf(inMonth) + day - 1) * DAY_MS + timeMs;
}
