/** docs/secrets.md: every spelling of its table is hidden. Its programs are run with those of all pages. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { openMask } from "../../../src/runtime/redact/mask.ts";

const page = readFileSync(new URL("../../../docs/secrets.md", import.meta.url), "utf8");
const [, secret] = /spellings, here of `([^`]+)`/.exec(page) ?? [];
const rows = [...page.matchAll(/^\| ([^|]+?) +\| `(.+?)` +\|$/gm)].map((
  [, name, example],
) => [name, example]);

describe("docs/secrets.md", () => {
  test("names spellings that are hidden, each of them another one", () => {
    assert.equal(rows.length, 12);
    assert.equal(new Set(rows.map(([, example]) => example)).size, 12);
    const mask = openMask();
    mask.conceal(secret);
    for (const [name, example] of rows) {
      const masked = mask.apply(example);
      assert.match(masked, /\*\*\*/, name);
      assert.doesNotMatch(masked, /wor|d29y|b3Jk|776f|p@s|p%40/, `${name}: ${masked}`);
    }
  });

  test("says from how many characters on a value is hidden", () => {
    assert.match(page, /fewer than four characters/);
    for (const [value, isEmpty] of [["abc", true], ["abcd", false]] as const) {
      const mask = openMask();
      mask.conceal(value);
      assert.equal(mask.isEmpty, isEmpty);
    }
  });
});
