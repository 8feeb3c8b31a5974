import assert from "node:assert/strict";
import { describe, test } from "bun:test";
import { SluiceError } from "../../../src/model/issue.ts";
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
import type { SpecificMapping } from "../../../src/model/partitions/mapping.ts";

function isFrozenThrough(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozenThrough);
}

describe("mapping factories", () => {
  test("give frozen data, also inside", () => {
    const mappings = [
      identityMapping(),
      allMapping(),
      lastMapping(),
      specificMapping("us"),
      specificMapping(["us", "eu"]),
      staticMapping({ us: "america", de: ["europe", "eu"] }),
      timeWindowMapping({ startOffset: -1 }),
      multiToSingleMapping("date"),
      multiMapping({ day: { dimension: "month", mapping: timeWindowMapping() } }),
      customMapping({ name: "same", upstream: (key) => [key], downstream: (key) => [key] }),
    ];
    for (const mapping of mappings) assert.ok(isFrozenThrough(mapping), mapping.kind);
  });

  test("do not follow a list or table that changes later", () => {
    const keys = ["us"];
    const table = { us: ["america"] };
    const [specific, fixed] = [specificMapping(keys), staticMapping(table)];
    keys.push("eu");
    table.us.push("asia");
    assert.deepEqual(specific.keys, ["us"]);
    assert.deepEqual(fixed.downstreamByUpstream.us, ["america"]);
  });

  test("keep literal keys in their types", () => {
    const one: SpecificMapping<"us", false> = specificMapping("us");
    const many: SpecificMapping<"us" | "eu", true> = specificMapping(["us", "eu"]);
    assert.deepEqual([one.list, many.list], [false, true]);
    assert.equal(multiToSingleMapping("date").dimension satisfies "date" | undefined, "date");
    assert.equal(multiToSingleMapping().dimension, undefined);
  });

  test("drop keys that are given twice", () => {
    assert.deepEqual(specificMapping(["us", "eu", "us"]).keys, ["us", "eu"]);
    assert.deepEqual(staticMapping({ us: ["a", "a"] }).downstreamByUpstream.us, ["a"]);
  });

  test("hold user text in records that inherit nothing", () => {
    const mapping = staticMapping({ ["__proto__"]: "constructor" });
    assert.deepEqual(Object.keys(mapping.downstreamByUpstream), ["__proto__"]);
    assert.equal(mapping.downstreamByUpstream.constructor, undefined);
    assert.equal(multiMapping({}).upstream.toString, undefined);
  });

  test("count offsets from zero and refuse those that never read anything", () => {
    assert.deepEqual(timeWindowMapping(), {
      kind: "time-window",
      startOffset: 0,
      endOffset: 0,
      allowNonexistent: false,
    });
    for (
      const options of [{ startOffset: 1 }, { endOffset: -1 }, { startOffset: 0.5, endOffset: 1 }, {
        endOffset: NaN,
      }]
    ) {
      assert.throws(() => timeWindowMapping(options), (error) => {
        return error instanceof SluiceError && error.code === "MAPPING_INVALID";
      }, JSON.stringify(options));
    }
    assert.equal(timeWindowMapping({ startOffset: 2, endOffset: 2 }).startOffset, 2);
  });

  test("refuse a specific mapping without keys", () => {
    assert.throws(() => specificMapping([]), /MAPPING_INVALID: A specific mapping names no partition/);
  });
});
