/** The strftime directives that keys may use: how each is written, and read back. */
import { type Civil, DAY_MS, firstDayOf, localOf, monthNumber, monthOf, weekdayOf } from "./calendar.ts";

/** What a directive tells of a time. */
export type KeyPart =
  | "year"
  | "month"
  | "day"
  | "hour"
  | "half"
  | "hourOfHalf"
  | "minute"
  | "second"
  | "offset";

/** What is to be written. */
export interface Written extends Civil {
  /** What the wall clock is ahead of UTC. */
  readonly offsetMs: number;
}

/** What has been read so far. */
export interface Moment {
  year?: number;
  yearOfCentury?: number;
  month?: number;
  day?: number;
  dayOfYear?: number;
  hour?: number;
  hourOfHalf?: number;
  isAfternoon?: boolean;
  minute?: number;
  second?: number;
  offsetMs?: number;
}

/** One directive, or a literal between them. */
export interface Directive {
  /** Whether its text depends on the day, on the time of day (or the offset), or on neither. */
  readonly scope: "day" | "time" | "any";
  readonly part?: KeyPart | readonly KeyPart[];
  /** The text of a literal. */
  readonly literal?: string;
  write(moment: Written): string;
  /** Reads at a position and gives the one behind, or -1. */
  read(key: string, at: number, into: Moment): number;
}

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const SHORT_MONTHS = MONTHS.map((name) => name.slice(0, 3));
const SHORT_WEEKDAYS = WEEKDAYS.map((name) => name.slice(0, 3));
const HALVES = ["AM", "PM"];
const HOUR_MS = 3_600_000;

/** The directives by their letter. */
export const DIRECTIVES: ReadonlyMap<string, Directive> = new Map<string, Directive>([
  ["Y", digits("day", "year", 4, (at) => at.year, (to, value) => to.year = value)],
  ["y", digits("day", "year", 2, (at) => at.year % 100, (to, value) => to.yearOfCentury = value)],
  ["m", digits("day", "month", 2, (at) => at.month, (to, value) => to.month = value)],
  ["b", names("day", "month", SHORT_MONTHS, (at) => at.month - 1, (to, index) => to.month = index + 1)],
  ["B", names("day", "month", MONTHS, (at) => at.month - 1, (to, index) => to.month = index + 1)],
  ["d", digits("day", "day", 2, (at) => at.day, (to, value) => to.day = value)],
  ["j", digits("day", ["month", "day"], 3, dayOfYear, (to, value) => to.dayOfYear = value)],
  ["a", names("day", [], SHORT_WEEKDAYS, weekday, () => {})],
  ["A", names("day", [], WEEKDAYS, weekday, () => {})],
  ["H", digits("time", "hour", 2, (at) => count(at.timeMs, HOUR_MS), (to, value) => to.hour = value)],
  ["I", digits("time", "hourOfHalf", 2, hourOfHalf, (to, value) => to.hourOfHalf = value)],
  [
    "p",
    names(
      "time",
      "half",
      HALVES,
      (at) => count(at.timeMs, HOUR_MS * 12),
      (to, index) => to.isAfternoon = index === 1,
    ),
  ],
  ["M", digits("time", "minute", 2, (at) => count(at.timeMs, 60_000) % 60, (to, value) => to.minute = value)],
  ["S", digits("time", "second", 2, (at) => count(at.timeMs, 1000) % 60, (to, value) => to.second = value)],
  ["f", digits("time", [], 6, (at) => at.timeMs % 1000 * 1000, () => {})],
  ["z", { scope: "time", part: "offset", write: (at) => writeOffset(at.offsetMs), read: readOffset }],
  ["%", { scope: "any", literal: "%", write: () => "%", read: (key, at) => key[at] === "%" ? at + 1 : -1 }],
]);

/** The local time that was read; `undefined` when there is none such. Parts that are missing count as the first. */
export function readMoment(moment: Moment, firstYear: number): number | undefined {
  const year = moment.year ?? yearFrom(firstYear, moment.yearOfCentury ?? 0);
  const hour = readHour(moment);
  if (hour === undefined || hour > 23 || (moment.minute ?? 0) > 59 || (moment.second ?? 0) > 59) {
    return undefined;
  }
  const timeMs = ((hour * 60 + (moment.minute ?? 0)) * 60 + (moment.second ?? 0)) * 1000;
  const { month = 1, day = 1 } = moment;
  const first = localOf({ year, month, day, timeMs });
  if (moment.dayOfYear === undefined || first === undefined) return first;
  const fromNewYear = (firstDayOf(monthNumber(year, 1)) + moment.dayOfYear - 1) * DAY_MS;
  return Math.floor(monthOf(fromNewYear / DAY_MS) / 12) === year ? fromNewYear + timeMs : undefined;
}

function readHour(moment: Moment): number | undefined {
  if (moment.hourOfHalf === undefined) return moment.hour ?? 0;
  if (moment.hourOfHalf < 1 || moment.hourOfHalf > 12) return undefined;
  return moment.hourOfHalf % 12 + (moment.isAfternoon ? 12 : 0);
}

/** The first year from `firstYear` on that ends in these two digits. */
function yearFrom(firstYear: number, yearOfCentury: number): number {
  return firstYear + ((yearOfCentury - firstYear) % 100 + 100) % 100;
}

function count(timeMs: number, unitMs: number): number {
  return Math.floor(timeMs / unitMs);
}

function dayNumber({ year, month, day }: Civil): number {
  return firstDayOf(monthNumber(year, month)) + day - 1;
}

function dayOfYear(civil: Civil): number {
  return dayNumber(civil) - firstDayOf(monthNumber(civil.year, 1)) + 1;
}

function weekday(civil: Civil): number {
  return weekdayOf(dayNumber(civil));
}

function hourOfHalf(civil: Civil): number {
  return (count(civil.timeMs, HOUR_MS) + 11) % 12 + 1;
}

/** A number of fixed width. */
function digits(
  scope: "day" | "time",
  part: KeyPart | readonly KeyPart[],
  width: number,
  get: (moment: Written) => number,
  set: (into: Moment, value: number) => void,
): Directive {
  return {
    scope,
    part,
    write: (moment) => String(get(moment)).padStart(width, "0"),
    read: (key, at, into) => {
      const value = readDigits(key, at, width);
      if (value < 0) return -1;
      set(into, value);
      return at + width;
    },
  };
}

/** A number of exactly `width` digits at a position, or -1. */
function readDigits(key: string, at: number, width: number): number {
  if (at + width > key.length) return -1;
  let value = 0;
  for (let i = at; i < at + width; i++) {
    const digit = key.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** One of a list of English names. */
function names(
  scope: "day" | "time",
  part: KeyPart | readonly KeyPart[],
  list: readonly string[],
  get: (moment: Written) => number,
  set: (into: Moment, index: number) => void,
): Directive {
  return {
    scope,
    part,
    write: (moment) => list[get(moment)],
    read: (key, at, into) => {
      const index = list.findIndex((name) => key.startsWith(name, at));
      if (index < 0) return -1;
      set(into, index);
      return at + list[index].length;
    },
  };
}

function writeOffset(offsetMs: number): string {
  const seconds = Math.abs(offsetMs) / 1000;
  const parts = [count(seconds, 3600), count(seconds, 60) % 60];
  if (seconds % 60 !== 0) parts.push(seconds % 60);
  return (offsetMs < 0 ? "-" : "+") + parts.map((part) => String(part).padStart(2, "0")).join("");
}

function readOffset(key: string, at: number, into: Moment): number {
  const sign = key[at];
  if (sign !== "+" && sign !== "-") return -1;
  const hours = readDigits(key, at + 1, 2);
  const minutes = readDigits(key, at + 3, 2);
  if (hours < 0 || minutes < 0) return -1;
  const seconds = readDigits(key, at + 5, 2);
  const offsetMs = (hours * 3600 + minutes * 60 + Math.max(seconds, 0)) * 1000;
  into.offsetMs = sign === "-" ? -offsetMs : offsetMs;
  return seconds < 0 ? at + 5 : at + 7;
}
