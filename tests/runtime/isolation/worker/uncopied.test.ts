import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { findUncopied } from "../../../../src/runtime/isolation/worker/uncopied.ts";

describe("findUncopied", () => {
  test("names the way to the first part that is no data", () => {
    const cyclic: Record<string, unknown> = { date: new Date(0), bytes: new Uint8Array(3) };
    cyclic.self = cyclic;
    assert.deepEqual(
      [
        findUncopied(() => 1),
        findUncopied({ rows: [1, { parse: Number }] }),
        findUncopied({ "a b": Symbol("s") }),
        findUncopied(new Map([["k", Promise.resolve()]])),
        findUncopied(new Set([1, new WeakMap()])),
        findUncopied({ ...cyclic, last: { run() {} } }),
        findUncopied(cyclic),
        findUncopied(undefined),
      ],
      [
        "the value is a function",
        "the value.rows[1].parse is the function Number",
        'the value["a b"] is a symbol',
        "the value.get(k) is a Promise",
        "the value.values() is a WeakMap",
        "the value.last.run is the function run",
        undefined,
        undefined,
      ],
    );
  });

  test("refuses what a structured clone refuses, and nothing else", () => {
    for (
      const value of [1, "a", null, [1, { a: new Date(0) }], new Map([[1, new Set([2])]]), new Error("e")]
    ) {
      assert.doesNotThrow(() => structuredClone(value));
      assert.equal(findUncopied(value), undefined);
    }
    for (const value of [() => 1, { a: [Symbol("s")] }, new WeakMap(), Promise.resolve()]) {
      assert.throws(() => structuredClone(value));
      assert.notEqual(findUncopied(value), undefined);
    }
  });
});
