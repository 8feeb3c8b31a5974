import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { Places, receiptPath, valuePath } from "../../../src/io/files/place.ts";
import { hostileAddresses } from "../../../src/testing/hostile_keys.ts";

const places = new Places("values");

function pathOf(asset: string, partition?: string): string {
  return valuePath(places.of({ asset, partition }), "json").replaceAll("\\", "/");
}

describe("Places", () => {
  test("puts a value where a person looks for it", () => {
    assert.equal(pathOf("report"), "values/report.json");
    assert.equal(pathOf("mart/revenue"), "values/mart/revenue.json");
    assert.equal(pathOf("raw/orders", "2026-01-01"), "values/raw/orders.parts/2026-01-01.json");
  });

  test("puts the receipt beside it", () => {
    const place = places.of({ asset: "raw/orders", partition: "2026-01-01" });
    assert.equal(receiptPath(place), join("values", "raw", "orders.parts", ".receipts", "2026-01-01.json"));
  });

  test("never gives two addresses one path, nor one the folder of another, whatever the format", () => {
    const files = new Set<string>();
    const folders = new Set<string>();
    for (const address of hostileAddresses()) {
      const place = places.of(address);
      for (const path of [valuePath(place, "json"), valuePath(place, "txt"), receiptPath(place)]) {
        assert.ok(!files.has(path.toLowerCase()), path);
        files.add(path.toLowerCase());
        for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
          folders.add(folder.toLowerCase());
        }
      }
    }
    assert.deepEqual([...files].filter((path) => folders.has(path)), []);
  });
});
