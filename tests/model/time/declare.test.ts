import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { type IssueCode, SluiceError } from "../../../src/model/issue.ts";
import {
  dailyPartitions,
  hourlyPartitions,
  monthlyPartitions,
  timePartitions,
  weeklyPartitions,
} from "../../../src/model/partitions/definition.ts";

const start = "2026-01-01";

describe("declared windows", () => {
  test("read local texts in their zone", () => {
    const at = (text: string | Date, timezone = "America/New_York", keyFormat = "%Y-%m-%d-%H:%M") =>
      new Date(hourlyPartitions({ start: text, timezone, keyFormat }).startMs).toISOString().slice(0, 16);
    assert.equal(at("2026-01-01"), "2026-01-01T05:00");
    assert.equal(at("2026-01-01T06:00"), "2026-01-01T11:00");
    assert.equal(at("2026-01-01 06:00:30"), "2026-01-01T11:00");
    assert.equal(at("2026-01-01-06:00"), "2026-01-01T11:00");
    assert.equal(at("01.02.2026 06", "UTC", "%d.%m.%Y %H"), "2026-02-01T06:00");
    assert.equal(at("2026-01-01T06:00Z"), "2026-01-01T06:00");
    assert.equal(at("2026-01-01T06:00+05:30"), "2026-01-01T00:30");
    assert.equal(at(new Date(Date.UTC(2026, 0, 1, 7))), "2026-01-01T07:00");
    assert.equal(at("2025-11-02T01:30"), "2025-11-02T05:30", "a time that exists twice is the first one");
    assert.equal(at("2025-11-02-01:30-0500"), "2025-11-02T06:30", "a key may name the second one");
    assert.equal(at("2026-03-08T02:30"), "2026-03-08T07:00", "a time in a gap is the first instant after it");
    assert.equal(at("2017-10-15", "America/Sao_Paulo"), "2017-10-15T03:00");
  });

  test("read exclusions as texts, Dates or cron", () => {
    const days = dailyPartitions({
      start,
      timezone: "Europe/Berlin",
      exclusions: ["2026-01-03", "0 0 * * 6", new Date(Date.UTC(2026, 0, 5, 23)), "2026-01-09T00:00"],
    });
    assert.deepEqual(days.exclusions, [
      Date.UTC(2026, 0, 2, 23),
      "0 0 * * 6",
      Date.UTC(2026, 0, 5, 23),
      Date.UTC(2026, 0, 8, 23),
    ]);
  });

  test("exclude the window whose key a local time shows, where it exists twice", () => {
    const rule = { start, timezone: "America/New_York", exclusions: ["2026-11-01T01:30"] };
    const daily = dailyPartitions({ ...rule, hourOffset: 1, minuteOffset: 30 });
    assert.deepEqual(daily.exclusions, [Date.UTC(2026, 10, 1, 6, 30)]);
    const hourly = hourlyPartitions({ ...rule, minuteOffset: 30 });
    assert.deepEqual(hourly.exclusions, [Date.UTC(2026, 10, 1, 5, 30)]);
  });

  test("name their zone as the database does", () => {
    assert.equal(dailyPartitions({ start, timezone: "europe/berlin" }).timezone, "Europe/Berlin");
  });

  test("choose a key format by the cron", () => {
    assert.equal(timePartitions({ start, cron: "0 9 * * 1-5" }).format, "%Y-%m-%d");
    assert.equal(timePartitions({ start, cron: "0 9,17 * * *" }).format, "%Y-%m-%d-%H:%M");
    assert.equal(timePartitions({ start, cron: "@hourly" }).format, "%Y-%m-%d-%H:%M");
  });
});

describe("windows refuse", () => {
  const wrong: readonly [name: string, IssueCode, path: string[], RegExp, () => unknown][] = [
    [
      "an end before the start",
      "PARTITIONS_INVALID",
      ["end"],
      /never be a partition/,
      () => dailyPartitions({ start, end: "2025-12-31" }),
    ],
    [
      "an end at the start",
      "PARTITIONS_INVALID",
      ["end"],
      /never be a partition/,
      () => dailyPartitions({ start, end: start }),
    ],
    [
      "a date that is none",
      "PARTITIONS_INVALID",
      ["start"],
      /"2026-02-30" is not a date/,
      () => dailyPartitions({ start: "2026-02-30" }),
    ],
    [
      "a text that is no date",
      "PARTITIONS_INVALID",
      ["start"],
      /"yesterday" is not a date/,
      () => dailyPartitions({ start: "yesterday" }),
    ],
    [
      "an hour without a date",
      "PARTITIONS_INVALID",
      ["end"],
      /"12:00"/,
      () => dailyPartitions({ start, end: "12:00" }),
    ],
    [
      "an invalid Date",
      "PARTITIONS_INVALID",
      ["start"],
      /an invalid Date/,
      () => dailyPartitions({ start: new Date(NaN) }),
    ],
    [
      "no start",
      "PARTITIONS_INVALID",
      ["start"],
      /undefined/,
      () => dailyPartitions({} as { start: string }),
    ],
    [
      "a year of three digits",
      "PARTITIONS_INVALID",
      ["start"],
      /years 1000 to 9999/,
      () => dailyPartitions({ start: "0999-01-01" }),
    ],
    [
      "an unknown zone",
      "TIMEZONE_UNKNOWN",
      ["timezone"],
      /Did you mean Europe\/Berlin/,
      () => dailyPartitions({ start, timezone: "Europe/Berln" }),
    ],
    [
      "a broken cron",
      "CRON_INVALID",
      ["cron", "minute"],
      /minute 61/,
      () => timePartitions({ start, cron: "61 * * * *" }),
    ],
    [
      "a broken cron to exclude",
      "CRON_INVALID",
      ["cron", "hour"],
      /hour 24/,
      () => dailyPartitions({ start, exclusions: ["0 24 * * *"] }),
    ],
    [
      "an exclusion that is no time and no cron",
      "PARTITIONS_INVALID",
      ["exclusions"],
      /"2026-13-01" is not/,
      () => dailyPartitions({ start, exclusions: ["2026-13-01"] }),
    ],
    [
      "exclusions of everything",
      "PARTITIONS_INVALID",
      ["exclusions"],
      /leave no window/,
      () => dailyPartitions({ start, exclusions: ["0 0-11 * * *"] }),
    ],
    [
      "half an offset",
      "PARTITIONS_INVALID",
      ["endOffset"],
      /not 0\.5/,
      () => dailyPartitions({ start, endOffset: 0.5 }),
    ],
    [
      "an endless offset",
      "PARTITIONS_INVALID",
      ["endOffset"],
      /not Infinity/,
      () => dailyPartitions({ start, endOffset: Infinity }),
    ],
    [
      "a format without hours",
      "PARTITIONS_INVALID",
      ["keyFormat"],
      /different hours.*\n.*Add %H/,
      () => hourlyPartitions({ start, keyFormat: "%Y-%m-%d" }),
    ],
    [
      "twelve hours without a half",
      "PARTITIONS_INVALID",
      ["keyFormat"],
      /different hours/,
      () => hourlyPartitions({ start, keyFormat: "%Y-%m-%d-%I:%M" }),
    ],
    [
      "a format without minutes",
      "PARTITIONS_INVALID",
      ["keyFormat"],
      /different minutes/,
      () => timePartitions({ start, cron: "*/20 * * * *", keyFormat: "%Y-%m-%d-%H" }),
    ],
    [
      "a format without days",
      "PARTITIONS_INVALID",
      ["keyFormat"],
      /different days/,
      () => weeklyPartitions({ start, keyFormat: "%Y-%m" }),
    ],
    [
      "days that seldom share a month",
      "PARTITIONS_INVALID",
      ["keyFormat"],
      /different days/,
      () => timePartitions({ start, cron: "0 0 1 * 1#1", keyFormat: "%Y-%m" }),
    ],
    [
      "a format without months",
      "PARTITIONS_INVALID",
      ["keyFormat"],
      /different months/,
      () => monthlyPartitions({ start, keyFormat: "%Y" }),
    ],
    [
      "a gap that makes keys equal over midnight",
      "PARTITIONS_INVALID",
      ["keyFormat"],
      /Scoresbysund.*"20\d\d-03-\d\d"/,
      () => dailyPartitions({ start, hourOffset: 23, minuteOffset: 30, timezone: "America/Scoresbysund" }),
    ],
    [
      "a gap of a whole day",
      "PARTITIONS_INVALID",
      ["keyFormat"],
      /Apia.*"2011-12-31"/,
      () => dailyPartitions({ start: "2011-01-01", hourOffset: 6, timezone: "Pacific/Apia" }),
    ],
    [
      "a gap that makes hours equal",
      "PARTITIONS_INVALID",
      ["keyFormat"],
      /Berlin.*-03"/,
      () =>
        timePartitions({ start, cron: "30 1-4 * * *", timezone: "Europe/Berlin", keyFormat: "%Y-%m-%d-%H" }),
    ],
  ];
  for (const [name, code, path, message, declare] of wrong) {
    test(name, () => {
      assert.throws(declare, (error: unknown) => {
        assert.ok(error instanceof SluiceError, String(error));
        assert.equal(error.code, code);
        assert.deepEqual(error.issues[0].path, path);
        assert.match(error.message, message);
        return true;
      });
    });
  }
});

describe("windows allow", () => {
  test("formats as coarse as the cron", () => {
    assert.equal(monthlyPartitions({ start, keyFormat: "%Y-%m" }).format, "%Y-%m");
    assert.equal(timePartitions({ start, cron: "0 0 1 1 *", keyFormat: "%Y" }).format, "%Y");
    assert.equal(timePartitions({ start, cron: "0 6 L * *", keyFormat: "%b %y" }).format, "%b %y");
    assert.equal(timePartitions({ start, cron: "5 * * * *", keyFormat: "%Y%j%H" }).format, "%Y%j%H");
    assert.equal(dailyPartitions({ start, timezone: "Pacific/Apia", hourOffset: 6 }).format, "%Y-%m-%d");
  });
});
