import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { assetRef, defineAsset, selfDep } from "../../src/model/assets/asset.ts";
import { defineMultiAsset } from "../../src/model/assets/multi_asset.ts";
import { type } from "../../src/model/assets/schema.ts";
import { definitions } from "../../src/model/definitions.ts";
import { dailyPartitions, dynamicPartitions } from "../../src/model/partitions/definition.ts";
import { allMapping, timeWindowMapping } from "../../src/model/partitions/mapping.ts";
import { subsetOf } from "../../src/model/partitions/subset.ts";
import { explain } from "../../src/planner/explain.ts";
import { planRun } from "../../src/planner/run.ts";
import { History } from "./facts.ts";
import { clean, days, made, NOW_MS, outline, planning, raw, weather } from "./world.ts";

/** A context in which everything is recorded. */
function allMade() {
  const history = new History();
  const context = planning(weather, history);
  made(history, context);
  return { history, context: planning(weather, history) };
}

describe("planRun over everything", () => {
  test("takes the requested key for all assets with the same partitions, and what reads it for others", () => {
    const plan = planRun(planning(weather, new History()), { partitions: "2026-02-03" });
    assert.deepEqual(outline(plan), [
      "raw 2026-02-03 (1)",
      "clean 2026-02-03 (1)",
      "clean:gate 2026-02-03 (1)",
      "month 2026-02 (1)",
      "report",
    ]);
    assert.match(plan.warnings[0], /month reads clean at 2026-02-01 and 26 more, which have no value/);
  });

  test("takes ranges, lists and all", () => {
    const context = planning(weather, new History());
    const select = [raw];
    assert.deepEqual(
      outline(planRun(context, { select, partitions: { start: "2026-01-30", end: "2026-02-02" } })),
      [
        "raw 2026-01-30...2026-02-02 (4)",
      ],
    );
    assert.deepEqual(outline(planRun(context, { select, partitions: ["2026-01-05", "2026-01-01"] })), [
      "raw 2026-01-01 2026-01-05 (2)",
    ]);
    assert.deepEqual(outline(planRun(context, { select, partitions: "all" })), [
      "raw 2026-01-01...2026-02-28 (59)",
    ]);
  });

  test("asks for partitions where they are needed", () => {
    const context = planning(weather, new History());
    assert.throws(
      () => planRun(context, {}),
      /raw is partitioned, and the request does not say which of its 59/,
    );
    assert.throws(
      () => planRun(context, { partitions: "2026-02-31" }),
      /PARTITION_UNKNOWN[^]*run from 2026-01-01 to 2026-02-28/,
    );
    assert.throws(
      () => planRun(context, { partitions: { start: "2026-02-02", end: "2026-02-01" } }),
      /its end comes before its start/,
    );
    assert.throws(() => planRun(context, { select: "rwa", partitions: "all" }), /Did you mean raw\?/);
  });

  test("leaves checks out when asked to", () => {
    const plan = planRun(planning(weather, new History()), {
      select: clean,
      partitions: "2026-01-01",
      checks: false,
    });
    assert.deepEqual(outline(plan), ["clean 2026-01-01 (1)"]);
  });
});

describe("planRun of what is missing", () => {
  test("is everything at first and nothing at last", () => {
    assert.equal(planRun(planning(weather, new History()), { scope: "missing" }).ranks.length, 5);
    assert.equal(planRun(allMade().context, { scope: "missing" }).ranks.length, 0);
  });

  test("is what was wiped and what depends on it", () => {
    const { history } = allMade();
    history.forget("raw", ["2026-01-10", "2026-01-11", "2026-02-20"]);
    const plan = planRun(planning(weather, history), { scope: "missing" });
    assert.deepEqual(outline(plan), [
      "raw 2026-01-10...2026-01-11 2026-02-20 (3)",
      "clean 2026-01-10...2026-01-11 2026-02-20 (3)",
      "clean:gate 2026-01-10...2026-01-11 2026-02-20 (3)",
      "month 2026-01...2026-02 (2)",
      "report",
    ]);
    const [first, second] = explain(plan);
    assert.deepEqual(first.because.map((why) => why.text), ["never materialized"]);
    assert.deepEqual(second.because.map((why) => why.text), ["upstream raw is made again"]);
  });

  test("counts values that the IO manager has lost", () => {
    const { history } = allMade();
    const plan = planRun(planning(weather, history, new Map([["month", subsetOf([1])]])), {
      scope: "missing",
    });
    assert.deepEqual(outline(plan), ["month 2026-02 (1)", "report"]);
    assert.equal(explain(plan)[0].because[0].text, "its stored value is gone");
  });

  test("keeps to the requested partitions, with its reasons too", () => {
    const copy = defineAsset({
      key: "copy",
      partitions: days,
      after: [{ asset: raw, mapping: allMapping() }],
      run: () => 1,
    });
    const all = definitions({ assets: [raw, copy] });
    const plan = planRun(planning(all, new History()), { scope: "missing", partitions: "2026-01-03" });
    assert.deepEqual(outline(plan), ["raw 2026-01-03 (1)", "copy 2026-01-03 (1)"]);
    const reasons = plan.reasons.get(1)?.map((
      { reason, subset },
    ) => [reason.kind, [...subset?.indices() ?? []]]);
    assert.deepEqual(reasons, [["missing", [2]], ["upstream-planned", [2]]]);
    assert.equal(plan.reasons.get(2), undefined);
  });

  test("keeps to the partitions of its roots", () => {
    const plan = planRun(planning(weather, new History()), {
      scope: "missing",
      select: "raw clean",
      partitions: { start: "2026-01-01", end: "2026-01-03" },
    });
    assert.deepEqual(outline(plan).slice(0, 2), [
      "raw 2026-01-01...2026-01-03 (3)",
      "clean 2026-01-01...2026-01-03 (3)",
    ]);
  });

  test("is what failed and what depends on it", () => {
    const { history } = allMade();
    history.fail("clean", ["2026-02-01"]);
    const plan = planRun(planning(weather, history), { scope: "failed" });
    assert.deepEqual(outline(plan), [
      "clean 2026-02-01 (1)",
      "clean:gate 2026-02-01 (1)",
      "month 2026-02 (1)",
      "report",
    ]);
  });
});

describe("planRun of what is stale", () => {
  test("is nothing when all was made in order", () => {
    assert.equal(planRun(allMade().context, { scope: "stale" }).ranks.length, 0);
  });

  test("names the upstream that changed, and when", () => {
    const { history } = allMade();
    history.make("raw", ["2026-01-15"], { atMs: NOW_MS - 7_200_000 });
    const plan = planRun(planning(weather, history), { scope: "stale" });
    assert.deepEqual(outline(plan), [
      "clean 2026-01-15 (1)",
      "clean:gate 2026-01-15 (1)",
      "month 2026-01 (1)",
      "report",
    ]);
    assert.equal(explain(plan)[0].because[0].text, "upstream raw updated 2 h ago");
  });

  test("sees a changed code version", () => {
    const history = new History();
    const context = planning(weather, history);
    made(history, context);
    history.make("clean", ["2026-02-10"], { codeVersion: "0" });
    history.make("month", ["2026-02"]).make("report");
    const plan = planRun(planning(weather, history), { scope: "stale" });
    assert.equal(outline(plan)[0], "clean 2026-02-10 (1)");
    assert.equal(explain(plan)[0].because[0].text, "code version changed (0 to 1)");
  });

  test("leads an asset that reads its own past from the first change to the end", () => {
    const balance = defineAsset({
      key: "balance",
      partitions: days,
      deps: {
        raw,
        before: selfDep(type<number>(), days, timeWindowMapping({ startOffset: -1, endOffset: -1 })),
      },
      run: () => 1,
    });
    const all = definitions({ assets: [raw, balance] });
    const history = new History();
    const keys = Array.from({ length: 59 }, (_, index) => planning(all, history).space(days).keyAt(index));
    history.make("raw", keys);
    for (const key of keys) history.make("balance", [key]);
    assert.equal(planRun(planning(all, history), { scope: "stale" }).ranks.length, 0);
    history.make("raw", ["2026-02-20"]);
    assert.deepEqual(outline(planRun(planning(all, history), { scope: "stale" })), [
      "balance 2026-02-20...2026-02-28 (9)",
    ]);
  });
});

describe("planRun of multi-assets and dynamic partitions", () => {
  const outputs = { even: { key: "even" }, odd: { key: "odd" } };
  const body = () => ({ even: 2, odd: 1 });

  test("takes a part of a subsettable one only", () => {
    const whole = definitions({ assets: [defineMultiAsset({ name: "split", outputs, run: body })] });
    assert.throws(
      () => planRun(planning(whole, new History()), { select: "even" }),
      /split makes all its outputs at once, and odd is not selected/,
    );
    const parts = definitions({
      assets: [defineMultiAsset({ name: "split", outputs, subsettable: true, run: body })],
    });
    assert.deepEqual([...planRun(planning(parts, new History()), { select: "odd" }).outputs], [[0, [1]]]);
  });

  test("grow with the keys that are added", () => {
    const users = dynamicPartitions("users");
    const profile = defineAsset({ key: "profile", partitions: users, run: () => 1 });
    const all = definitions({ assets: [profile] });
    assert.equal(planRun(planning(all, new History()), { scope: "missing" }).ranks.length, 0);
    const history = new History().add("users", ["ann", "bob"]).make("profile", ["ann"]);
    assert.deepEqual(outline(planRun(planning(all, history), { scope: "missing" })), ["profile bob (1)"]);
  });

  test("never plan external assets", () => {
    const day = dailyPartitions({ start: "2026-01-01", end: "2026-01-03" });
    const made = defineAsset({ key: "made", partitions: day, after: [assetRef("raw")], run: () => 1 });
    const all = definitions({ assets: [made, raw] });
    assert.equal(
      outline(planRun(planning(all, new History()), { select: made, partitions: "all" })).length,
      1,
    );
  });
});
