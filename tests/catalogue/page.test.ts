/** The page of the catalogue: every number is there, and what it names is there too. */
import { test } from "bun:test";
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { root } from "../support/runtime.ts";

const page = readFileSync(new URL("README.md", import.meta.url), "utf8");
const rows = [...page.matchAll(/^\| T(\d\d) +\|[^|]+\| (.*?) *\|$/gm)];

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

test("tests/catalogue/README.md has every number once, with tests that are there", () => {
  assert.deepEqual(
    rows.map(([, number]) => Number(number)),
    [...range(1, 39), ...range(41, 47), ...range(54, 61), 63],
  );
  for (const [, number, held] of rows) {
    const named = [...held.matchAll(/`([^`]+\.ts)`(?:: ([^;]+))?/g)];
    assert.ok(named.length > 0, `T${number} is held by nothing`);
    for (const [, path, name] of named) {
      assert.ok(existsSync(root + path), path);
      if (name !== undefined) {
        assert.ok(readFileSync(root + path, "utf8").includes(name.trim()), `${path}: ${name}`);
      }
    }
  }
});
