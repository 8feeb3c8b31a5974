import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { defineAsset } from "../../src/model/assets/asset.ts";
import { defineResource, override } from "../../src/model/assets/resource.ts";
import { compileSteps } from "../../src/planner/steps.ts";
import { executeRun } from "../../src/runtime/run.ts";
import { z } from "zod";
import { planAll, World } from "./support.ts";

describe("resources", () => {
  test("are set up once, before the first step that needs them, and torn down in reverse", async () => {
    const log: string[] = [];
    const make = (name: string, isAsync: boolean) =>
      defineResource({
        name,
        setup: () => {
          log.push(`${name} up`);
          return isAsync ? Promise.resolve(name) : name;
        },
        teardown: (value) => void log.push(`${value} down`),
      });
    const one = make("one", true);
    const two = make("two", false);
    const unused = make("unused", false);
    const first = defineAsset({ key: "first", run: () => void log.push("first") });
    const a = defineAsset({
      key: "a",
      after: [first],
      resources: { one },
      run: ({ resources }) => void log.push(resources.one),
    });
    const b = defineAsset({
      key: "b",
      after: [a],
      resources: { two, one },
      run: async ({ resources }) => void log.push(resources.two + resources.one),
    });
    const c = defineAsset({ key: "c", resources: { unused }, run: () => 1 });
    await new World([first, a, b, c]).run({ request: { select: "first or a or b" } });
    assert.deepEqual(log, ["first", "one up", "one", "two up", "twoone", "two down", "one down"]);
  });

  test("are shared by steps that need them at the same time", async () => {
    let count = 0;
    const slow = defineResource({
      name: "slow",
      setup: async () => {
        await new Promise<void>((resolve) => setTimeout(resolve, 2));
        return ++count;
      },
    });
    const assets = Array.from(
      { length: 8 },
      (_, index) =>
        defineAsset({ key: `a${index}`, resources: { slow }, run: ({ resources }) => resources.slow }),
    );
    const world = new World(assets);
    await world.run();
    assert.deepEqual([count, assets.map(({ key }) => world.value(key))], [1, Array(8).fill(1)]);
    await world.run();
    assert.equal(count, 2);
  });

  test("may be replaced by a value, for an engine or a run, and are not torn down then", async () => {
    const db = defineResource<string>({
      name: "db",
      setup: () => assert.fail("must not be set up"),
      teardown: () => assert.fail("must not be torn down"),
    });
    const a = defineAsset({ key: "a", resources: { db }, run: ({ resources }) => resources.db });
    const world = new World([a], { resources: [override(db, "engine")] });
    await world.run();
    assert.equal(world.value("a"), "engine");
    await world.run({ resources: [override(db, "run")] });
    assert.equal(world.value("a"), "run");
  });

  test("that cannot be set up fail the steps that need them; a retry tries again", async () => {
    for (const isAsync of [false, true]) {
      let count = 0;
      const moody = defineResource({
        name: "moody",
        setup: () => {
          if (++count > 1) return "fine";
          if (isAsync) return Promise.reject(new Error("not today"));
          throw new Error("not today");
        },
      });
      const a = defineAsset({ key: "a", resources: { moody }, run: () => 1 });
      const b = defineAsset({ key: "b", run: () => 1 });
      const ran = await new World([a, b]).run();
      assert.deepEqual(ran.ends, { a: "failed", b: "succeeded" });
      const { code, message, cause } = ran.of("step_failed")[0].payload.error;
      assert.deepEqual([code, cause?.message], ["RESOURCE_FAILED", "not today"]);
      assert.match(message, /The resource moody could not be set up: not today/);

      count = 0;
      const again = defineAsset({ key: "a", retry: { maxRetries: 1 }, resources: { moody }, run: () => 1 });
      const world = new World([again]);
      const running = world.run();
      await world.clock.advanceToEnd();
      assert.equal((await running).status, "success");
    }
  });

  test("that cannot be torn down fail the run, after all others were torn down", async () => {
    const log: string[] = [];
    const good = defineResource({ name: "good", setup: () => 1, teardown: () => void log.push("good") });
    const bad = defineResource({
      name: "bad",
      setup: () => 1,
      teardown: () => Promise.reject(new Error("stuck")),
    });
    const a = defineAsset({ key: "a", resources: { good, bad }, run: () => 1 });
    const ran = await new World([a]).run();
    assert.deepEqual([ran.status, log, ran.ends.a], ["failed", ["good"], "succeeded"]);
    assert.equal(ran.outcome.error?.code, "RESOURCE_FAILED");
    assert.equal(ran.of("run_finished")[0].payload.error?.code, "RESOURCE_FAILED");
  });
});

describe("config", () => {
  const a = defineAsset({
    key: "a",
    config: z.object({ limit: z.number().default(10), names: z.array(z.string()).optional() }),
    run: ({ config }) => config.limit,
  });
  const later = defineAsset({
    key: "later",
    config: z.object({ at: z.string() }).refine(async ({ at }) => at !== "never", "must be some day"),
    run: ({ config }) => config.at,
  });
  const plain = defineAsset({ key: "plain", run: () => 1 });

  test("is validated, and may have defaults", async () => {
    const world = new World([a, later, plain]);
    assert.equal((await world.run({ config: { a: {}, later: { at: "noon" } } })).status, "success");
    assert.deepEqual([world.value("a"), world.value("later")], [10, "noon"]);
    await world.run({ config: { a: { limit: 3 }, later: { at: "noon" } } });
    assert.equal(world.value("a"), 3);
  });

  test("that is not valid lets nothing start, and is named with every path", async () => {
    const world = new World([a, later, plain]);
    const plan = planAll(world.definitions);
    const config = { a: { limit: "3", names: ["x", 1] }, later: { at: "never" }, plain: {}, latter: {} };
    const request = { id: "x", plan, steps: compileSteps(plan), config };
    await assert.rejects(executeRun(world.engine, request), (error: unknown) => {
      const { code, issues } = error as {
        readonly code: string;
        readonly issues: readonly { path: unknown }[];
      };
      assert.equal(code, "CONFIG_INVALID");
      assert.deepEqual(issues.map(({ path }) => path), [
        ["config", "plain"],
        ["config", "latter"],
        ["config", "a", "limit"],
        ["config", "a", "names", "1"],
        ["config", "later"],
      ]);
      return true;
    });
    assert.deepEqual(world.sink.events, []);
  });

  test("of steps that do not run is left alone", async () => {
    const world = new World([a, later, plain]);
    const ran = await world.run({ request: { select: "plain" }, config: { a: { limit: "wrong" } } });
    assert.equal(ran.status, "success");
  });
});

describe("logs", () => {
  test("are kept with the attempt, with fields that can be written", async () => {
    const a = defineAsset({
      key: "a",
      run: ({ log }) => {
        const { info, warning } = log;
        info("hello", { n: 1 });
        warning("strange", { big: 1n });
        log.debug("plain");
        log.error("bad");
      },
    });
    const ran = await new World([a]).run();
    assert.deepEqual(ran.of("step_log").map(({ attempt, payload }) => [attempt, payload]), [
      [1, { level: "info", message: "hello", fields: { n: 1 } }],
      [1, { level: "warning", message: "strange", fields: ran.of("step_log")[1].payload.fields }],
      [1, { level: "debug", message: "plain" }],
      [1, { level: "error", message: "bad" }],
    ]);
    assert.deepEqual(Object.keys(ran.of("step_log")[1].payload.fields ?? {}), ["unprintable"]);
  });

  test("written after the run are dropped", async () => {
    let keep: { info(message: string): void } | undefined;
    const a = defineAsset({ key: "a", run: ({ log }) => void (keep = log) });
    const world = new World([a]);
    await world.run();
    keep?.info("too late");
    await world.engine.recorder.flush();
    assert.equal(world.sink.events.some(({ type }) => type === "step_log"), false);
  });
});
