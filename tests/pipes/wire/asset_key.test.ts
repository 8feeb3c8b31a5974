import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { formatAssetKey, parseAssetKey } from "../../../src/pipes/wire/asset_key.ts";

describe("asset keys", () => {
  test("survive a round trip, whatever their parts hold", () => {
    const part = fc.string({ unit: fc.constantFrom("a", "/", "\\", ".", " ", "\u00e9") });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1 }), (parts) => {
        assert.deepEqual(parseAssetKey(formatAssetKey(parts)), parts);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  test("are text that is escaped already, or parts", () => {
    assert.equal(formatAssetKey("raw/orders"), "raw/orders");
    assert.equal(formatAssetKey(["raw", "a/b\\c"]), "raw/a\\/b\\\\c");
    assert.deepEqual(parseAssetKey(["raw", "a/b"]), ["raw", "a/b"]);
  });
});
