import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { defineAsset } from "../../src/model/assets/asset.ts";
import type { Asset } from "../../src/model/assets/declaration.ts";
import { defineMultiAsset } from "../../src/model/assets/multi_asset.ts";
import { skip } from "../../src/model/assets/result.ts";
import { TRIGGER_RULES, type TriggerRule } from "../../src/model/assets/trigger_rule.ts";
import { allMapping } from "../../src/model/partitions/mapping.ts";
import { dailyPartitions, staticPartitions } from "../../src/model/partitions/definition.ts";
import { ENDS, VERDICTS } from "../support/trigger_vectors.ts";
import { deferred, World } from "./support.ts";

type End = typeof ENDS[number];

const ENDED: { readonly [end: string]: string } = { R: "succeeded", S: "skipped", F: "upstream_failed" };

/** Assets that end in each way. */
function sources(side: string): { readonly [end in End]: Asset } {
  const failed = defineAsset({
    key: `${side}/failed`,
    run: (): number => {
      throw new Error("no");
    },
  });
  return {
    success: defineAsset({ key: `${side}/success`, run: () => 1 }),
    failed,
    upstream_failed: defineAsset({ key: `${side}/upstream_failed`, after: [failed], run: () => 1 }),
    skipped: defineAsset({ key: `${side}/skipped`, skippable: true, run: () => skip("no") }),
  };
}

function ruled(key: string, triggerRule: TriggerRule, after: readonly Asset[]): Asset {
  return defineAsset({ key, triggerRule, after, run: () => 1 });
}

/** A world in the year 1970, in which the days of January are over. */
async function later(assets: readonly Asset[]): Promise<World> {
  const world = new World(assets);
  await world.clock.advance(60 * 86_400_000);
  return world;
}

describe("a trigger rule", () => {
  test("decides for every pair of ends as Airflow does, however many run at once", async () => {
    for (const concurrency of [1, 16]) {
      const [left, right] = [sources("left"), sources("right")];
      const below = TRIGGER_RULES.flatMap((rule) =>
        ENDS.flatMap((one) =>
          ENDS.map((other) => ruled(`${rule}/${one}/${other}`, rule, [left[one], right[other]]))
        )
      );
      const world = new World([...below, ...Object.values(left), ...Object.values(right)]);
      const { ends, status } = await world.run({ concurrency });
      assert.equal(status, "failed");
      for (const rule of TRIGGER_RULES) {
        const letters = VERDICTS[rule].replaceAll(" ", "");
        for (const [place, letter] of [...letters].entries()) {
          const key = `${rule}/${ENDS[place >> 2]}/${ENDS[place & 3]}`;
          assert.equal(ends[key], ENDED[letter], key);
        }
      }
    }
  });

  test("begins with the first of several where that is enough", async () => {
    const gate = deferred();
    const slow = defineAsset({ key: "slow", run: () => gate.promise });
    const quick = defineAsset({ key: "quick", run: () => 1 });
    const first = defineAsset({
      key: "first",
      triggerRule: "one_success",
      after: [slow, quick],
      run: () => gate.resolve(),
    });
    const always = defineAsset({ key: "always", triggerRule: "always", after: [slow], run: () => 1 });
    const ran = await new World([slow, quick, first, always]).run();
    assert.equal(ran.status, "success");
    const over = ran.story.filter((line) => line.startsWith("step_succeeded"));
    assert.deepEqual(over.at(-1), "step_succeeded slow");
    assert.equal(ran.of("step_started").length, 4);
  });

  test("says why a step did not run", async () => {
    const { skipped, failed, success } = sources("a");
    const clean = ruled("clean", "one_failed", [success]);
    const joined = ruled("joined", "none_failed", [skipped, failed]);
    const behind = defineAsset({ key: "behind", after: [joined], run: () => 1 });
    const ran = await new World([skipped, failed, success, clean, joined, behind]).run();
    assert.deepEqual(
      ran.of("step_skipped").map(({ step, payload }) => [ran.nameOf(step), payload.reason]).sort(),
      [
        ["a/skipped", "no"],
        ["clean", "its trigger rule one_failed asks that one step upstream has failed"],
      ],
    );
    const blamed = ran.of("step_upstream_failed").map(({ step, payload }) => [
      ran.nameOf(step),
      ran.nameOf(payload.cause),
      ran.nameOf(payload.via),
    ]);
    assert.deepEqual(blamed, [["joined", "a/failed", "a/failed"], ["behind", "a/failed", "joined"]]);
  });

  test("lets what is downstream run on, below a step that mended it", async () => {
    const { failed } = sources("a");
    const mended = ruled("mended", "one_failed", [failed]);
    const below = defineAsset({ key: "below", deps: { mended }, run: () => 2 });
    const { ends, status } = await new World([failed, mended, below]).run();
    assert.deepEqual(ends, { "a/failed": "failed", mended: "succeeded", below: "succeeded" });
    assert.equal(status, "failed");
  });

  test("counts every partition of a partitioned asset, also behind barriers", async () => {
    const days = dailyPartitions({ start: "1970-01-01", end: "1970-01-21" });
    const names = staticPartitions(["a", "b", "c"]);
    const daily = defineAsset({
      key: "daily",
      partitions: days,
      run: ({ partition }) => {
        if (partition.key === "1970-01-07") throw new Error("no");
        return 1;
      },
    });
    const rules = {
      all_failed: "skipped",
      one_failed: "succeeded",
      all_done: "succeeded",
      none_failed: "upstream_failed",
    };
    const below = Object.keys(rules).map((rule) =>
      defineAsset({
        key: `by/${rule}`,
        partitions: names,
        triggerRule: rule as TriggerRule,
        after: [{ asset: daily, mapping: allMapping() }],
        run: () => 1,
      })
    );
    const world = await later([daily, ...below]);
    const { ends } = await world.run({ request: { partitions: "all" } });
    for (const [rule, end] of Object.entries(rules)) {
      for (const name of ["a", "b", "c"]) assert.equal(ends[`by/${rule}@${name}`], end, `${rule} ${name}`);
    }
  });

  test("sees the outputs that a step has skipped, and not the step alone", async () => {
    const branch = defineMultiAsset({
      name: "branch",
      outputs: { left: { key: "left" }, right: { key: "right" } },
      skippable: true,
      run: () => ({ left: 1, right: skip("not this time") }),
    });
    const join = defineAsset({
      key: "join",
      triggerRule: "none_failed_min_one_success",
      deps: {
        left: { asset: branch.left, optional: true },
        right: { asset: branch.right, optional: true },
      },
      run: ({ inputs }) => [inputs.left, inputs.right],
    });
    const onlyRight = ruled("only/right", "all_success", [branch.right]);
    const onlyLeft = ruled("only/left", "all_success", [branch.left]);
    const world = new World([...Object.values(branch) as Asset[], join, onlyRight, onlyLeft]);
    const { ends } = await world.run();
    assert.deepEqual(world.value("join"), [1, undefined]);
    assert.deepEqual([ends["only/left"], ends["only/right"]], ["succeeded", "skipped"]);
  });
});

describe("an optional dependency", () => {
  test("arrives as undefined where this run did not make it, though an earlier one did", async () => {
    let isBad = false;
    const source = defineAsset({
      key: "source",
      run: () => {
        if (isBad) throw new Error("no");
        return 7;
      },
    });
    const reader = defineAsset({
      key: "reader",
      triggerRule: "all_done",
      deps: { source: { asset: source, optional: true } },
      run: ({ inputs }) => inputs.source ?? "nothing",
    });
    const world = new World([source, reader]);
    await world.run();
    assert.equal(world.value("reader"), 7);
    isBad = true;
    await world.run();
    assert.equal(world.value("reader"), "nothing");
    await world.run({ request: { select: "reader" } });
    assert.equal(world.value("reader"), 7, "what a run does not make is read as it lies there");
  });

  test("arrives as undefined where nothing was ever kept", async () => {
    const source = defineAsset({ key: "source", run: () => 7 });
    const reader = defineAsset({
      key: "reader",
      deps: { source: { asset: source, optional: true } },
      run: ({ inputs }) => inputs.source ?? "nothing",
    });
    const world = new World([source, reader]);
    const ran = await world.run({ request: { select: "reader" } });
    assert.equal(ran.status, "success");
    assert.equal(world.value("reader"), "nothing");
  });

  test("leaves partitions out of a collection", async () => {
    const days = dailyPartitions({ start: "1970-01-01", end: "1970-01-06" });
    const daily = defineAsset({
      key: "daily",
      partitions: days,
      run: ({ partition }) => {
        if (partition.key === "1970-01-03") throw new Error("no");
        return 1;
      },
    });
    const total = defineAsset({
      key: "total",
      triggerRule: "all_done",
      deps: { daily: { asset: daily, mapping: allMapping(), optional: true } },
      run: async ({ inputs }) => {
        let sum = 0;
        for await (const [, value] of inputs.daily) sum += value;
        return [...inputs.daily.keys()].length * 10 + sum;
      },
    });
    const world = await later([daily, total]);
    await world.run({ request: { partitions: "all" } });
    assert.equal(world.value("total"), 44);
  });

  test("is asked of a body that runs whatever became of its upstream", () => {
    const source = defineAsset({ key: "source", run: () => 7 });
    const bad = defineAsset({ key: "bad", triggerRule: "all_done", deps: { source }, run: () => 1 });
    assert.throws(() => new World([source, bad]), /bad runs by the trigger rule all_done, and reads source/);
    assert.throws(
      () => defineAsset({ key: "worse", triggerRule: "sometimes" as "always", run: () => 1 }),
      /needs one of all_success.* as triggerRule, not "sometimes"|needs one of all_success/,
    );
  });
});
