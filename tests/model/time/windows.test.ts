import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { openCadence } from "../../../src/model/time/cadence.ts";
import { boundWindows, openWindows, type WindowRule, WindowStarts } from "../../../src/model/time/windows.ts";
import { DAY, HOUR, MINUTE } from "./wall_clock.ts";

interface Window {
  readonly start: number;
  readonly end: number;
}

/** All windows of a rule, without the excluded ones, around the times that a test asks for. */
function listWindows(rule: WindowRule, from: number, until: number): Window[] {
  const cadence = openCadence(rule.cron, rule.timezone);
  const excluded = rule.exclusions.map((each) =>
    typeof each === "string" ? openCadence(each, rule.timezone) : each
  );
  const windows: Window[] = [];
  for (let start = cadence.next(from) as number; start < until; start = cadence.next(start) as number) {
    const out = excluded.some((each) => typeof each === "number" ? each === start : each.has(start));
    if (!out) windows.push({ start, end: cadence.next(start) as number });
  }
  return windows;
}

/** The rules of Dagster, in their words, over a list. */
function existing(rule: WindowRule, nowMs: number, windows: readonly Window[]): number[] {
  const { startMs, endMs = Infinity, endOffset } = rule;
  const first = windows.find((window) => window.start >= startMs) as Window;
  const complete = windows.filter((window) => window.end <= nowMs);
  const ahead = windows.filter((window) => window.start >= nowMs);
  let limit = nowMs;
  if (endOffset > 0) limit = ahead[endOffset].start;
  if (endOffset < 0) limit = (complete.at(endOffset) as Window).start;
  if (first.end > limit) return [];
  const byNow = complete.length - 1 + endOffset;
  const byEnd = windows.findLastIndex((window) => window.end <= endMs);
  const last = Math.max(Math.min(byNow, byEnd), windows.indexOf(first));
  return windows.slice(windows.indexOf(first), last + 1).map((window) => window.start);
}

function opened(rule: WindowRule, nowMs: number): number[] {
  const windows = openWindows(rule);
  const bounds = boundWindows(rule, windows, nowMs);
  if (!bounds) return [];
  const starts = new WindowStarts(windows, rule.startMs);
  const count = starts.countTo(bounds.last);
  return [...starts.starts.subarray(0, count)];
}

const BASE = Date.UTC(2023, 2, 20);
const rules: fc.Arbitrary<WindowRule> = fc.record({
  cron: fc.constantFrom("0 * * * *", "0 0 * * *", "30 2 * * *", "0 */6 * * *", "0 0 * * 1", "15 */7 * * 1-5"),
  timezone: fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"),
  startMs: fc.integer({ min: -10 * 24, max: 10 * 24 }).map((hours) => BASE + hours * HOUR),
  endMs: fc.option(fc.integer({ min: 11 * 24, max: 25 * 24 }).map((hours) => BASE + hours * HOUR), {
    nil: undefined,
  }),
  endOffset: fc.integer({ min: -4, max: 4 }),
  exclusions: fc.subarray<string | number>(
    ["0 0 * * 2", "0 6-8 * * *", "30 2 */2 * *", BASE, BASE + 2 * DAY],
    {
      maxLength: 2,
    },
  ),
});

describe("the windows that exist", () => {
  test("are those of the rules in words, at any instant", () => {
    const now = fc.integer({ min: -12 * 24 * 60, max: 30 * 24 * 60 }).map((minutes) =>
      BASE + minutes * MINUTE
    );
    fc.assert(
      fc.property(rules, now, (rule, nowMs) => {
        const windows = listWindows(rule, BASE - 100 * DAY, BASE + 120 * DAY);
        assert.deepEqual(opened(rule, nowMs), existing(rule, nowMs, windows));
      }),
      { seed: 33_662, numRuns: 400 },
    );
  });

  test("are read once and counted again for any earlier instant", () => {
    const windows = openWindows({
      cron: "0 * * * *",
      timezone: "America/New_York",
      startMs: BASE,
      endMs: undefined,
      endOffset: 0,
      exclusions: [BASE + 4 * HOUR],
    });
    const starts = new WindowStarts(windows, BASE);
    assert.equal(starts.countTo(BASE + 1000 * HOUR), 1000);
    assert.equal(starts.countTo(BASE + 5 * HOUR), 5);
    assert.equal(starts.countTo(BASE + 5 * HOUR - 1), 4);
    assert.equal(starts.countTo(BASE - 1), 0);
    assert.equal(starts.countTo(BASE + 2000 * HOUR), 2000);
    assert.equal(starts.starts[4], BASE + 5 * HOUR);
    assert.equal(starts.ends?.[3], BASE + 4 * HOUR);
  });

  test("are looked for no longer than the calendar takes to repeat", () => {
    const rule = { cron: "0 0 * * *", timezone: "UTC", startMs: BASE, endMs: undefined, endOffset: 0 };
    const none = openWindows({ ...rule, exclusions: ["0 0 * * *"] });
    assert.equal(none.from(BASE), undefined);
    assert.equal(none.until(BASE), undefined);
    const rare = openWindows({ ...rule, cron: "0 0 29 2 *", exclusions: ["0 0 * * 0-5"] });
    assert.equal(rare.from(Date.UTC(2080, 2, 1)), Date.UTC(2116, 1, 29));
    assert.equal(rare.until(Date.UTC(2116, 1, 29)), Date.UTC(2076, 1, 29));
  });

  test("are no more than memory holds", () => {
    const rule = {
      cron: "* * * * *",
      timezone: "UTC",
      startMs: BASE,
      endMs: undefined,
      endOffset: 0,
      exclusions: [],
    };
    const starts = new WindowStarts(openWindows(rule), BASE, 1024);
    assert.equal(starts.countTo(BASE + 1023 * MINUTE), 1024);
    assert.throws(
      () => starts.countTo(BASE + 1024 * MINUTE),
      /PARTITIONS_INVALID: Cron "\* \* \* \* \*" makes more than 1024 partitions/,
    );
  });
});
