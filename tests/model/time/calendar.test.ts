import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  civilOf,
  DAY_MS,
  daysInMonth,
  firstDayOf,
  localOf,
  monthNumber,
  monthOf,
  weekdayOf,
} from "../../../src/model/time/calendar.ts";

/** Every day of these years, and the ends of all others. */
function* sampleDays(): Generator<Date> {
  for (let year = 1; year <= 9999; year++) {
    const dense = year < 8 || (year > 1895 && year < 1905) || (year > 1968 && year < 2032) || year > 9995;
    const date = new Date(0);
    date.setUTCFullYear(year, 0, 1);
    for (; date.getUTCFullYear() === year; date.setUTCDate(date.getUTCDate() + (dense ? 1 : 27))) yield date;
  }
}

describe("the calendar", () => {
  test("agrees with Date on days, months and weekdays from 1 to 9999", () => {
    for (const date of sampleDays()) {
      const day = date.getTime() / DAY_MS;
      const month = monthNumber(date.getUTCFullYear(), date.getUTCMonth() + 1);
      if (monthOf(day) !== month || firstDayOf(month) + date.getUTCDate() - 1 !== day) {
        assert.fail(date.toISOString());
      }
      if (weekdayOf(day) !== date.getUTCDay()) assert.fail(`weekday of ${date.toISOString()}`);
    }
  });

  test("knows how long months are", () => {
    const lengths = (year: number) =>
      Array.from({ length: 12 }, (_, i) => daysInMonth(monthNumber(year, i + 1)));
    assert.deepEqual(lengths(2023), [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);
    assert.deepEqual([2024, 2000, 1900, 2100, 4].map((year) => lengths(year)[1]), [29, 29, 28, 28, 29]);
  });

  test("takes local times apart and puts them together", () => {
    const local = Date.UTC(2024, 1, 29, 23, 59, 58);
    const civil = civilOf(local);
    assert.deepEqual(civil, { year: 2024, month: 2, day: 29, timeMs: DAY_MS - 2000 });
    assert.equal(localOf(civil), local);
    assert.equal(civilOf(-1).year, 1969);
  });

  test("refuses dates that do not exist", () => {
    const dates = [[2023, 2, 29], [2024, 4, 31], [2024, 0, 1], [2024, 13, 1], [2024, 1, 0], [0, 1, 1]];
    for (const [year, month, day] of dates) assert.equal(localOf({ year, month, day, timeMs: 0 }), undefined);
    assert.equal(localOf({ year: 2024, month: 1, day: 1, timeMs: DAY_MS }), undefined);
  });
});
