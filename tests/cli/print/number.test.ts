import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  formatCount,
  formatDuration,
  formatInstant,
  parseDuration,
  plural,
} from "../../../src/cli/print/number.ts";

describe("formatCount and plural", () => {
  test("group digits and bend nouns", () => {
    assert.equal(formatCount(1234567), "1,234,567");
    assert.deepEqual(
      [
        plural(1, "entry"),
        plural(2, "entry"),
        plural(0, "key"),
        plural(1461, "partition"),
        plural(2, "pass"),
      ],
      ["1 entry", "2 entries", "0 keys", "1,461 partitions", "2 passes"],
    );
  });
});

describe("formatDuration", () => {
  test("takes the two units that matter", () => {
    const cases: readonly [number, string][] = [
      [0, "0 ms"],
      [999, "999 ms"],
      [1_000, "1.0 s"],
      [9_940, "9.9 s"],
      [9_950, "10 s"],
      [59_499, "59 s"],
      [59_500, "1 min"],
      [200_000, "3 min 20 s"],
      [7_500_000, "2 h 5 min"],
      [90_000_000, "1 d 1 h"],
    ];
    for (const [durationMs, text] of cases) assert.equal(formatDuration(durationMs), text);
  });
});

describe("parseDuration", () => {
  test("reads units, and seconds without one", () => {
    assert.deepEqual(
      ["250ms", "90s", "90", "1.5m", "2 h", "1d"].map(parseDuration),
      [250, 90_000, 90_000, 90_000, 7_200_000, 86_400_000],
    );
    for (const text of ["", "s", "-1s", "1w", "1e3", "10m30s"]) {
      assert.equal(parseDuration(text), undefined, text);
    }
  });
});

describe("formatInstant", () => {
  test("is the wall clock of the host", () => {
    assert.equal(formatInstant(new Date(2026, 0, 2, 3, 4, 5).getTime()), "2026-01-02 03:04:05");
    assert.equal(formatInstant(NaN), "?");
  });
});
