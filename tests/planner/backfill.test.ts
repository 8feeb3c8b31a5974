import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { defineAsset } from "../../src/model/assets/asset.ts";
import { definitions } from "../../src/model/definitions.ts";
import { planBackfill } from "../../src/planner/backfill.ts";
import type { BackfillPlan } from "../../src/planner/plan.ts";
import { History } from "./facts.ts";
import { clean, days, month, outline, planning, raw, weather } from "./world.ts";

/** The runs of a backfill as `wave: outline`. */
function runsOf(plan: BackfillPlan): readonly (readonly string[])[] {
  return plan.groups.flatMap((group) =>
    Array.from({ length: group.runCount }, (_, index) => [`wave ${group.wave}`, ...outline(group.run(index))])
  );
}

const empty = () => planning(weather, new History());

describe("planBackfill", () => {
  test("is one run per wave of equal partitions when nothing says otherwise", () => {
    const plan = planBackfill(empty(), { scope: "missing" });
    assert.deepEqual(runsOf(plan).map(([wave, ...steps]) => `${wave}: ${steps.length}`), [
      "wave 0: 3",
      "wave 1: 1",
      "wave 2: 1",
    ]);
    assert.equal(plan.cellCount, 59 * 3 + 2 + 1);
  });

  test("is cut as the request asks", () => {
    const plan = planBackfill(empty(), { select: "raw clean", checks: false, partitionsPerRun: 25 });
    assert.deepEqual(runsOf(plan), [
      ["wave 0", "raw 2026-01-01...2026-01-25 (25)", "clean 2026-01-01...2026-01-25 (25)"],
      ["wave 0", "raw 2026-01-26...2026-02-19 (25)", "clean 2026-01-26...2026-02-19 (25)"],
      ["wave 0", "raw 2026-02-20...2026-02-28 (9)", "clean 2026-02-20...2026-02-28 (9)"],
    ]);
    const fifty = planBackfill(empty(), { select: raw, runs: 50 });
    assert.equal(fifty.runCount, 50);
    const sizes = runsOf(fifty).map(([, step]) => Number(/\((\d+)\)/.exec(step)?.[1]));
    assert.deepEqual([Math.min(...sizes), Math.max(...sizes), sizes.reduce((a, b) => a + b)], [1, 2, 59]);
    assert.equal(planBackfill(empty(), { select: raw, runs: 500 }).runCount, 59);
    assert.throws(
      () => planBackfill(empty(), { runs: 0 }),
      /POLICY_INVALID: runs must be a whole number from 1/,
    );
  });

  test("is cut by the smallest policy of a group", () => {
    const one = defineAsset({
      key: "one",
      partitions: days,
      backfill: { maxPartitionsPerRun: 20 },
      run: () => 1,
    });
    const two = defineAsset({
      key: "two",
      deps: { one },
      partitions: days,
      backfill: { maxPartitionsPerRun: 11 },
      run: ({ inputs }) => inputs.one,
    });
    const context = planning(definitions({ assets: [one, two] }), new History());
    assert.equal(planBackfill(context, {}).runCount, 6);
  });

  test("leaves out what is not asked for in a run", () => {
    const history = new History().make("raw", ["2026-01-01", "2026-01-02"]);
    const plan = planBackfill(planning(weather, history), {
      scope: "missing",
      select: [raw, clean],
      checks: false,
      partitionsPerRun: 2,
    });
    assert.deepEqual(runsOf(plan)[0], ["wave 0", "clean 2026-01-01...2026-01-02 (2)"]);
  });

  test("makes each cell in exactly one run, whatever the size", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), (partitionsPerRun) => {
        const plan = planBackfill(empty(), { partitionsPerRun });
        const cells = plan.groups.flatMap((group) =>
          Array.from({ length: group.runCount }, (_, index) => group.run(index)).flatMap((run) =>
            [...run.sets].flatMap(([rank, { subset }]) =>
              [...subset.indices()].map((cell) => `${rank}/${cell}`)
            )
          )
        );
        assert.equal(new Set(cells).size, cells.length);
        assert.equal(cells.length, plan.cellCount - 1);
      }),
      { seed: 7, numRuns: 40 },
    );
  });

  test("puts what reads several partitions into a later wave", () => {
    const waves = planBackfill(empty(), { select: [month, clean] }).groups.map((group) => group.wave);
    assert.deepEqual(waves, [0, 1]);
  });
});
