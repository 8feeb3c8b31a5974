/** Cron texts in their plainest form: lists of numbers, which every engine reads alike. */
import { CRON_FIELDS, type CronValues, readCronField } from "../../../src/model/time/cron_field.ts";
import { cronFields, parseCron } from "../../../src/model/time/cron.ts";

/** A cron of the same meaning in five fields of `*` and numbers; `L`, `L5` and `1#2` stay what they are. */
export function plainCron(text: string): string {
  const { minutes, hours, months, days } = parseCron(text);
  const tokens = cronFields(text);
  const [monthDay, weekday] = [2, 4].map((field) =>
    readCronField(CRON_FIELDS[field], { source: text, text: tokens[field], at: 0 })
  );
  const [onDays, onWeekdays] = days === undefined
    ? ["*", "*"]
    : plainDays(isSet(monthDay, 31, tokens[4]), isSet(weekday, 7, tokens[2]), monthDay, weekday);
  return [
    plainList(minutes, 60),
    plainList(hours, 24),
    onDays,
    plainList([...Array(12).keys()].filter((month) => months >>> month & 1).map((month) => month + 1), 12),
    onWeekdays,
  ].join(" ");
}

/** A list of every day means every day, whatever the other field says. */
function plainDays(
  byMonthDay: boolean,
  byWeekday: boolean,
  monthDay: CronValues,
  weekday: CronValues,
): readonly [string, string] {
  if (byMonthDay && monthDay.values.size === 31 || byWeekday && weekday.values.size === 7) return ["*", "*"];
  const nth = weekday.nthWeekdays.map(({ weekday: day, nth }) =>
    nth === "last" ? `L${day}` : `${day}#${nth}`
  );
  const days = [...sorted(monthDay.values), ...monthDay.lastDay ? ["L"] : []].join(",");
  return [byMonthDay ? days : "*", byWeekday ? [...sorted(weekday.values), ...nth].join(",") : "*"];
}

/** Whether a day field restricts the days. */
function isSet(field: CronValues, size: number, other: string): boolean {
  return !field.star && !(field.values.size === size && other.includes("*"));
}

function plainList(values: readonly number[], all: number): string {
  return values.length === all ? "*" : sorted(values).join(",");
}

function sorted(values: Iterable<number>): readonly number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
