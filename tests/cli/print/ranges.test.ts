import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { formatRangeLines, formatSubset, keyRanges, rangesJson } from "../../../src/cli/print/ranges.ts";
import {
  dailyPartitions,
  multiPartitions,
  staticPartitions,
} from "../../../src/model/partitions/definition.ts";
import { openSpace, rangeOf } from "../../../src/model/partitions/space.ts";
import { subsetFromRanges, subsetOf, unionOf } from "../../../src/model/partitions/subset.ts";
import { plainPage } from "../support/pages.ts";

const context = { nowMs: Date.UTC(2026, 5, 1), dynamicKeys: () => [] };
const days = openSpace(dailyPartitions({ start: "2026-01-01" }), context);
const cells = openSpace(
  multiPartitions({
    a: staticPartitions(["a1", "a2", "a3"]),
    b: staticPartitions(["b1", "b2"]),
    c: staticPartitions(["c1", "c2", "c3"]),
  }),
  context,
);

describe("keyRanges", () => {
  test("are the runs of one dimension", () => {
    assert.deepEqual([...keyRanges(days, subsetOf([0, 1, 2, 5]))], [
      { start: "2026-01-01", end: "2026-01-03", count: 3 },
      { start: "2026-01-06", end: "2026-01-06", count: 1 },
    ]);
  });

  test("are boxes between two corners in several", () => {
    const box = rangeOf(cells, "a1|b1|c2", "a3|b2|c3");
    assert.deepEqual([...keyRanges(cells, box)], [
      { start: "a1|b1|c2", end: "a3|b2|c3", count: 12 },
    ]);
  });

  test("can each be typed again, and together give the set they came from", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(17)), (indices) => {
        const subset = subsetOf(indices);
        const ranges = [...keyRanges(cells, subset)];
        const typed = ranges.map(({ start, end }) => rangeOf(cells, start, end));
        assert.deepEqual(typed.map(({ size }) => size), ranges.map(({ count }) => count));
        assert.equal(typed.reduce((sum, { size }) => sum + size, 0), subset.size);
        assert.ok(unionOf(typed).equals(subset));
      }),
      { seed: 37, numRuns: 500 },
    );
  });

  test("make no key beyond those that are asked for", () => {
    const made: number[] = [];
    const keyAt = (index: number): string => `k${made.push(index) && index}`;
    const space = { kind: "names" as const, size: 1e6, keyAt, indexOf: () => -1 };
    const [first, second] = keyRanges(space, subsetFromRanges([[0, 10], [20, 900_000], [900_001, 900_002]]));
    assert.deepEqual([first.end, second.end, second.count], ["k9", "k899999", 899_980]);
    assert.deepEqual(made, [0, 9, 20, 899_999]);
  });
});

describe("printing sets", () => {
  const some = subsetOf([0, 1, 3, 5, 7, 9]);

  test("on one line and in lines says how many are left out", () => {
    assert.equal(
      formatSubset(days, some, plainPage(), 2),
      "2026-01-01...2026-01-02, 2026-01-04 and 3 more",
    );
    assert.deepEqual([...formatRangeLines(days, some, plainPage(), 2)], [
      "2026-01-01...2026-01-02 (2)",
      "2026-01-04",
      "and 3 partitions in more ranges; --limit shows more",
    ]);
    assert.equal(formatSubset(days, subsetOf([]), plainPage()), "");
  });

  test("as JSON says whether it is cut", () => {
    const { count, ranges, isCut } = rangesJson(days, some, 2);
    assert.deepEqual([count, ranges.length, isCut], [6, 2, true]);
    assert.equal(rangesJson(days, some, 5).isCut, false);
  });
});
