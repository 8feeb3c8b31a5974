import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { parseContext } from "../../../src/pipes/wire/context.ts";

const least = { run_id: "r", retry_number: 0, extras: {} };

describe("parseContext", () => {
  test("takes a context of the three required fields", () => {
    const context = parseContext(least);
    assert.deepEqual([context.runId, context.assetKeys, context.partitionKey, context.extras], [
      "r",
      null,
      null,
      {},
    ]);
  });

  test("keeps hostile names apart from the object's own", () => {
    const text =
      '{"run_id":"r","extras":{"__proto__":1},"code_version_by_asset_key":{"__proto__":"v","toString":null}}';
    const context = parseContext(JSON.parse(text));
    assert.ok(Object.hasOwn(context.extras, "__proto__"));
    assert.deepEqual([...context.codeVersionByAssetKey ?? []], [["__proto__", "v"], ["toString", null]]);
  });

  test("names the field that has another shape", () => {
    const wrong: readonly (readonly [unknown, string])[] = [
      [[], "context"],
      [{ ...least, run_id: 1 }, "run_id"],
      [{ ...least, asset_keys: "a" }, "asset_keys"],
      [{ ...least, asset_keys: ["a", 1] }, "asset_keys[1]"],
      [{ ...least, retry_number: 0.5 }, "retry_number"],
      [{ ...least, partition_key_range: { start: "a" } }, "partition_key_range.end"],
      [{ ...least, partition_time_window: { start: "a", end: "b" } }, "partition_time_window.start"],
      [{ ...least, provenance_by_asset_key: { a: {} } }, "provenance_by_asset_key.a.code_version"],
      [{ ...least, extras: [] }, "extras"],
    ];
    for (const [data, path] of wrong) {
      assert.throws(
        () => parseContext(data),
        (error: Error) => error.message.includes(` ${path} is not `),
        path,
      );
    }
  });
});
