import assert from "node:assert/strict";
import { describe, test } from "bun:test";
import type { Partitions } from "../../../src/model/partitions/definition.ts";
import { inferMapping, inputShape } from "../../../src/model/partitions/infer.ts";
import {
  allMapping,
  customMapping,
  identityMapping,
  lastMapping,
  multiMapping,
  multiToSingleMapping,
  specificMapping,
  staticMapping,
  timeWindowMapping,
} from "../../../src/model/partitions/mapping.ts";
import type { Mapping } from "../../../src/model/partitions/mapping.ts";
import { dynamic, multi, names, windows } from "./support.ts";

const days = windows("day");
const hours = windows("hour");
const months = windows("month");
const regions = names("eu", "us");
const users = dynamic("users");
const grid = multi({ date: days, region: regions });

/** The inferred mapping, or the code of the reason why there is none. */
function inferred(downstream?: Partitions, upstream?: Partitions): unknown {
  const inference = inferMapping(downstream, upstream);
  return "issue" in inference ? inference.issue.code : inference.mapping;
}

describe("the mapping that holds when none is given", () => {
  test("is all when a side has no partitions", () => {
    assert.equal(inferred(undefined, undefined), allMapping());
    assert.equal(inferred(days, undefined), allMapping());
    assert.equal(inferred(undefined, grid), allMapping());
  });

  test("is by window between windows, by key between equal kinds", () => {
    assert.deepEqual(inferred(days, days), timeWindowMapping());
    assert.deepEqual(inferred(months, hours), timeWindowMapping());
    assert.equal(inferred(names("us"), regions), identityMapping());
    assert.equal(inferred(users, dynamic("users")), identityMapping());
  });

  test("is none between unlike partitions", () => {
    assert.equal(inferred(days, regions), "MAPPING_INVALID");
    assert.equal(inferred(users, regions), "MAPPING_INVALID");
    assert.equal(inferred(users, dynamic("teams")), "MAPPING_INVALID");
    assert.equal(inferred(names("asia"), regions), "PARTITION_UNKNOWN");
  });

  test("is by the dimension that equals the single side, or the only one that can go with it", () => {
    assert.deepEqual(inferred(regions, grid), multiToSingleMapping("region"));
    assert.deepEqual(inferred(grid, days), multiToSingleMapping("date"));
    assert.deepEqual(inferred(grid, hours), multiToSingleMapping("date"));
    const twoTimes = multi({ day: days, month: months });
    assert.deepEqual(inferred(months, twoTimes), multiToSingleMapping("month"));
    assert.equal(inferred(hours, twoTimes), "MAPPING_INVALID");
    const twice = multi({ from: regions, to: regions });
    assert.equal(inferred(regions, twice), "MAPPING_INVALID");
    const later = windows("day", { start: "2024-02-01T00:00:00Z" });
    assert.deepEqual(inferred(later, multi({ a: days, b: later })), multiToSingleMapping("b"));
    assert.equal(inferred(users, grid), "MAPPING_INVALID");
  });

  test("follows dimensions of the same name", () => {
    assert.equal(inferred(grid, multi({ date: days, region: regions })), identityMapping());
    const monthly = multi({ date: months, region: regions, source: users });
    const mapping = inferred(grid, monthly) as Mapping;
    assert.deepEqual(mapping, multiMapping({ date: { dimension: "date" }, region: { dimension: "region" } }));
    assert.equal(inferred(grid, multi({ day: days, place: regions })), "MAPPING_INVALID");
    assert.equal(inferred(grid, multi({ date: regions, region: regions })), "MAPPING_INVALID");
  });
});

describe("how an input arrives", () => {
  test("without a mapping", () => {
    const shapes: [Partitions | undefined, Partitions | undefined, string][] = [
      [undefined, undefined, "one"],
      [days, undefined, "one"],
      [undefined, days, "many"],
      [undefined, names("us"), "many"],
      [regions, regions, "one"],
      [users, users, "one"],
      [grid, days, "one"],
      [grid, months, "one"],
      [grid, hours, "many"],
      [grid, regions, "one"],
      [days, grid, "many"],
      [grid, grid, "one"],
      [grid, multi({ date: months, region: regions }), "one"],
      [grid, multi({ date: hours, region: regions }), "many"],
      [grid, multi({ date: days, region: regions, source: users }), "many"],
      [multi({ date: days, region: regions, source: users }), grid, "one"],
    ];
    for (const [downstream, upstream, expected] of shapes) {
      assert.equal(
        inputShape(undefined, downstream, upstream),
        expected,
        `${downstream?.kind} ${upstream?.kind}`,
      );
    }
  });

  test("from one cadence to another", () => {
    const units = ["hour", "day", "week", "month", "day+6h", "30 4 * * 1"];
    const one = new Set([
      ...units.map((unit) => `${unit} reads ${unit}`),
      "hour reads day",
      "hour reads week",
      "hour reads month",
      "day reads week",
      "day reads month",
    ]);
    for (const down of units) {
      for (const up of units) {
        const shape = inputShape(undefined, unitOf(down), unitOf(up));
        assert.equal(shape, one.has(`${down} reads ${up}`) ? "one" : "many", `${down} reads ${up}`);
      }
    }
  });

  test("with a mapping", () => {
    const custom = customMapping({ name: "any", upstream: () => [], downstream: () => [] });
    const shapes: [Mapping, Partitions | undefined, Partitions, string][] = [
      [identityMapping(), days, days, "one"],
      [identityMapping(), grid, grid, "one"],
      [lastMapping(), undefined, days, "one"],
      [specificMapping("us"), undefined, regions, "one"],
      [specificMapping(["us"]), undefined, regions, "many"],
      [allMapping(), regions, regions, "many"],
      [staticMapping({ us: "us" }), regions, regions, "many"],
      [timeWindowMapping(), days, days, "many"],
      [timeWindowMapping({ startOffset: -1, endOffset: -1 }), days, days, "many"],
      [multiToSingleMapping("date"), days, grid, "many"],
      [multiToSingleMapping("date"), grid, days, "one"],
      [multiToSingleMapping(), grid, months, "one"],
      [multiToSingleMapping("date"), grid, hours, "many"],
      [multiMapping({ date: { dimension: "date" }, region: { dimension: "region" } }), grid, grid, "many"],
      [custom, days, days, "many"],
    ];
    for (const [mapping, downstream, upstream, expected] of shapes) {
      assert.equal(inputShape(mapping, downstream, upstream), expected, mapping.kind);
    }
  });

  test("is an error where no relation is", () => {
    assert.throws(() => inputShape(undefined, days, regions), /MAPPING_INVALID/);
    assert.throws(() => inputShape(undefined, grid, users), /MAPPING_INVALID/);
    assert.throws(() => inputShape(undefined, grid, multi({ date: users })), /MAPPING_INVALID/);
  });
});

/** Windows known by a unit; only the unit counts here. */
function unitOf(unit: string): Partitions {
  return { ...days, unit };
}
