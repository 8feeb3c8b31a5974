/** docs/control-flow.md: its table is that of the rules. Its program is run with those of all pages. */
import { test } from "bun:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { TRIGGER_RULES, triggerNeeds } from "../../../src/model/assets/trigger_rule.ts";
import { ENDS, VERDICTS } from "../../support/trigger_vectors.ts";

const page = readFileSync(new URL("../../../docs/control-flow.md", import.meta.url), "utf8");

test("docs/control-flow.md says of every rule when a step runs, and what it is otherwise", () => {
  const rows = [...page.matchAll(/^\| `(\w+)` +\| (.+?) +\| (.*?) +\|$/gm)].map(([, ...cells]) => cells);
  const expected = TRIGGER_RULES.map((rule) => {
    const letters = VERDICTS[rule];
    const otherwise = [letters.includes("F") && "`upstream_failed`", letters.includes("S") && "skipped"];
    return [rule, triggerNeeds(rule), otherwise.filter(Boolean).join(" or ")];
  });
  assert.equal(ENDS.length, 4);
  assert.deepEqual(rows, expected);
});
