import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  type AutomationCondition,
  condition,
  defineAsset,
  definitions,
  freshBy,
  type FreshnessPolicy,
  freshWithin,
  SluiceError,
} from "sluice";

const run = () => 1;
const orders = defineAsset({ key: "orders", run });
const MINUTE = 60_000;

function refusals(
  fields: { automation?: AutomationCondition; freshness?: FreshnessPolicy },
): readonly string[] {
  try {
    definitions({ assets: [orders, defineAsset({ key: "report", deps: { orders }, ...fields, run })] });
  } catch (error) {
    assert.ok(error instanceof SluiceError, String(error));
    return error.issues.map(({ code, path, message }) => `${code} ${path.join(".")}: ${message}`);
  }
  return [];
}

describe("conditions", () => {
  test("are plain frozen data that survive JSON", () => {
    const { and, or, not, since, newlyTrue, anyDeps, allChecks, missing, cronTickPassed } = condition;
    const built = and(
      or(missing, newlyTrue(condition.codeVersionChanged)),
      not(anyDeps(condition.inProgress, { except: ["orders"] })),
      since(condition.newlyUpdated, cronTickPassed("0 6 * * *", "Europe/Berlin")),
      allChecks(condition.checkPassed, { blockingOnly: true }),
      condition.inLatestTimeWindow(90 * MINUTE),
    );
    assert.ok(Object.isFrozen(built) && Object.isFrozen(built.of));
    assert.deepEqual(JSON.parse(JSON.stringify(built)).of.map(({ kind }: { kind: string }) => kind), [
      "or",
      "not",
      "since",
      "all-checks",
      "in-latest-time-window",
    ]);
    assert.deepEqual(refusals({ automation: built }), []);
  });

  test("that cannot be are refused with their place", () => {
    const deep = Array.from({ length: 200 }).reduce<AutomationCondition>(
      (of) => condition.not(of),
      condition.missing,
    );
    for (
      const [automation, expected] of [
        [condition.onCron("99 * * * *"), /^CRON_INVALID assets\.report\.automation/],
        [condition.onCron("0 6 * * *", "Mars/Base"), /^TIMEZONE_UNKNOWN assets\.report\.automation/],
        [condition.and(), /"and" joins no conditions/],
        [condition.inLatestTimeWindow(-1), /lookbackMs/],
        [condition.anyDeps(condition.missing, { only: ["order"] }), /"order"/],
        [condition.not({ kind: "sometimes" } as never), /no condition "sometimes"/],
        [condition.not(null as never), /not null/],
        [deep, /levels deep/],
      ] as const
    ) {
      const found = refusals({ automation });
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0], expected);
    }
    assert.throws(() => defineAsset({ key: "x", automation: "eager" as never, run }), /DEFINITION_INVALID/);
  });
});

describe("freshness policies", () => {
  test("are kept as declared", () => {
    const { freshness } = defineAsset({ key: "x", freshness: freshWithin({ failMs: 2 * MINUTE }), run });
    assert.deepEqual(freshness, { kind: "time-window", failMs: 2 * MINUTE, warnMs: undefined });
    assert.deepEqual(
      refusals({ freshness: freshBy({ deadlineCron: "0 9 * * *", lowerBoundMs: 24 * 60 * MINUTE }) }),
      [],
    );
  });

  test("that cannot be are refused", () => {
    for (
      const [freshness, expected] of [
        [freshWithin({ failMs: 59_999 }), /failMs/],
        [freshWithin({ failMs: NaN }), /failMs/],
        [freshWithin({ failMs: 2 * MINUTE, warnMs: 2 * MINUTE }), /warnMs .* below failMs/],
        [freshBy({ deadlineCron: "0 9 * *", lowerBoundMs: MINUTE }), /CRON_INVALID/],
        [freshBy({ deadlineCron: "0 9 * * *", lowerBoundMs: 1 }), /lowerBoundMs/],
        [freshBy({ deadlineCron: "0 9,10 * * *", lowerBoundMs: 61 * MINUTE }), /smallest gap/],
      ] as const
    ) {
      const found = refusals({ freshness });
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0], expected);
    }
  });
});
