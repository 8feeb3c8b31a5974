/**
 * Cron expressions of five fields, read into bit masks. The texts accepted are those that Dagster accepts,
 * without its random `R`, and without a few forms whose meaning differs from one cron to the next.
 */
import { daysInMonth, firstDayOf, MINUTE_MS, weekdayOf } from "./calendar.ts";
import {
  CRON_FIELDS,
  cronError,
  type CronField,
  type CronToken,
  type CronValues,
  readCronField,
  SECOND_FIELD,
  YEAR_FIELD,
} from "./cron_field.ts";

/** A cron expression as masks; made by {@linkcode parseCron}. */
export interface Cron {
  /** The text as it was written. */
  readonly text: string;
  /** Times of day at which it ticks, in milliseconds since midnight, ascending. */
  readonly times: readonly number[];
  /** The same as `times`, as the minutes of its hours and the hours of its days. */
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** The seconds of its minutes. */
  readonly seconds: readonly number[];
  /** The years, ascending; `undefined` means every year. */
  readonly years: readonly number[] | undefined;
  /** Whether it ticks in every hour of the day: such crons follow elapsed time, the others the wall clock. */
  readonly everyHour: boolean;
  /** Months, bit 0 for January. */
  readonly months: number;
  /** Days; `undefined` means every day. */
  readonly days: CronDays | undefined;
}

/** The days of a month on which a cron ticks: any of these. Bit 0 is the first of the month. */
export interface CronDays {
  readonly monthDays: number;
  readonly lastDay: boolean;
  /** Masks by the weekday (0 is Sunday) on which the month begins; absent when no weekday counts. */
  readonly weekdays: readonly number[] | undefined;
  /** As `weekdays`, for those that count only within the last seven days of the month. */
  readonly lastWeekdays: readonly number[] | undefined;
  /** Days whose nearest working day within the month counts; 0 for the last working day. */
  readonly nearest: readonly number[];
}

/** A zone in front of a cron text, as some crons have it. */
const ZONE = /^(TZ|CRON_TZ)=/i;
/** All minutes of a day. */
const MOST_FROZEN = 1_440;
const NO_SECONDS: number[] = [0];
const NONE: readonly number[] = Object.freeze([]);
const MACROS: ReadonlyMap<string, string> = new Map([
  ["@hourly", "0 * * * *"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@weekly", "0 0 * * 0"],
  ["@monthly", "0 0 1 * *"],
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
]);
/** Seconds, the five, and years. */
const MOST_FIELDS = CRON_FIELDS.length + 2;
const FIELD_NAMES = CRON_FIELDS.map((field) => field.name).join(", ");
const MONTH_NAMES = CRON_FIELDS[3].names;
const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Reads a cron expression: minute, hour, day of month, month, day of week, or one of the macros `@hourly`,
 * `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly` and `@annually`.
 *
 * Lists, ranges (also over the end: `22-2`, `fri-mon`), steps (`5/15`), names of three letters in any case, `7`
 * for Sunday, `?` for a day, `L` (last day of the month), `L5` (last Friday) and `mon#2` (second Monday) are
 * read. When day of month and day of week are both set, either is enough. A `*`, also in a list, leaves a day
 * field unset; so does a list or step that names every day if the other day field has a `*`.
 *
 * Throws CRON_INVALID, naming the field and the character, for anything else and for dates that never come
 * (`0 0 31 4 *`).
 */
export function parseCron(text: string): Cron {
  return readCron(text, splitFields(text, false));
}

/**
 * Reads a cron expression of five, six or seven fields: what {@linkcode parseCron} reads, with seconds before it, and with
 * years behind that (`0 30 9 * * mon#1 2027-2029`). `15W` is the working day nearest to the 15th, within the month, and
 * `LW` the last one. Throws CRON_INVALID.
 */
export function parseFullCron(text: string): Cron {
  return readCron(text, splitFields(text, true));
}

/** The fields of a text; those that it leaves out are undefined. */
interface Fields {
  readonly second: CronToken | undefined;
  readonly five: readonly CronToken[];
  readonly year: CronToken | undefined;
  readonly isFull: boolean;
}

function readCron(text: string, { second, five, year, isFull }: Fields): Cron {
  const fields = CRON_FIELDS.map((field, index) => readCronField(field, five[index], isFull));
  const [minute, hour, monthDay, month, weekday] = fields;
  const seconds = second ? sorted(readCronField(SECOND_FIELD, second)) : NO_SECONDS;
  const years = year && yearsOf(YEAR_FIELD, year);
  const minutes = sorted(minute);
  const hours = sorted(hour);
  const times = timesOf(hours, minutes, seconds);
  const days = readDays(monthDay, weekday, five);
  const months = maskOf(month.values, 1);
  if (days) checkPossible(days, months, five[2]);
  const cron = Object.freeze({
    text,
    // The runtimes take their time for freezing, and for reading what is frozen, when it is long.
    times: times.length > MOST_FROZEN ? times : Object.freeze(times),
    minutes: Object.freeze(minutes),
    hours: Object.freeze(hours),
    seconds: Object.freeze(seconds),
    years,
    everyHour: hours.length === 24,
    months,
    days,
  });
  if (year && years) checkYears(cron, years, year);
  return cron;
}

function timesOf(hours: readonly number[], minutes: readonly number[], seconds: readonly number[]): number[] {
  const times: number[] = [];
  for (const hour of hours) {
    for (const minute of minutes) {
      for (const second of seconds) times.push((hour * 60 + minute) * MINUTE_MS + second * 1_000);
    }
  }
  return times;
}

function yearsOf(field: CronField, token: CronToken): readonly number[] | undefined {
  const { star, values } = readCronField(field, token);
  return star ? undefined : Object.freeze([...values].sort((a, b) => a - b));
}

/** A date may exist, and in none of the years. */
function checkYears(cron: Cron, years: readonly number[], token: CronToken): void {
  const months = years.flatMap((year) => Array.from({ length: 12 }, (_, month) => year * 12 + month));
  if (months.some((month) => tickDaysOf(cron, month, firstDayOf(month)) !== 0)) return;
  throw cronError(token.source, "year", token.at, `the date never comes in ${token.text.slice(0, 40)}`);
}

/**
 * The days of a month on which a cron ticks, bit 0 for the first; months that it leaves out give 0.
 * `firstDay` is the day number of the first of that month.
 */
export function tickDaysOf(cron: Cron, month: number, firstDay: number): number {
  if ((cron.months >>> (month % 12) & 1) === 0) return 0;
  if (cron.years && !cron.years.includes(Math.floor(month / 12))) return 0;
  const length = daysInMonth(month);
  const all = -1 >>> (32 - length);
  const days = cron.days;
  if (!days) return all;
  let mask = days.monthDays;
  if (days.weekdays) mask |= days.weekdays[weekdayOf(firstDay)];
  if (days.lastWeekdays) mask |= days.lastWeekdays[weekdayOf(firstDay)] & (all << (length - 7));
  if (days.lastDay) mask |= 1 << (length - 1);
  for (const day of days.nearest) mask |= nearestWorkday(day, length, firstDay);
  return mask & all;
}

/** The working day nearest to a day of a month, within it, as a mask; none for a day that the month does not have. */
function nearestWorkday(day: number, length: number, firstDay: number): number {
  const wanted = day === 0 ? length : day;
  if (wanted > length) return 0;
  const weekday = weekdayOf(firstDay + wanted - 1);
  if (weekday === 6) return 1 << (day !== 0 && wanted === 1 ? 2 : wanted - 2);
  if (weekday === 0) return 1 << (wanted === length ? wanted - 3 : wanted);
  return 1 << (wanted - 1);
}

/** The first month after `month` that the cron does not leave out; Infinity behind its last year. */
export function tickMonthAfter(cron: Cron, month: number): number {
  const next = nextMonth(cron, month);
  if (!cron.years) return next;
  const at = Math.floor(next / 12);
  const year = cron.years.find((each) => each >= at);
  if (year === undefined) return Infinity;
  return year === at ? next : nextMonth(cron, year * 12 - 1);
}

function nextMonth(cron: Cron, month: number): number {
  const inYear = month % 12;
  const later = cron.months & (-2 << inYear);
  const skipped = later === 0 ? 12 - inYear : -inYear;
  return month + skipped + lowestBit(later === 0 ? cron.months : later);
}

/** The last month before `month` that the cron does not leave out; -Infinity before its first year. */
export function tickMonthBefore(cron: Cron, month: number): number {
  const previous = previousMonth(cron, month);
  if (!cron.years) return previous;
  const at = Math.floor(previous / 12);
  const year = cron.years.findLast((each) => each <= at);
  if (year === undefined) return -Infinity;
  return year === at ? previous : previousMonth(cron, (year + 1) * 12);
}

function previousMonth(cron: Cron, month: number): number {
  const inYear = month % 12;
  const earlier = cron.months & ~(-1 << inYear);
  const skipped = earlier === 0 ? -12 - inYear : -inYear;
  return month + skipped + highestBit(earlier === 0 ? cron.months : earlier);
}

/** The position of the lowest bit that is set. */
export function lowestBit(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}

/** The position of the highest bit that is set. */
export function highestBit(mask: number): number {
  return 31 - Math.clz32(mask);
}

/** The five fields of a cron text, as texts; those of a macro are what it stands for. */
export function cronFields(text: string): readonly string[] {
  return (MACROS.get(text.trim().toLowerCase()) ?? text).trim().split(/\s+/);
}

/** A cron whose seconds are 0 and whose years are all, in five fields; any other text as it is. */
export function plainCron(text: string): string {
  const fields = cronFields(text);
  const isPlain = (fields.length === 6 || (fields.length === 7 && fields[6] === "*")) &&
    /^0+$/.test(fields[0]);
  return isPlain ? fields.slice(1, 6).join(" ") : text;
}

function splitFields(text: string, isFull: boolean): Fields {
  const expression = MACROS.get(text.toLowerCase()) ?? text;
  const most = isFull ? MOST_FIELDS : CRON_FIELDS.length;
  const tokens: CronToken[] = [];
  for (const match of expression.matchAll(/\S+/g)) {
    tokens.push({ source: text, text: match[0], at: match.index });
    if (tokens.length > most) break;
  }
  if (isFull && ZONE.test(tokens[0]?.text ?? "")) {
    const problem = "a time zone is no field";
    throw cronError(text, "second", tokens[0].at, problem, "Give the time zone beside the cron expression.");
  }
  const isRight = tokens.length >= CRON_FIELDS.length && tokens.length <= most;
  if (!isRight) throw isFull ? wrongFullCount(text, tokens) : wrongCount(text, tokens);
  const first = tokens.length > CRON_FIELDS.length ? 1 : 0;
  return {
    second: first === 1 ? tokens[0] : undefined,
    five: tokens.slice(first, first + CRON_FIELDS.length),
    year: tokens[MOST_FIELDS - 1],
    isFull,
  };
}

function wrongFullCount(text: string, tokens: readonly CronToken[]) {
  if (tokens[0]?.text.startsWith("@")) return wrongCount(text, tokens);
  const hint = `The fields are ${FIELD_NAMES}, with seconds before them, and years behind those.`;
  if (tokens.length > MOST_FIELDS) {
    return cronError(text, "eighth", tokens[MOST_FIELDS].at, "there are more than seven fields", hint);
  }
  const missing = CRON_FIELDS[tokens.length].name;
  return cronError(
    text,
    missing,
    text.length,
    `there are ${tokens.length} fields instead of five to seven`,
    hint,
  );
}

function wrongCount(text: string, tokens: readonly CronToken[]) {
  const [first] = tokens;
  if (first?.text.startsWith("@")) {
    const hint = `The macros are ${[...MACROS.keys()].join(", ")}.`;
    return cronError(text, "minute", first.at, `${first.text.slice(0, 20)} is not a macro`, hint);
  }
  if (tokens.length > CRON_FIELDS.length) {
    const hint = ZONE.test(first.text)
      ? "Give the time zone beside the cron expression."
      : `The fields are ${FIELD_NAMES}; there are no seconds and no years.`;
    const extra = tokens[CRON_FIELDS.length];
    return cronError(text, "sixth", extra.at, "there are more than five fields", hint);
  }
  const missing = CRON_FIELDS[tokens.length].name;
  const problem = `there are ${tokens.length} fields instead of five`;
  return cronError(text, missing, text.length, problem, `The fields are ${FIELD_NAMES}.`);
}

function sorted(field: CronValues): number[] {
  return [...field.values].sort((a, b) => a - b);
}

function maskOf(values: Iterable<number>, first: number): number {
  let mask = 0;
  for (const value of values) mask |= 1 << (value - first);
  return mask;
}

function readDays(
  monthDay: CronValues,
  weekday: CronValues,
  tokens: readonly CronToken[],
): CronDays | undefined {
  const byMonthDay = isSet(monthDay, 31, tokens[4].text);
  const byWeekday = isSet(weekday, 7, tokens[2].text);
  if (!byMonthDay && !byWeekday) return undefined;
  const plain = byWeekday ? maskOf(weekday.values, 0) : 0;
  const lasts = weekday.nthWeekdays.filter(({ nth }) => nth === "last").map((each) => each.weekday);
  return Object.freeze({
    monthDays: byMonthDay ? maskOf(monthDay.values, 1) : 0,
    lastDay: byMonthDay && monthDay.lastDay,
    weekdays: masksByBegin((begins) => repeatWeekdays(plain, begins) | placeNthWeekdays(weekday, begins)),
    lastWeekdays: masksByBegin((begins) => repeatWeekdays(maskOf(lasts, 0), begins)),
    nearest: byMonthDay ? Object.freeze([...monthDay.nearest]) : NONE,
  });
}

/** Masks for months that begin on each weekday; `undefined` when all are empty. */
function masksByBegin(maskFor: (begins: number) => number): readonly number[] | undefined {
  const masks = [0, 1, 2, 3, 4, 5, 6].map(maskFor);
  return masks.some((mask) => mask !== 0) ? Object.freeze(masks) : undefined;
}

/** Whether a day field restricts the days. */
function isSet(field: CronValues, size: number, other: string): boolean {
  return !field.star && !(field.values.size === size && other.includes("*"));
}

/** Weekdays as days of a month of 31 days that begins on the weekday `begins`. */
function repeatWeekdays(weekdays: number, begins: number): number {
  let mask = 0;
  for (let day = 0; day < 31; day++) mask |= (weekdays >>> ((begins + day) % 7) & 1) << day;
  return mask;
}

function placeNthWeekdays(field: CronValues, begins: number): number {
  const days = field.nthWeekdays.flatMap(({ weekday, nth }) => {
    return nth === "last" ? [] : [(weekday - begins + 7) % 7 + 7 * (nth - 1)];
  });
  return maskOf(days.filter((day) => day < 31), 0);
}

function checkPossible(days: CronDays, months: number, token: CronToken): void {
  if (days.lastDay || days.weekdays || days.lastWeekdays) return;
  const possible = LONGEST_MONTHS.some((length, month) => {
    return (months >>> month & 1) === 1 &&
      ((days.monthDays & (-1 >>> (32 - length))) !== 0 || days.nearest.some((day) => day <= length));
  });
  if (possible) return;
  const names = MONTH_NAMES.filter((_, month) => months >>> month & 1).join(", ");
  throw cronError(token.source, "day of month", token.at, `day ${token.text} never comes in ${names}`);
}
