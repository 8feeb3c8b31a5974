import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { defineAsset } from "../../src/model/assets/asset.ts";
import { defineResource } from "../../src/model/assets/resource.ts";
import type { IOManager } from "../../src/io/manager.ts";
import { memoryIO } from "../../src/io/memory.ts";
import { compileSteps } from "../../src/planner/steps.ts";
import { executeRun } from "../../src/runtime/run.ts";
import { deferred, planAll, World } from "./support.ts";

describe("canceling a run", () => {
  test("before it starts: nothing begins", async () => {
    const a = defineAsset({ key: "a", run: () => assert.fail("must not run") });
    const ran = await new World([a]).run({ signal: AbortSignal.abort("not today") });
    assert.equal(ran.status, "canceled");
    assert.deepEqual(ran.story, [
      "run_created",
      "run_canceling",
      "step_canceled a",
      "run_finished",
    ]);
    assert.equal(ran.of("step_canceled")[0].payload.reason, "not today");
  });

  test("while steps run: these are told, the rest does not begin", async () => {
    const controller = new AbortController();
    const began = deferred();
    let reason: unknown;
    const a = defineAsset({
      key: "a",
      run: ({ signal }) =>
        new Promise<void>((_, reject) => {
          signal.addEventListener("abort", () => reject(reason = signal.reason));
          began.resolve();
        }),
    });
    const b = defineAsset({ key: "b", deps: { a }, run: () => 1 });
    const world = new World([a, b]);
    const running = world.run({ signal: controller.signal });
    await began.promise;
    controller.abort(new Error("enough"));
    controller.abort(new Error("twice is harmless"));
    const ran = await running;
    assert.equal((reason as Error).message, "enough");
    assert.deepEqual([ran.status, ran.ends], ["canceled", { a: "canceled", b: "canceled" }]);
    assert.equal(ran.of("run_canceling")[0].payload.reason, "enough");
    assert.equal(world.clock.pending, 0);
  });

  test("tells also who asks for the signal only afterwards", async () => {
    const controller = new AbortController();
    const began = deferred();
    const goOn = deferred();
    let isAborted = false;
    const a = defineAsset({
      key: "a",
      run: async (context) => {
        began.resolve();
        await goOn.promise;
        isAborted = context.signal.aborted;
      },
    });
    const running = new World([a]).run({ signal: controller.signal });
    await began.promise;
    controller.abort();
    goOn.resolve();
    const ran = await running;
    assert.equal(isAborted, true);
    assert.deepEqual([ran.status, ran.ends], ["success", { a: "succeeded" }]);
  });

  test("while a step waits for its next attempt", async () => {
    const controller = new AbortController();
    const a = defineAsset({
      key: "a",
      retry: { maxRetries: 5, delayMs: 60_000 },
      run: () => Promise.reject(new Error("no")),
    });
    const world = new World([a]);
    const running = world.run({ signal: controller.signal });
    await world.clock.advance(1);
    controller.abort();
    const ran = await running;
    assert.deepEqual([ran.status, ran.ends], ["canceled", { a: "canceled" }]);
    assert.equal(world.clock.pending, 0);
  });

  test("while steps wait for the slot of a pool, which others get", async () => {
    const controller = new AbortController();
    const began = deferred();
    const release = deferred();
    const holder = defineAsset({
      key: "holder",
      pool: "db",
      run: async () => {
        began.resolve();
        await release.promise;
      },
    });
    const waiter = defineAsset({ key: "waiter", pool: "db", run: async () => {} });
    const world = new World([holder, waiter], { pools: { db: 1 } });
    const first = world.run({ request: { select: "holder" } });
    await began.promise;
    const second = world.run({ request: { select: "waiter" }, signal: controller.signal });
    const third = world.run({ request: { select: "waiter" } });
    await world.clock.advance(1);
    controller.abort();
    assert.deepEqual((await second).ends, { waiter: "canceled" });
    release.resolve();
    assert.deepEqual([(await first).status, (await third).status], ["success", "success"]);
  });

  test("while inputs are being loaded: the body is not called any more", async () => {
    const controller = new AbortController();
    const began = deferred();
    const loaded = deferred<unknown>();
    const io: IOManager = {
      ...memoryIO({ name: "slow" }),
      table: undefined as never,
      load: () => {
        began.resolve();
        return loaded.promise;
      },
    };
    const a = defineAsset({ key: "a", run: () => 1 });
    const b = defineAsset({ key: "b", deps: { a }, run: () => assert.fail("must not run") });
    const running = new World([a, b], { io: [io] }).run({ signal: controller.signal });
    await began.promise;
    controller.abort("enough");
    loaded.resolve(1);
    assert.deepEqual((await running).ends, { a: "succeeded", b: "canceled" });
  });

  test("gives back the slot of a pool that a step held when it was given up", async () => {
    const controller = new AbortController();
    const began = deferred();
    const stuck = defineAsset({
      key: "stuck",
      pool: "db",
      run: () => {
        began.resolve();
        return new Promise<void>(() => {});
      },
    });
    const other = defineAsset({ key: "other", pool: "db", run: () => 1 });
    const world = new World([stuck, other], { pools: { db: 1 } });
    const running = world.run({ request: { select: "stuck" }, signal: controller.signal, cancelGraceMs: 10 });
    await began.promise;
    controller.abort();
    const next = world.run({ request: { select: "other" } });
    await world.clock.advance(10);
    assert.deepEqual([(await running).status, (await next).status], ["canceled", "success"]);
  });

  test("gives up on steps that do not stop in time, and discards what they say later", async () => {
    const controller = new AbortController();
    const began = deferred();
    const late = deferred<string>();
    const a = defineAsset({
      key: "a",
      run: () => {
        began.resolve();
        return late.promise;
      },
    });
    const world = new World([a]);
    const running = world.run({ signal: controller.signal, cancelGraceMs: 2_000 });
    await began.promise;
    controller.abort("stop");
    await world.clock.advance(1_999);
    assert.equal(world.sink.events.some(({ type }) => type === "run_finished"), false);
    await world.clock.advance(1);
    const ran = await running;
    assert.deepEqual([ran.status, ran.ends], ["canceled", { a: "canceled" }]);
    assert.match(ran.of("step_canceled")[0].payload.reason, /stop; a did not stop within 2000 ms/);
    const count = world.sink.events.length;
    late.reject(new Error("late"));
    await world.clock.advance(1);
    assert.equal(world.sink.events.length, count);
  });

  test("after its last step has no effect", async () => {
    const controller = new AbortController();
    const a = defineAsset({ key: "a", run: () => 1 });
    const ran = await new World([a]).run({ signal: controller.signal });
    controller.abort();
    assert.equal(ran.status, "success");
  });

  test("cancels twenty thousand steps that did not begin", async () => {
    const controller = new AbortController();
    const began = deferred();
    const root = defineAsset({
      key: "root",
      run: ({ signal }) =>
        new Promise<void>((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
          began.resolve();
        }),
    });
    const leaves = Array.from(
      { length: 20_000 },
      (_, index) => defineAsset({ key: `leaf/${index}`, deps: { root }, run: () => 1 }),
    );
    const world = new World([root, ...leaves]);
    const running = world.run({ signal: controller.signal });
    await began.promise;
    controller.abort();
    const { outcome } = await running;
    assert.deepEqual([outcome.status, outcome.steps.canceled], ["canceled", 20_001]);
  });

  test("stops the setup of resources, and tears down what was set up", async () => {
    const controller = new AbortController();
    const began = deferred();
    const log: string[] = [];
    const ready = defineResource({
      name: "ready",
      setup: () => void log.push("ready up"),
      teardown: () => void log.push("ready down"),
    });
    const slow = defineResource({
      name: "slow",
      setup: ({ signal }) =>
        new Promise<number>((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
          began.resolve();
        }),
      teardown: () => void log.push("slow down"),
    });
    const a = defineAsset({ key: "a", resources: { ready, slow }, run: () => 1 });
    const running = new World([a]).run({ signal: controller.signal });
    await began.promise;
    controller.abort();
    assert.equal((await running).status, "canceled");
    assert.deepEqual(log, ["ready up", "ready down"]);
  });
});

describe("a run that cannot be recorded", () => {
  test("is given up, rejects with what the store said, and stops its steps", async () => {
    const began = deferred();
    let isAborted = false;
    const a = defineAsset({
      key: "a",
      run: ({ signal }) =>
        new Promise<void>((_, reject) => {
          signal.addEventListener("abort", () => {
            isAborted = true;
            reject(new Error("after the fact"));
          });
          began.resolve();
        }),
    });
    let isBroken = false;
    const store = {
      lastSeq: 0,
      append: async () => {
        if (isBroken) throw new Error("the disk is full");
      },
    };
    const world = new World([a], { store });
    isBroken = true;
    const plan = planAll(world.definitions);
    await assert.rejects(
      executeRun(world.engine, { id: "x", plan, steps: compileSteps(plan) }),
      /the disk is full/,
    );
    assert.equal(isAborted, true);
    isBroken = false;
    const b = new World([defineAsset({ key: "b", run: () => 1 })], { store });
    assert.equal((await b.run()).status, "success");
    await began.promise;
  });
});
