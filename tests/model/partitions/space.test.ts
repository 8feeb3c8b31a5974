import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { SluiceError } from "../../../src/model/issue.ts";
import {
  dailyPartitions,
  dynamicPartitions,
  hourlyPartitions,
  monthlyPartitions,
  multiPartitions,
  type Partitions,
  staticPartitions,
  timePartitions,
  weeklyPartitions,
} from "../../../src/model/partitions/definition.ts";
import {
  openSpace,
  type PartitionSpace,
  rangeOf,
  requireIndex,
  type SpaceContext,
  type TimeSpace,
} from "../../../src/model/partitions/space.ts";

const HOUR = 3_600_000;

function at(now: string, dynamicKeys: readonly string[] = []): SpaceContext {
  return { nowMs: Date.parse(now), dynamicKeys: () => dynamicKeys };
}

function open(partitions: Partitions, now: string, dynamicKeys?: readonly string[]): PartitionSpace {
  return openSpace(partitions, at(now, dynamicKeys));
}

function keysOf(space: PartitionSpace): string[] {
  return Array.from({ length: space.size }, (_, index) => space.keyAt(index));
}

function keys(partitions: Partitions, now: string): string[] {
  return keysOf(open(partitions, now));
}

describe("keys of windows", () => {
  test("US/Central, when the clock is set back", () => {
    const day = { start: "2021-11-07-00:00", end: "2021-11-07-04:00", timezone: "US/Central" };
    const expected = ["00:00", "01:00", "01:00-0600", "02:00", "03:00"].map((time) => `2021-11-07-${time}`);
    assert.deepEqual(keys(hourlyPartitions(day), "2022-01-01T00:00Z"), expected);
  });

  test("Europe/Berlin, when the clock is set forward", () => {
    const days = { start: "2023-03-25", timezone: "Europe/Berlin" };
    const format = { keyFormat: "%Y-%m-%d-%H:%M" };
    const late = ["2023-03-25-02:30", "2023-03-26-03:00", "2023-03-27-02:30"];
    const now = "2023-03-28T12:00Z";
    assert.deepEqual(
      keys(dailyPartitions({ ...days, ...format, hourOffset: 2, minuteOffset: 30 }), now),
      late,
    );
    const hours = keys(hourlyPartitions({ ...days, start: "2023-03-26", end: "2023-03-26T05:00" }), now);
    assert.deepEqual(hours, ["00:00", "01:00", "03:00", "04:00"].map((time) => `2023-03-26-${time}`));
  });

  test("Asia/Kathmandu, a quarter past the hour elsewhere", () => {
    const space = open(
      hourlyPartitions({ start: "2024-01-01", timezone: "Asia/Kathmandu" }),
      "2023-12-31T20:20Z",
    ) as TimeSpace;
    assert.deepEqual(keysOf(space), ["2024-01-01-00:00", "2024-01-01-01:00"]);
    assert.equal(space.startAt(1), Date.parse("2023-12-31T19:15Z"));
  });

  test("Australia/Lord_Howe, with the half hour that repeats", () => {
    const quarters = timePartitions({
      cron: "*/15 * * * *",
      start: "2023-04-02T01:15",
      end: "2023-04-02T02:15",
      timezone: "Australia/Lord_Howe",
    });
    const expected = ["01:15", "01:30", "01:45", "01:30+1030", "01:45+1030", "02:00"];
    assert.deepEqual(keys(quarters, "2024-01-01T00:00Z"), expected.map((time) => `2023-04-02-${time}`));
  });

  test("with the offset written, nothing is added", () => {
    const hours = { start: "2021-11-07T01:00", end: "2021-11-07T02:00", timezone: "US/Central" };
    const written = keys(hourlyPartitions({ ...hours, keyFormat: "%Y-%m-%dT%H%z" }), "2022-01-01T00:00Z");
    assert.deepEqual(written, ["2021-11-07T01-0500", "2021-11-07T01-0600"]);
  });

  test("of every unit", () => {
    const now = "2024-03-15T12:00Z";
    assert.deepEqual(keys(weeklyPartitions({ start: "2024-02-20" }), now), ["2024-02-25", "2024-03-03"]);
    assert.deepEqual(keys(weeklyPartitions({ start: "2024-02-20", dayOffset: 5, hourOffset: 11 }), now), [
      "2024-02-23",
      "2024-03-01",
      "2024-03-08",
    ]);
    assert.deepEqual(keys(monthlyPartitions({ start: "2023-12-02", keyFormat: "%Y-%m" }), now), [
      "2024-01",
      "2024-02",
    ]);
    assert.deepEqual(keys(monthlyPartitions({ start: "2023-10-02", dayOffset: 31 }), now), [
      "2023-10-31",
      "2023-12-31",
    ]);
    assert.deepEqual(keys(timePartitions({ cron: "0 0 1 1 *", start: "2020-06-01", keyFormat: "%Y" }), now), [
      "2021",
      "2022",
      "2023",
    ]);
  });
});

describe("which windows exist", () => {
  const days = (options: object) => dailyPartitions({ start: "2024-01-01", ...options });
  const noon = "2024-01-04T12:00Z";

  test("those that have ended", () => {
    assert.deepEqual(keys(days({}), noon), ["2024-01-01", "2024-01-02", "2024-01-03"]);
    assert.deepEqual(keys(days({}), "2024-01-02T00:00Z"), ["2024-01-01"]);
    assert.deepEqual(keys(days({}), "2024-01-01T23:59Z"), []);
    assert.deepEqual(keys(days({}), "2020-01-01T00:00Z"), []);
  });

  test("and as many more or fewer as the end offset says", () => {
    const counts = [-4, -3, -2, -1, 0, 1, 2, 3].map((endOffset) => keys(days({ endOffset }), noon).length);
    assert.deepEqual(counts, [0, 0, 1, 2, 3, 4, 5, 6]);
  });

  test("a definition that starts tomorrow has its first key today, one window ahead", () => {
    const tomorrow = { start: "2024-01-05" };
    const listed = [0, 1, 2].map((endOffset) => keys(days({ ...tomorrow, endOffset }), noon));
    assert.deepEqual(listed, [[], ["2024-01-05"], ["2024-01-05"]]);
    assert.deepEqual(keys(days({ start: "2024-01-06", endOffset: 1 }), noon), []);
  });

  test("none that ends after the end", () => {
    assert.deepEqual(keys(days({ end: "2024-01-03" }), noon), ["2024-01-01", "2024-01-02"]);
    assert.deepEqual(keys(days({ end: "2024-01-03T23:59" }), noon), ["2024-01-01", "2024-01-02"]);
    assert.deepEqual(keys(days({ end: "2024-01-03", endOffset: 2 }), noon), ["2024-01-01", "2024-01-02"]);
    assert.deepEqual(keys(days({ end: "2024-01-03", endOffset: -1 }), noon), ["2024-01-01", "2024-01-02"]);
    assert.deepEqual(keys(days({ end: "2024-01-03", endOffset: -1 }), "2024-01-03T12:00Z"), ["2024-01-01"]);
    assert.deepEqual(keys(days({ end: "2024-01-01T12:00" }), noon), ["2024-01-01"], "but always the first");
  });

  test("none that is excluded; offsets are counted in the others", () => {
    const rule = { exclusions: ["2024-01-02", "0 0 * * 0", "2024-01-03T05:00"] };
    assert.deepEqual(keys(days(rule), "2024-01-09T12:00Z"), [
      "2024-01-01",
      "2024-01-03",
      "2024-01-04",
      "2024-01-05",
      "2024-01-06",
      "2024-01-08",
    ]);
    assert.deepEqual(keys(days({ ...rule, endOffset: -2 }), "2024-01-09T12:00Z").at(-1), "2024-01-05");
    assert.deepEqual(keys(days({ ...rule, endOffset: 1 }), "2024-01-06T12:00Z").at(-1), "2024-01-06");
    assert.deepEqual(keys(days({ ...rule, endOffset: 2 }), "2024-01-06T12:00Z").at(-1), "2024-01-08");
  });

  test("33,662 hours in a zone with summer time", () => {
    const hours = hourlyPartitions({ start: "2018-06-01", timezone: "America/New_York" });
    const startMs = Date.parse("2018-06-01T04:00Z");
    const space = openSpace(hours, {
      nowMs: startMs + 33_662 * HOUR + 1,
      dynamicKeys: () => [],
    }) as TimeSpace;
    assert.equal(space.size, 33_662);
    assert.equal(space.endAt(33_661), startMs + 33_662 * HOUR);
    const all = keysOf(space);
    assert.equal(new Set(all).size, 33_662);
    assert.equal(all.filter((key) => key.length > 16).length, 4, "four hours happened twice");
    assert.ok(all.every((key, index) => space.indexOf(key) === index));
  });
});

describe("a space of windows", () => {
  const space = open(
    dailyPartitions({
      start: "2024-03-08",
      end: "2024-03-13",
      timezone: "America/New_York",
      exclusions: ["2024-03-11"],
    }),
    "2025-01-01T00:00Z",
  ) as TimeSpace;

  test("knows starts and ends, the last one too", () => {
    const windows = keysOf(space).map((key, index) => [key, space.startAt(index), space.endAt(index)]);
    assert.deepEqual(windows, [
      ["2024-03-08", Date.parse("2024-03-08T05:00Z"), Date.parse("2024-03-09T05:00Z")],
      ["2024-03-09", Date.parse("2024-03-09T05:00Z"), Date.parse("2024-03-10T05:00Z")],
      ["2024-03-10", Date.parse("2024-03-10T05:00Z"), Date.parse("2024-03-11T04:00Z")],
      ["2024-03-12", Date.parse("2024-03-12T04:00Z"), Date.parse("2024-03-13T04:00Z")],
    ]);
    const ahead = open(
      dailyPartitions({ start: "2024-01-01", endOffset: 1 }),
      "2024-01-01T12:00Z",
    ) as TimeSpace;
    assert.equal(ahead.endAt(0), Date.parse("2024-01-02T00:00Z"));
  });

  test("finds windows by instant", () => {
    assert.equal(space.indexFrom(0), 0);
    assert.equal(space.indexFrom(space.startAt(1)), 1);
    assert.equal(space.indexFrom(space.startAt(1) + 1), 2);
    assert.equal(space.indexFrom(space.startAt(3) + 1), 4);
    assert.equal(space.indexAt(space.startAt(2)), 2);
    assert.equal(space.indexAt(space.startAt(2) + 1), -1);
    assert.equal(space.indexAt(Date.parse("2024-03-11T04:00Z")), -1);
    assert.equal(space.timezone, "America/New_York");
  });

  test("has no other keys", () => {
    const others = [
      "2024-03-11",
      "2024-03-13",
      "2024-03-07",
      "2024-3-8",
      "2024-03-08 ",
      "2024-03-08-0500",
      "",
      "x",
    ];
    for (const key of others) assert.equal(space.indexOf(key), -1, key);
  });

  test("refuses indices outside", () => {
    for (const index of [-1, 4, 0.5, NaN, Infinity]) {
      assert.throws(() => space.keyAt(index), RangeError);
      assert.throws(() => space.startAt(index), RangeError);
      assert.throws(() => space.endAt(index), RangeError);
    }
  });

  test("stays as it was when the same definition is opened later", () => {
    const hours = hourlyPartitions({ start: "2024-01-01" });
    const early = open(hours, "2024-01-01T03:30Z") as TimeSpace;
    const late = open(hours, "2024-06-01T00:00Z") as TimeSpace;
    const again = open(hours, "2024-01-01T02:30Z");
    assert.deepEqual([early.size, again.size, late.size], [3, 2, 152 * 24]);
    assert.equal(early.endAt(2), Date.parse("2024-01-01T03:00Z"));
    assert.equal(early.indexOf("2024-01-01-03:00"), -1);
    assert.equal(late.indexOf("2024-01-01-03:00"), 3);
  });

  test("follows its definition, and not a copy that is changed", () => {
    const copy = { ...dailyPartitions({ start: "2024-01-01" }) };
    assert.equal(open(copy, "2024-01-05T00:00Z").size, 4);
    copy.startMs = Date.UTC(2024, 0, 3);
    assert.equal(open(copy, "2024-01-05T00:00Z").size, 2);
  });
});

/** Definitions by time of many kinds, over changes of the clock. */
const timed: fc.Arbitrary<Partitions> = fc.record({
  cron: fc.constantFrom(
    "0 * * * *",
    "*/20 * * * *",
    "30 1 * * *",
    "0 0 * * *",
    "0,30 1-3 * * *",
    "0 12 * * 1,4",
    "0 0 L * *",
  ),
  start: fc.constantFrom("2021-10-20", "2023-03-20", "2023-10-25T05:30", "2011-12-28"),
  timezone: fc.constantFrom(
    "UTC",
    "America/New_York",
    "Europe/Dublin",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Havana",
    "Asia/Kathmandu",
  ),
  keyFormat: fc.constantFrom("%Y-%m-%d-%H:%M", "%y%j %I:%M%p", "%Y%m%dT%H%M%z", "%d %b %Y, %H.%M"),
  exclusions: fc.subarray(["0 3 * * *", "0 0 * * 0"]),
}).map(timePartitions);

describe("every space", () => {
  test("has keys that are unique and read back to their index", () => {
    fc.assert(
      fc.property(timed, fc.integer({ min: 0, max: 20 * 24 }), (partitions, hours) => {
        const nowMs = (partitions as { startMs: number }).startMs + hours * HOUR;
        const space = openSpace(partitions, { nowMs, dynamicKeys: () => [] });
        const all = keysOf(space);
        assert.equal(new Set(all).size, all.length);
        for (const [index, key] of all.entries()) assert.equal(space.indexOf(key), index, key);
      }),
      { seed: 1_461, numRuns: 250 },
    );
  });

  test("gives unpartitioned assets one cell without a name", () => {
    const unit = openSpace(undefined, at("2024-01-01"));
    assert.equal(unit.kind, "unit");
    assert.deepEqual([unit.size, unit.keyAt(0), unit.indexOf(""), unit.indexOf("x")], [1, "", 0, -1]);
    assert.throws(() => unit.keyAt(1), RangeError);
  });

  test("keeps names in the order of their list", () => {
    const listed = ["b", "a", "10", "9", "__proto__", "a,b", "a/b"];
    const space = open(staticPartitions(listed), "2024-01-01");
    assert.deepEqual(keysOf(space), listed);
    assert.deepEqual(listed.map((key) => space.indexOf(key)), [0, 1, 2, 3, 4, 5, 6]);
    assert.equal(space.indexOf("constructor"), -1);
    assert.throws(() => space.keyAt(7), RangeError);
  });

  test("asks for dynamic keys by name, and keeps them", () => {
    const list = ["c1", "c2"];
    const asked: string[] = [];
    const space = openSpace(dynamicPartitions("customers"), {
      nowMs: 0,
      dynamicKeys: (name) => {
        asked.push(name);
        return list;
      },
    });
    list.push("c3");
    assert.deepEqual([asked, keysOf(space), space.indexOf("c3")], [["customers"], ["c1", "c2"], -1]);
  });
});

describe("several dimensions", () => {
  const region = staticPartitions(["us", "eu"]);
  const date = dailyPartitions({ start: "2024-08-01" });
  const now = "2024-08-03T12:00Z";

  test("make the product of their keys, the last name fastest", () => {
    const space = open(multiPartitions({ region, date }), now);
    assert.deepEqual(keysOf(space), ["2024-08-01|us", "2024-08-01|eu", "2024-08-02|us", "2024-08-02|eu"]);
    assert.deepEqual(keysOf(space).map((key) => space.indexOf(key)), [0, 1, 2, 3]);
    assert.ok(space.kind === "multi");
    assert.deepEqual(space.dimensions.map(({ name, stride }) => [name, stride]), [["date", 2], [
      "region",
      1,
    ]]);
  });

  test("may be any number", () => {
    const size = staticPartitions(["s", "m", "l"]);
    const four = multiPartitions({ size, region, Colour: staticPartitions(["red", "blue"]), date });
    const space = open(four, now);
    assert.equal(space.size, 24);
    assert.equal(space.keyAt(0), "red|2024-08-01|us|s");
    assert.equal(space.keyAt(23), "blue|2024-08-02|eu|l");
    assert.ok(keysOf(space).every((key, index) => space.indexOf(key) === index));
    assert.deepEqual(keysOf(open(multiPartitions({ region }), now)), ["us", "eu"]);
  });

  test("have no other keys", () => {
    const space = open(multiPartitions({ region, date }), now);
    const others = [
      "us|2024-08-01",
      "2024-08-01",
      "2024-08-01|us|",
      "2024-08-01|asia",
      "2024-8-1|us",
      "|",
      "",
    ];
    for (const key of others) assert.equal(space.indexOf(key), -1, key);
  });

  test("are empty when one of them is", () => {
    const space = open(multiPartitions({ region, date }), "2024-01-01T00:00Z");
    assert.equal(space.size, 0);
    assert.equal(space.indexOf("2024-08-01|us"), -1);
    assert.throws(() => space.keyAt(0), RangeError);
  });

  test("may have 2^53 cells and no more", () => {
    const thousands = staticPartitions(Array.from({ length: 8192 }, (_, index) => `k${index}`));
    const two = staticPartitions(["a", "b"]);
    const largest = { a: thousands, b: thousands, c: thousands, d: thousands, e: two };
    const space = open(multiPartitions(largest), now);
    assert.equal(space.size, 2 ** 53);
    assert.equal(space.keyAt(2 ** 53 - 1), "k8191|k8191|k8191|k8191|b");
    assert.equal(space.indexOf("k8191|k8191|k8191|k8191|a"), 2 ** 53 - 2);
    assert.throws(() => open(multiPartitions({ ...largest, f: two }), now), (error: unknown) => {
      assert.ok(error instanceof SluiceError && error.code === "PARTITIONS_INVALID");
      assert.match(error.message, /more than 2\^53 partitions: a \(8192\) x .* x f \(2\)/);
      return true;
    });
  });

  test("refuse dynamic keys that would make their keys ambiguous", () => {
    const cells = multiPartitions({ customer: dynamicPartitions("customers"), date });
    assert.equal(open(cells, now, ["a", "b"]).size, 4);
    assert.throws(
      () => open(cells, now, ["a", "b|c"]),
      /PARTITIONS_INVALID: The dynamic key "b\|c" of .*"customer"/,
    );
    assert.equal(open(dynamicPartitions("customers"), now, ["b|c"]).size, 1);
  });
});

describe("a range of keys", () => {
  const days = open(dailyPartitions({ start: "2024-01-01" }), "2024-01-11T00:00Z");
  const range = (space: PartitionSpace, start: string, end: string) =>
    [...rangeOf(space, start, end).indices()].map((index) => space.keyAt(index));

  test("holds both ends", () => {
    assert.deepEqual(range(days, "2024-01-03", "2024-01-05"), ["2024-01-03", "2024-01-04", "2024-01-05"]);
    assert.deepEqual(range(days, "2024-01-03", "2024-01-03"), ["2024-01-03"]);
    assert.equal(rangeOf(days, "2024-01-01", "2024-01-10").size, 10);
  });

  test("is empty when reversed", () => {
    assert.equal(rangeOf(days, "2024-01-05", "2024-01-03").size, 0);
  });

  test("goes by the order of static keys", () => {
    const space = open(staticPartitions(["b", "c", "a"]), "2024-01-01");
    assert.deepEqual(range(space, "b", "a"), ["b", "c", "a"]);
    assert.deepEqual(range(space, "a", "b"), []);
  });

  test("is the product of the ranges of dimensions", () => {
    const cells = multiPartitions({
      date: dailyPartitions({ start: "2024-01-01" }),
      region: staticPartitions(["us", "eu", "asia"]),
      size: staticPartitions(["s", "m", "l"]),
    });
    const space = open(cells, "2024-01-11T00:00Z");
    assert.deepEqual(range(space, "2024-01-02|eu|s", "2024-01-03|asia|m"), [
      "2024-01-02|eu|s",
      "2024-01-02|eu|m",
      "2024-01-02|asia|s",
      "2024-01-02|asia|m",
      "2024-01-03|eu|s",
      "2024-01-03|eu|m",
      "2024-01-03|asia|s",
      "2024-01-03|asia|m",
    ]);
    assert.equal(
      rangeOf(space, "2024-01-02|eu|m", "2024-01-03|us|l").size,
      0,
      "one reversed dimension empties all",
    );
    assert.equal(rangeOf(space, "2024-01-01|us|s", "2024-01-10|asia|l").size, 90);
  });

  test("needs keys that exist", () => {
    for (const [start, end] of [["2024-01-00", "2024-01-03"], ["2024-01-01", "2024-01-11"]]) {
      assert.throws(() => rangeOf(days, start, end), (error: unknown) => {
        assert.ok(error instanceof SluiceError && error.code === "PARTITION_UNKNOWN");
        assert.match(error.message, /Keys run from "2024-01-01" to "2024-01-10"/);
        return true;
      });
    }
    const none = open(dailyPartitions({ start: "2024-01-01" }), "2020-01-01T00:00Z");
    assert.throws(() => requireIndex(none, "2024-01-01"), /There are no partitions at this time/);
    assert.throws(() => requireIndex(openSpace(undefined, at("2024-01-01")), "x"), /has no partitions/);
    assert.equal(requireIndex(days, "2024-01-02"), 1);
  });
});
