/** The page of the catalogue: every number is there, and what it names is there too. */
import { test } from "bun:test";
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { root } from "../support/runtime.ts";

const page = readFileSync(new URL("README.md", import.meta.url), "utf8");
const rows = [...page.matchAll(/^\| T(\d\d) +\|[^|]+\| (.*?) *\|$/gm)];

test("tests/catalogue/README.md has every number once, with tests that are there", () => {
  assert.deepEqual(
    rows.map(([, number]) => Number(number)),
    Array.from({ length: 47 }, (_, index) => index + 1).filter((number) => number !== 40),
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
