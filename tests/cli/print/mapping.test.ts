import { describe, test } from "bun:test";
import assert from "node:assert/strict";
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
} from "sluice";
import { describeInput, describeMapping } from "../../../src/cli/print/mapping.ts";

describe("describeMapping", () => {
  test("says every kind in a few words", () => {
    const mappings = [
      identityMapping(),
      allMapping(),
      lastMapping(),
      specificMapping("us"),
      specificMapping(["a", "b", "c", "d"]),
      staticMapping({ us: "america", de: "europe" }),
      timeWindowMapping(),
      timeWindowMapping({ startOffset: -6 }),
      multiToSingleMapping(),
      multiToSingleMapping("date"),
      multiMapping({ day: { dimension: "month" }, region: { dimension: "region" } }),
      customMapping({ name: "lower", upstream: (key) => [key], downstream: (key) => [key] }),
    ];
    assert.deepEqual(mappings.map(describeMapping), [
      "identity",
      "all",
      "last",
      "specific us",
      "specific a, b, c and 1 more",
      "static over 2 keys",
      "time-window",
      "time-window -6 to 0",
      "multi-to-single",
      "multi-to-single by date",
      "multi day by month, region",
      "custom lower",
    ]);
  });
});

describe("describeInput", () => {
  test("marks what is not read", () => {
    const input = { key: "a", asset: undefined, optional: false };
    assert.equal(describeInput({ ...input, name: "a", mapping: undefined }), "");
    assert.equal(describeInput({ ...input, name: undefined, mapping: allMapping() }), "all, after");
  });
});
