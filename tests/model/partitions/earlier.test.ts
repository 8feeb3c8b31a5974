import assert from "node:assert/strict";
import { describe, test } from "bun:test";
import { isStrictlyEarlier } from "../../../src/model/partitions/earlier.ts";
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
import { dynamic, multi, names, relationOf, resolve, windows } from "./support.ts";

const days = windows("day");
const regions = names("eu", "us");
const grid = multi({ date: days, region: regions });
const yesterday = timeWindowMapping({ startOffset: -1, endOffset: -1 });
const sameDay = timeWindowMapping({ startOffset: -1 });

describe("a mapping of an asset onto itself is strictly earlier", () => {
  test("when its windows end before the window begins", () => {
    assert.ok(isStrictlyEarlier(yesterday, days));
    assert.ok(isStrictlyEarlier(timeWindowMapping({ startOffset: -7, endOffset: -2 }), days));
    assert.ok(!isStrictlyEarlier(sameDay, days));
    assert.ok(!isStrictlyEarlier(timeWindowMapping(), days));
    assert.ok(!isStrictlyEarlier(yesterday, regions));
  });

  test("when a table leads from earlier keys to later ones", () => {
    const steps = names("one", "two", "three");
    assert.ok(isStrictlyEarlier(staticMapping({ one: ["two", "three"], two: "three" }), steps));
    assert.ok(!isStrictlyEarlier(staticMapping({ one: "one" }), steps));
    assert.ok(!isStrictlyEarlier(staticMapping({ two: "one" }), steps));
    assert.ok(!isStrictlyEarlier(staticMapping({ zero: "one" }), steps));
    assert.ok(!isStrictlyEarlier(staticMapping({ one: "two" }), days));
  });

  test("when that holds along one dimension", () => {
    assert.ok(isStrictlyEarlier(multiMapping({ date: { dimension: "date", mapping: yesterday } }), grid));
    assert.ok(!isStrictlyEarlier(multiMapping({ date: { dimension: "date", mapping: sameDay } }), grid));
    assert.ok(!isStrictlyEarlier(multiMapping({ date: { dimension: "date" } }), grid));
    assert.ok(!isStrictlyEarlier(multiMapping({ region: { dimension: "date", mapping: yesterday } }), grid));
    assert.ok(!isStrictlyEarlier(multiMapping({ day: { dimension: "day", mapping: yesterday } }), grid));
    assert.ok(!isStrictlyEarlier(multiToSingleMapping("date"), grid));
  });

  test("and never when it is the same for all, the same key, or a function", () => {
    const functions = customMapping({ name: "none", upstream: () => [], downstream: () => [] });
    const others: (Mapping | undefined)[] = [
      undefined,
      identityMapping(),
      allMapping(),
      lastMapping(),
      specificMapping("eu"),
      functions,
    ];
    for (const mapping of others) {
      for (const partitions of [undefined, days, regions, dynamic("users"), grid]) {
        assert.ok(!isStrictlyEarlier(mapping, partitions), String(mapping?.kind));
      }
    }
  });

  test("only when every cell reads cells of smaller index along it", () => {
    const excluded = windows("day", { exclusions: ["0 0 * * 6"] });
    for (const partitions of [days, excluded, windows("hour", { start: "2024-02-09T00:00:00Z" })]) {
      for (const [startOffset, endOffset] of [[-1, -1], [-3, -1], [-5, -2]]) {
        const mapping = timeWindowMapping({ startOffset, endOffset });
        relationOf(resolve(mapping, partitions, partitions)).forEach((reads, index) => {
          assert.ok(reads.every((upstream) => upstream < index), `${index} reads ${reads}`);
        });
      }
    }
  });
});
