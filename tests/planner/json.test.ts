import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  dailyPartitions,
  defineAsset,
  defineMultiAsset,
  definitions,
  diffPlans,
  dynamicPartitions,
  type IssueCode,
  SluiceError,
} from "sluice";
import { formatPlan, parseBackfillPlan, parsePlan } from "../../src/planner/json.ts";
import { planRun } from "../../src/planner/run.ts";
import { History } from "./facts.ts";
import { outline, planning } from "./world.ts";

const daily = defineAsset({
  key: "daily",
  partitions: dailyPartitions({ start: "2026-01-01", end: "2026-01-05" }),
  run: () => 1,
});
const user = defineAsset({ key: "user", partitions: dynamicPartitions("users"), run: () => 1 });
const both = defineMultiAsset({
  name: "both",
  subsettable: true,
  outputs: { x: { key: "x", codeVersion: "2" }, y: { key: "y", codeVersion: "2" } },
  run: () => ({ x: 1, y: 1 }),
});
const all = definitions({ assets: [daily, user, both] });
const withUsers = (...users: string[]) => planning(all, new History().add("users", users));
const context = withUsers("ann", "bob");
const saved = JSON.parse(JSON.stringify(formatPlan(planRun(context, { scope: "missing" }))));

function refusal(action: () => unknown): IssueCode {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof SluiceError, `not typed: ${error}`);
    return error.code;
  }
  assert.fail("nothing was refused");
}

describe("a saved plan", () => {
  test("is read back as it was", () => {
    assert.deepEqual(formatPlan(parsePlan(saved, context)), saved);
  });

  test("means the same keys after others were added around them", () => {
    const plan = parsePlan(saved, withUsers("abe", "ann", "art", "bob", "cyd"));
    assert.equal(outline(plan).find((line) => line.startsWith("user")), "user ann bob (2)");
  });

  test("is outdated when one of its keys is gone", () => {
    assert.equal(refusal(() => parsePlan(saved, withUsers("bob"))), "PLAN_OUTDATED");
  });

  test("is refused in any other form", () => {
    const step = (item: unknown) => ({ ...saved, steps: [item] });
    const wrong: readonly unknown[] = [
      null,
      5,
      "plan",
      step(null),
      step(5),
      step({ step: 5 }),
      step({ step: "both", outputs: 5 }),
      step({ step: "both", outputs: [] }),
      step({ step: "daily", partitions: null }),
      step({ step: "both", because: 5 }),
      step({ step: "both", because: [null] }),
      { ...saved, at: "never" },
      { ...saved, at: undefined },
      { ...saved, warnings: 5 },
      { ...saved, schemaVersion: 2 },
      { ...saved, steps: [...saved.steps, ...saved.steps] },
    ];
    for (const json of wrong) {
      assert.equal(refusal(() => parsePlan(json, context)), "PLAN_INVALID", JSON.stringify(json));
    }
    const backfill = { schemaVersion: 1, kind: "backfill-plan", plan: saved };
    for (const runs of [0, "x", 1.5]) {
      assert.equal(refusal(() => parseBackfillPlan({ ...backfill, runs }, context)), "POLICY_INVALID");
    }
  });
});

describe("plans over different definitions", () => {
  test("are not compared by rank", () => {
    const other = planning(definitions({ assets: [daily] }), new History());
    const [one, two] = [context, other].map((each) => planRun(each, { scope: "missing" }));
    assert.equal(refusal(() => diffPlans(one, two)), "PLAN_OUTDATED");
  });
});

describe("a part of a subsettable multi-asset", () => {
  test("is not stale because another part is", () => {
    const history = new History().make("x", [""], { codeVersion: "2" }).make("y", [""], { codeVersion: "1" });
    const world = planning(all, history);
    assert.equal(planRun(world, { select: "x", scope: "stale" }).ranks.length, 0);
    assert.equal(planRun(world, { select: "y", scope: "stale" }).ranks.length, 1);
  });
});
