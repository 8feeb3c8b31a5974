import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { KeyIndex } from "../../src/model/key_index.ts";

describe("an index of keys", () => {
  test("numbers texts in the order in which they come", () => {
    const index = new KeyIndex();
    assert.deepEqual(["b", "a", "b", "", "a"].map((key) => index.numberOf(key)), [0, 1, 0, 2, 1]);
    assert.deepEqual(index.keys, ["b", "a", ""]);
    assert.deepEqual([index.find("a"), index.find("c")], [1, -1]);
  });

  test("looks for nothing in an empty one", () => {
    assert.equal(new KeyIndex().find("a"), -1);
  });

  test("does what a Map does", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 3 }), { maxLength: 500 }), (keys) => {
        const index = new KeyIndex();
        const expected = new Map<string, number>();
        for (const key of keys) {
          assert.equal(index.find(key), expected.get(key) ?? -1);
          if (!expected.has(key)) expected.set(key, expected.size);
          assert.equal(index.numberOf(key), expected.get(key));
        }
        assert.deepEqual(index.keys, [...expected.keys()]);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  test("keeps a hundred thousand keys apart", () => {
    const index = new KeyIndex();
    for (let key = 0; key < 100_000; key++) assert.equal(index.numberOf(`layer/n${key}`), key);
    for (let key = 0; key < 100_000; key++) assert.equal(index.find(`layer/n${key}`), key);
    assert.equal(index.find("layer/n100000"), -1);
  });
});
