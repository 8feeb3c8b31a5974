import { test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { defineAsset, freshWithin } from "sluice";
import type { Asset } from "../../../src/model/assets/declaration.ts";
import type { Issue } from "../../../src/model/issue.ts";
import { linkSteps } from "../../../src/model/links.ts";
import { checkAutomation } from "../../../src/model/validate/automation.ts";
import { checkNames } from "../../../src/model/validate/names.ts";
import { isPlain } from "../../../src/model/validate/plain.ts";
import { checkRules } from "../../../src/model/validate/rules.ts";

const numbers = fc.constantFrom(-1, 0, 1, 1.5, Infinity, NaN);
const texts = fc.constantFrom("default", "raw", "a b", "", "team:x", "ann@example.org");

const fields = fc.record({
  group: texts,
  owners: fc.array(texts, { maxLength: 1 }),
  kinds: fc.array(texts, { maxLength: 1 }),
  tags: fc.dictionary(texts, texts, { maxKeys: 1 }),
  pool: texts,
  timeoutMs: numbers,
  priority: numbers,
  batch: fc.boolean(),
  skippable: fc.boolean(),
  retry: fc.record({ maxRetries: numbers, delayMs: numbers, maxDelayMs: numbers }, { requiredKeys: [] }),
  backfill: fc.record({ maxPartitionsPerRun: numbers }),
  freshness: fc.constant(freshWithin({ failMs: 1 })),
  checks: fc.constant({ ok: () => true }),
  run: fc.constantFrom(() => 1, undefined),
});

/** An asset with up to three of the fields, right or wrong. */
const specs = fc.tuple(fields, fc.uniqueArray(fc.nat({ max: 13 }), { maxLength: 3 })).map((
  [all, places],
) => ({
  key: "a",
  run: () => 1,
  ...Object.fromEntries(places.map((place) => Object.entries(all)[place])),
}));

/** What the rules find when they look at it, however plain it is. */
function issuesOf(asset: Asset): readonly Issue[] {
  const none = { checks: [], jobs: [], schedules: [], sensors: [] };
  const links = { ...linkSteps([asset], []), notable: [asset["~step"]], ...none };
  const issues: Issue[] = [];
  for (const check of [checkNames, checkRules, checkAutomation]) check(links, issues);
  return issues;
}

test("no rule finds anything in a declaration that is plain", () => {
  let plain = 0;
  let refused = 0;
  fc.assert(
    fc.property(specs, (spec) => {
      const asset = defineAsset(spec as never) as Asset;
      const issues = issuesOf(asset);
      if (issues.length > 0) refused++;
      if (!isPlain(asset, asset["~step"])) return;
      plain++;
      assert.deepEqual(issues, []);
    }),
    { seed: 12, numRuns: 5_000 },
  );
  assert.ok(plain > 100 && refused > 1_000, `${plain} plain, ${refused} refused`);
});

test("an asset with the usual rules is plain, so that a large graph of such is read once", () => {
  const retry = { maxRetries: 3, delayMs: 100, backoff: "exponential" } as const;
  const asset: Asset = defineAsset({ key: "a", io: "memory", retry, timeoutMs: 60_000, run: () => 1 });
  assert.ok(isPlain(asset, asset["~step"]));
  assert.deepEqual(linkSteps([asset], []).notable, []);
});
