import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { defineAsset } from "../../src/model/assets/asset.ts";
import type { Asset } from "../../src/model/assets/declaration.ts";
import { World } from "./support.ts";

describe("executeRun", () => {
  test("records every step between its run's events, numbered in one order", async () => {
    const a = defineAsset({ key: "a", run: () => 20 });
    const b = defineAsset({ key: "b", deps: { a }, run: async ({ inputs }) => inputs.a + 22 });
    const world = new World([b, a]);
    const ran = await world.run();
    assert.deepEqual(ran.story, [
      "run_created",
      "run_started",
      "step_started a",
      "step_succeeded a",
      "step_started b",
      "step_succeeded b",
      "run_finished",
    ]);
    assert.deepEqual(ran.events.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6, 7]);
    assert.ok(ran.events.every(({ atMs }) => atMs === 1_000_000));
    assert.equal(world.value("b"), 42);
    assert.deepEqual(ran.outcome, {
      id: "run-1",
      status: "success",
      steps: { total: 2, success: 2, failed: 0, skipped: 0, upstreamFailed: 0, canceled: 0 },
      checks: { failed: 0, warned: 0 },
      error: undefined,
    });
  });

  test("finishes a plan without steps", async () => {
    const ran = await new World([]).run();
    assert.deepEqual([ran.status, ran.story], ["success", ["run_created", "run_started", "run_finished"]]);
  });

  test("gives a body its name, run, attempt, partition and config", async () => {
    const seen: unknown[] = [];
    const a = defineAsset({
      key: "a",
      run: ({ name, run, attempt, partition, config }) => {
        seen.push(name, run, attempt, partition, config);
      },
    });
    await new World([a]).run({ tags: { team: "data" } });
    assert.deepEqual(seen, ["a", { id: "run-1", tags: { team: "data" } }, 1, { kind: "none" }, undefined]);
  });

  test("runs by dependency and not by level", async () => {
    const order: string[] = [];
    const slow = defineAsset({
      key: "slow",
      run: async () => {
        await new Promise<void>((resolve) => setTimeout(resolve, 20));
        order.push("slow");
      },
    });
    const quick = defineAsset({ key: "quick", run: async () => {} });
    const after = defineAsset({ key: "after", after: [quick], run: async () => void order.push("after") });
    const later = defineAsset({ key: "later", after: [after], run: async () => void order.push("later") });
    await new World([slow, quick, after, later]).run();
    assert.deepEqual(order, ["after", "later", "slow"]);
  });

  test("keeps to its concurrency, and to that of all runs together", async () => {
    let active = 0;
    let most = 0;
    const assets = Array.from({ length: 12 }, (_, index) =>
      defineAsset({
        key: `a${index}`,
        run: async () => {
          most = Math.max(most, ++active);
          await new Promise<void>((resolve) => setTimeout(resolve, 2));
          active--;
        },
      }));
    const world = new World(assets, { concurrency: 5 });
    await world.run({ concurrency: 3 });
    assert.equal(most, 3);
    most = 0;
    const runs = await Promise.all([world.run(), world.run(), world.run({ concurrency: 2 })]);
    assert.equal(most, 5);
    assert.deepEqual(runs.map(({ outcome }) => outcome.steps.success), [12, 12, 12]);
  });

  test("gives every run its turn when steps answer at once", async () => {
    const order: string[] = [];
    const body = ({ run }: { readonly run: { readonly id: string } }) => void order.push(run.id);
    const assets = Array.from({ length: 4 }, (_, index) => defineAsset({ key: `a${index}`, run: body }));
    const slow = defineAsset({
      key: "slow",
      run: () => new Promise<void>((resolve) => setTimeout(resolve, 5)),
    });
    const world = new World([slow, ...assets], { concurrency: 1 });
    await Promise.all([world.run({ id: "x" }), world.run({ id: "y" })]);
    assert.deepEqual(order.slice(0, 4).sort(), ["x", "x", "y", "y"]);
  });

  test("starts what has a higher priority first", async () => {
    const order: string[] = [];
    const make = (key: string, priority: number) =>
      defineAsset({ key, priority, run: async () => void order.push(key) });
    const assets = [make("low", -1), make("first", 0), make("high", 7), make("second", 0)];
    await new World(assets, { concurrency: 1 }).run();
    assert.deepEqual(order, ["high", "first", "second", "low"]);
  });

  test("runs a chain of ten thousand and a fan of ten thousand", async () => {
    const chain: Asset<number>[] = [];
    for (let index = 0; index < 10_000; index++) {
      const before = chain[index - 1];
      const deps: Record<string, Asset<number>> = before ? { before } : {};
      chain.push(defineAsset({
        key: `chain/${index}`,
        deps,
        run: ({ inputs }): number => ((inputs.before as number | undefined) ?? 0) + 1,
      }));
    }
    const world = new World(chain);
    assert.equal((await world.run()).outcome.steps.success, 10_000);
    assert.equal(world.value("chain/9999"), 10_000);

    const root = defineAsset({ key: "root", run: async () => 1 });
    const leaves = Array.from(
      { length: 10_000 },
      (_, index) =>
        defineAsset({ key: `leaf/${index}`, deps: { root }, run: async ({ inputs }) => inputs.root }),
    );
    let sum = 0;
    const sink = defineAsset({ key: "sink", after: leaves, run: () => void sum++ });
    const fan = new World([sink, root, ...leaves]);
    assert.equal((await fan.run()).outcome.steps.success, 10_002);
    assert.equal(sum, 1);
  });

  test("carries a failure down a chain of ten thousand", async () => {
    const assets: Asset<void>[] = [];
    for (let index = 0; index < 10_000; index++) {
      const after = index === 0 ? [] : [assets[index - 1]];
      assets.push(defineAsset({
        key: `a/${index}`,
        after,
        run: () => {
          if (index === 0) throw new Error("first");
        },
      }));
    }
    const { outcome, of } = await new World(assets).run().then((ran) => ({
      outcome: ran.outcome,
      of: ran.of("step_upstream_failed"),
    }));
    assert.deepEqual([outcome.status, outcome.steps.failed, outcome.steps.upstreamFailed], [
      "failed",
      1,
      9_999,
    ]);
    assert.deepEqual(of[9_998].payload, { cause: 0, via: 9_998 });
  });

  test("lets timers of others in while it works", async () => {
    const assets: Asset<number>[] = [];
    for (let index = 0; index < 3_000; index++) {
      const after = index === 0 ? [] : [assets[index - 1]];
      assets.push(defineAsset({
        key: `a/${index}`,
        after,
        run: () => {
          const until = performance.now() + 0.02;
          while (performance.now() < until);
          return index;
        },
      }));
    }
    const { systemClock } = await import("../../src/model/ports.ts");
    const world = new World(assets, { clock: systemClock });
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await world.run();
    clearInterval(timer);
    assert.ok(ticks >= 5, `${ticks} ticks in more than 60 ms`);
  });
});
