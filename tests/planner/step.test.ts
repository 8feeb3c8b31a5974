import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { defineAsset, defineExternalAsset } from "../../src/model/assets/asset.ts";
import { defineCheck } from "../../src/model/assets/check.ts";
import { defineMultiAsset } from "../../src/model/assets/multi_asset.ts";
import { definitions } from "../../src/model/definitions.ts";
import {
  dailyPartitions,
  dynamicPartitions,
  multiPartitions,
  staticPartitions,
} from "../../src/model/partitions/definition.ts";
import type { StepRequest } from "../../src/model/step/request.ts";
import { planStep } from "../../src/planner/step.ts";

const days = dailyPartitions({ start: "2026-01-01" });
const regions = staticPartitions(["asia", "us"]);
const customers = dynamicPartitions("customers");
const nowMs = Date.UTC(2026, 0, 11);

const daily = defineAsset({ key: "daily", partitions: days, codeVersion: "2", run: () => 1 });
const cells = defineAsset({
  key: "cells",
  partitions: multiPartitions({ day: days, region: regions }),
  run: () => 1,
});
const orders = defineAsset({ key: "orders", partitions: customers, run: () => 1 });
const mixed = defineAsset({
  key: "mixed",
  partitions: multiPartitions({ customer: customers, region: regions }),
  run: () => 1,
});
const outside = defineExternalAsset({ key: "outside" });
const plain = defineAsset({ key: "plain", run: () => 1 });
const check = defineCheck({ asset: plain, name: "fine", run: () => true });
const whole = defineMultiAsset({
  name: "whole",
  outputs: { a: { key: "whole/a" }, b: { key: "whole/b" } },
  run: () => ({ a: 1, b: 2 }),
});
const part = defineMultiAsset({
  name: "part",
  subsettable: true,
  outputs: { a: { key: "part/a" }, b: { key: "part/b" } },
  run: () => ({}),
});
const all = definitions({
  assets: [daily, cells, orders, mixed, outside, plain, whole, part],
  checks: [check],
});

function plan(request: Omit<StepRequest, "version" | "runId">) {
  const planned = planStep(all, { version: 1, runId: "r", ...request }, nowMs);
  const [rank] = planned.plan.ranks;
  const set = planned.plan.sets.get(rank);
  return {
    name: planned.declaration.name,
    keys: set && Array.from(set.subset.indices(), (index) => set.space.keyAt(index)),
    outputs: planned.plan.outputs.get(rank),
    dynamicKeys: planned.dynamicKeys,
  };
}

/** The message with which a request is refused. */
function refusal(request: Omit<StepRequest, "version" | "runId">): string {
  try {
    plan(request);
  } catch (error) {
    return (error as Error).message;
  }
  return assert.fail("nothing was thrown");
}

describe("the plan of a step", () => {
  test("is of the step that is named: an asset, a multi-asset or a check", () => {
    for (const name of ["plain", "whole", "plain:fine"]) assert.equal(plan({ step: name }).name, name);
    assert.equal(plan({ step: "daily", partitions: ["2026-01-01"] }).name, "daily");
    assert.match(refusal({ step: "dialy" }), /There is no step "dialy"[^]*daily/);
    assert.match(refusal({ step: "outside" }), /made elsewhere/);
  });

  test("is of the multi-asset that makes the asset that is named", () => {
    assert.deepEqual([plan({ step: "whole/a" }).name, plan({ step: "whole/a" }).outputs], [
      "whole",
      undefined,
    ]);
    assert.deepEqual([plan({ step: "part/b" }).name, plan({ step: "part/b" }).outputs], ["part", [1]]);
  });

  test("holds the outputs that are asked for, where not all are", () => {
    assert.deepEqual(plan({ step: "part", outputs: ["part/b"] }).outputs, [1]);
    assert.equal(plan({ step: "part", outputs: ["part/b", "part/a"] }).outputs, undefined);
    assert.match(refusal({ step: "whole", outputs: ["whole/b"] }), /makes all of its outputs at once/);
    assert.match(refusal({ step: "part", outputs: ["whole/a"] }), /does not make "whole\/a"/);
    assert.match(refusal({ step: "part", outputs: [] }), /No output is asked for/);
  });

  test("holds the partitions that are asked for, in their own order", () => {
    assert.deepEqual(plan({ step: "daily", partitions: ["2026-01-03", "2026-01-01"] }).keys, [
      "2026-01-01",
      "2026-01-03",
    ]);
    const range = { start: "2026-01-02", end: "2026-01-04" };
    assert.deepEqual(plan({ step: "daily", partitions: range }).keys, [
      "2026-01-02",
      "2026-01-03",
      "2026-01-04",
    ]);
    const block = { start: "2026-01-01|asia", end: "2026-01-02|us" };
    assert.equal(plan({ step: "cells", partitions: block }).keys?.length, 4);
  });

  test("refuses partitions that are not there, or not wanted", () => {
    assert.match(refusal({ step: "daily" }), /must say which partitions/);
    assert.match(refusal({ step: "daily", partitions: [] }), /must say which partitions/);
    assert.match(refusal({ step: "plain", partitions: ["a"] }), /has no partitions/);
    assert.match(refusal({ step: "daily", partitions: ["2026-01-11"] }), /no partition "2026-01-11"/);
    assert.match(
      refusal({ step: "daily", partitions: { start: "2026-01-04", end: "2026-01-02" } }),
      /is empty/,
    );
    assert.equal(plan({ step: "plain", partitions: [] }).keys, undefined);
  });

  test("takes the keys of dynamic partitions as they come, also within those of several dimensions", () => {
    assert.deepEqual(plan({ step: "orders", partitions: ["zoe", "ann"] }).keys, ["zoe", "ann"]);
    const { keys, dynamicKeys } = plan({ step: "mixed", partitions: ["ann|us", "zoe|asia"] });
    assert.deepEqual([keys, dynamicKeys("customers")], [["ann|us", "zoe|asia"], ["ann", "zoe"]]);
    assert.match(
      refusal({ step: "orders", partitions: { start: "a", end: "b" } }),
      /whose order is not known/,
    );
  });

  test("knows other keys of dynamic partitions only when it is told", () => {
    assert.throws(() => plan({ step: "plain" }).dynamicKeys("customers"), { code: "PARTITION_UNKNOWN" });
    const told = plan({ step: "plain", dynamicKeys: { customers: ["ann"] } });
    assert.deepEqual(told.dynamicKeys("customers"), ["ann"]);
    const both = plan({ step: "orders", partitions: ["zoe"], dynamicKeys: { customers: ["ann"] } });
    assert.deepEqual([both.keys, both.dynamicKeys("customers")], [["zoe"], ["ann", "zoe"]]);
  });

  test("is refused for code of another version than is expected", () => {
    const partitions = ["2026-01-01"];
    assert.equal(plan({ step: "daily", partitions, codeVersions: { daily: "2", other: "9" } }).name, "daily");
    assert.match(
      refusal({ step: "daily", partitions, codeVersions: { daily: "1" } }),
      /the code version "1"/,
    );
    assert.match(refusal({ step: "plain", codeVersions: { plain: "1" } }), /this code has no code version/);
  });
});
