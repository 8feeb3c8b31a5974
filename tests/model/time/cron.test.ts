import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { SluiceError } from "../../../src/model/issue.ts";
import { firstDayOf, monthNumber } from "../../../src/model/time/calendar.ts";
import { parseCron, tickDaysOf } from "../../../src/model/time/cron.ts";

/** The days of a month on which a cron ticks. */
function daysOf(cron: string, year: number, month: number): number[] {
  const number = monthNumber(year, month);
  const mask = tickDaysOf(parseCron(cron), number, firstDayOf(number));
  return Array.from({ length: 31 }, (_, day) => day + 1).filter((day) => mask >>> (day - 1) & 1);
}

function range(first: number, last: number, step = 1): number[] {
  const values = [];
  for (let value = first; value <= last; value += step) values.push(value);
  return values;
}

describe("minutes and hours", () => {
  const cases: readonly [cron: string, minutes: number[], hours: number[]][] = [
    ["5 4 * * *", [5], [4]],
    ["*/7 * * * *", range(0, 59, 7), range(0, 23)],
    ["*/90 */30 * * *", [0], [0]],
    ["5/15 1/7 * * *", [5, 20, 35, 50], [1, 8, 15, 22]],
    ["10-20/5,3,3 8-10 * * *", [3, 10, 15, 20], [8, 9, 10]],
    ["0 22-2 * * *", [0], [0, 1, 2, 22, 23]],
    ["55-3 * * * *", [0, 1, 2, 3, 55, 56, 57, 58, 59], range(0, 23)],
    ["0,*/30 *,3 * * *", [0, 30], range(0, 23)],
    ["00 007 * * *", [0], [7]],
    ["  0\t 1 \n* *  * ", [0], [1]],
  ];
  for (const [cron, minutes, hours] of cases) {
    test(JSON.stringify(cron), () => {
      const parsed = parseCron(cron);
      assert.deepEqual([parsed.minutes, parsed.hours], [minutes, hours]);
      assert.equal(parsed.everyHour, hours.length === 24);
      const times = hours.flatMap((hour) => minutes.map((minute) => (hour * 60 + minute) * 60_000));
      assert.deepEqual(parsed.times, times);
      assert.equal(parsed.text, cron);
    });
  }
});

describe("days and months", () => {
  // February 2024 has 29 days and begins on a Thursday; September 2024 has 30 and begins on a Sunday.
  const cases: readonly [cron: string, february: number[], september: number[]][] = [
    ["0 0 * * *", range(1, 29), range(1, 30)],
    ["0 0 ? * ?", range(1, 29), range(1, 30)],
    ["0 0 31,1 * *", [1], [1]],
    ["0 0 L * *", [29], [30]],
    ["0 0 15,L * *", [15, 29], [15, 30]],
    ["0 0 28-L * *", [28, 29], [28, 29, 30]],
    ["0 0 29-2 * *", [1, 2, 29], [1, 2, 29, 30]],
    ["0 0 * * 7", [4, 11, 18, 25], [1, 8, 15, 22, 29]],
    ["0 0 * * Sun", [4, 11, 18, 25], [1, 8, 15, 22, 29]],
    ["0 0 * * FRI-mon", [2, 3, 4, 5, 9, 10, 11, 12, 16, 17, 18, 19, 23, 24, 25, 26], [
      1,
      2,
      6,
      7,
      8,
      9,
      13,
      14,
      15,
      16,
      20,
      21,
      22,
      23,
      27,
      28,
      29,
      30,
    ]],
    ["0 0 * * 6-7", [3, 4, 10, 11, 17, 18, 24, 25], [1, 7, 8, 14, 15, 21, 22, 28, 29]],
    ["0 0 * * 1-7/3", range(1, 29).filter((d) => [1, 4, 0].includes((d + 3) % 7)), [
      1,
      2,
      5,
      8,
      9,
      12,
      15,
      16,
      19,
      22,
      23,
      26,
      29,
      30,
    ]],
    ["0 0 * * 0-7", range(1, 29), range(1, 30)],
    ["0 0 * * 1#2", [12], [9]],
    ["0 0 * * mon#1,thu#5", [5, 29], [2]],
    ["0 0 * * mon-wed#1", [5, 6, 7], [2, 3, 4]],
    ["0 0 * * L5", [23], [27]],
    ["0 0 * * l7,1#1", [5, 25], [2, 29]],
    ["0 0 13 * 5", [2, 9, 13, 16, 23], [6, 13, 20, 27]],
    ["0 0 */10 * 5", [1, 2, 9, 11, 16, 21, 23], [1, 6, 11, 13, 20, 21, 27]],
    ["0 0 15 * 1#2", [12, 15], [9, 15]],
    ["0 0 L * L1", [26, 29], [30]],
    ["0 0 */1 * 5", range(1, 29), range(1, 30)],
    ["0 0 */1 * */7", [4, 11, 18, 25], [1, 8, 15, 22, 29]],
    ["0 0 */20 * */1", [1, 21], [1, 21]],
    ["0 0 *,15 * 5", [2, 9, 16, 23], [6, 13, 20, 27]],
    ["0 0 1 SEP *", [], [1]],
    ["0 0 1 nov-feb *", [1], []],
    ["0 0 1 2/7 *", [1], [1]],
    ["0 0 1 */3 *", [], []],
    ["0 0 30 2 1", [5, 12, 19, 26], []],
  ];
  for (const [cron, february, september] of cases) {
    test(cron, () => {
      assert.deepEqual(daysOf(cron, 2024, 2), february);
      assert.deepEqual(daysOf(cron, 2024, 9), september);
    });
  }

  test("29 February comes in leap years", () => {
    const years = range(1896, 1912).filter((year) => daysOf("0 0 29 2 *", year, 2).length === 1);
    assert.deepEqual(years, [1896, 1904, 1908, 1912]);
  });
});

describe("macros", () => {
  const macros = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@Yearly": "0 0 1 1 *",
    "@ANNUALLY": "0 0 1 1 *",
  };
  for (const [macro, cron] of Object.entries(macros)) {
    test(macro, () => assert.deepEqual({ ...parseCron(macro), text: "" }, { ...parseCron(cron), text: "" }));
  }
});

describe("refuses, with the field and the character", () => {
  const cases: readonly [cron: string, field: string, character: number, because: RegExp][] = [
    ["60 * * * *", "minute", 1, /minute 60 is not in 0-59/],
    ["0 24 * * *", "hour", 3, /hour 24 is not in 0-23/],
    ["0 0 0 * *", "day of month", 5, /day of month 0 is not in 1-31/],
    ["0 0 32 * *", "day of month", 5, /day of month 32/],
    ["0 0 1,2,33 * *", "day of month", 9, /day of month 33/],
    ["0 0 1 13 *", "month", 7, /month 13/],
    ["0 0 1 0 *", "month", 7, /month 0/],
    ["0 0 * * 8", "day of week", 9, /day of week 8/],
    ["0 0 * * 1-8", "day of week", 11, /day of week 8/],
    ["*/0 * * * *", "minute", 1, /step 0/],
    ["0 1-5/0 * * *", "hour", 3, /step 0/],
    ["* * * *", "day of week", 8, /4 fields instead of five/],
    ["", "minute", 1, /0 fields/],
    ["0 0 0 * * *", "sixth", 11, /more than five fields/],
    ["@reboot", "minute", 1, /not a macro/],
    ["@every 5m", "minute", 1, /not a macro/],
    [" @daily", "minute", 2, /not a macro/],
    ["TZ=UTC 0 0 * * *", "sixth", 16, /Give the time zone beside/],
    ["H * * * *", "minute", 1, /"h" is not a minute/],
    ["R * * * *", "minute", 1, /"r" is not a minute/],
    ["0 0 15W * *", "day of month", 5, /"15w"/],
    ["0 0 L-1 * *", "day of month", 5, /"l" is not a day of month/],
    ["0 0 L/2 * *", "day of month", 5, /"l"/],
    ["0 L * * *", "hour", 3, /"l"/],
    ["0 0 * * L", "day of week", 9, /"l"/],
    ["0 0 * * 5L", "day of week", 9, /"5l"/],
    ["0 0 * * L8", "day of week", 10, /day of week 8/],
    ["0 0 * * MONDAY", "day of week", 9, /"monday".*\n.*Names are sun to sat/],
    ["0 0 * january *", "month", 7, /"january".*\n.*Names are jan to dec/],
    ["0 0 * * jan", "day of week", 9, /"jan"/],
    ["0 0 * * mon#6", "day of week", 9, /only 1 to 5/],
    ["0 0 * * 1#0", "day of week", 9, /only 1 to 5/],
    ["0 0 * * 1-5#2", "day of week", 9, /# follows a weekday/],
    ["0 0 1#2 * *", "day of month", 5, /# follows a weekday/],
    ["0 0 * * 1#2,3", "day of week", 9, /do not mix/],
    ["0 0 ?/2 * *", "day of month", 5, /\? stands alone/],
    ["? 0 * * *", "minute", 1, /\? stands alone/],
    ["1,,2 * * * *", "minute", 3, /"" is not a value/],
    [", * * * *", "minute", 1, /"" is not/],
    ["-5 * * * *", "minute", 1, /"-5" is not/],
    ["1-2-3 * * * *", "minute", 1, /"1-2-3" is not/],
    ["1/2/3 * * * *", "minute", 1, /is not a value/],
    ["*-5 * * * *", "minute", 1, /"\*" is not a minute/],
    ["1.5 * * * *", "minute", 1, /"1.5"/],
    ["\u0661 * * * *", "minute", 1, /is not a minute/],
    ["0 5-5 * * *", "hour", 3, /a range of one value.*\n.*Write 5 for one value/],
    ["59/5 * * * *", "minute", 1, /a range of one value/],
    ["0 0 * * 7-0", "day of week", 9, /a range of one value/],
    ["0 22-2/2 * * *", "hour", 3, /takes no step/],
    ["0 0 31 4 *", "day of month", 5, /day 31 never comes in apr/],
    ["0 0 30,31 2 *", "day of month", 5, /day 30,31 never comes in feb/],
    ["0 0 31 2,4,6,9,11 *", "day of month", 5, /never comes in feb, apr, jun, sep, nov/],
    ["1".repeat(100_000), "hour", 100_001, /1 fields/],
    ["1 ".repeat(50_000), "sixth", 11, /more than five fields/],
    [`${"1,".repeat(50_000)}1 * * * *`, "minute", 1, /at most 400 characters/],
    [`* * * ${"\u2003".repeat(99_000)}x *`, "month", 99_007, /"x" is not a month/],
  ];
  for (const [cron, field, character, because] of cases) {
    test(JSON.stringify(cron.slice(0, 30)), () => {
      assert.throws(() => parseCron(cron), (error: unknown) => {
        assert.ok(error instanceof SluiceError);
        assert.equal(error.code, "CRON_INVALID");
        assert.deepEqual(error.issues[0].path, ["cron", field]);
        assert.ok(error.message.includes(`(${field} field, character ${character})`), error.message);
        assert.match(error.message, because);
        assert.ok(error.message.length < 1000, "the message does not repeat a long text");
        return true;
      });
    });
  }
});
