import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { defineAsset } from "../../src/model/assets/asset.ts";
import { StepFailure, type StepFailureOptions } from "../../src/model/assets/failure.ts";
import { skip, unchanged } from "../../src/model/assets/result.ts";
import { World } from "./support.ts";

function fails(key: string, thrown: unknown) {
  return defineAsset({
    key,
    run: (): number => {
      throw thrown;
    },
  });
}

describe("a failed step", () => {
  test("makes what is downstream upstream_failed, with cause and way, and lets the rest run", async () => {
    const bad = fails("bad", new Error("boom"));
    const child = defineAsset({ key: "child", deps: { bad }, run: ({ inputs }) => inputs.bad });
    const grandchild = defineAsset({ key: "grandchild", deps: { child }, run: ({ inputs }) => inputs.child });
    const good = defineAsset({ key: "good", run: () => 1 });
    const both = defineAsset({ key: "both", deps: { good }, after: [grandchild], run: () => 1 });
    const alone = defineAsset({ key: "alone", deps: { good }, run: async ({ inputs }) => inputs.good });
    const ran = await new World([bad, child, grandchild, good, both, alone]).run();
    assert.equal(ran.status, "failed");
    assert.deepEqual(ran.ends, {
      bad: "failed",
      good: "succeeded",
      alone: "succeeded",
      child: "upstream_failed",
      grandchild: "upstream_failed",
      both: "upstream_failed",
    });
    const chain = ran.of("step_upstream_failed").map(({ step, payload }) => [
      ran.nameOf(step),
      ran.nameOf(payload.cause),
      ran.nameOf(payload.via),
    ]);
    assert.deepEqual(chain, [
      ["child", "bad", "bad"],
      ["grandchild", "bad", "child"],
      ["both", "bad", "grandchild"],
    ]);
  });

  test("is recorded readably, whatever was thrown", async () => {
    const cyclic = new Error("outer", { cause: new Error("inner") });
    (cyclic.cause as Error).cause = cyclic;
    const hostile = new Proxy(new Error("hidden"), {
      get: () => {
        throw new Error("no");
      },
    });
    const coded = Object.assign(new Error("not there"), { code: "ENOENT" });
    const cases: [unknown, { readonly name: string; readonly message: string }][] = [
      ["plain text", { name: "Thrown", message: "plain text" }],
      ["", { name: "Thrown", message: "an empty string was thrown" }],
      [undefined, { name: "Thrown", message: "undefined was thrown" }],
      [null, { name: "Thrown", message: "null was thrown" }],
      [7, { name: "Thrown", message: "a number was thrown: 7" }],
      [10n, { name: "Thrown", message: "a bigint was thrown: 10" }],
      [Symbol("s"), { name: "Thrown", message: "a symbol was thrown: Symbol(s)" }],
      [() => 1, { name: "Thrown", message: "a function was thrown" }],
      [{ a: 1 }, { name: "Thrown", message: 'an object was thrown: {"a":1}' }],
      [{ big: 1n }, { name: "Thrown", message: "an object was thrown: (nothing that JSON can say)" }],
      [Object.freeze(new TypeError("frozen")), { name: "TypeError", message: "frozen" }],
      [cyclic, { name: "Error", message: "outer" }],
      [hostile, { name: "Error", message: "(no message)" }],
      [coded, { name: "Error", message: "not there" }],
      [new AggregateError([new Error("one"), "two"]), { name: "AggregateError", message: "one; two" }],
    ];
    const assets = cases.flatMap(([thrown], index) => [
      fails(`now/${index}`, thrown),
      defineAsset({ key: `later/${index}`, run: () => Promise.reject(thrown) }),
    ]);
    const ran = await new World(assets).run();
    const failed = ran.of("step_failed");
    assert.equal(failed.length, cases.length * 2);
    for (const { step, payload } of failed) {
      const [, expected] = cases[Number(ran.nameOf(step).split("/")[1])];
      assert.deepEqual({ name: payload.error.name, message: payload.error.message }, expected);
      assert.equal(JSON.parse(JSON.stringify(payload)).error.name, expected.name);
    }
    const byName = new Map(failed.map(({ step, payload }) => [ran.nameOf(step), payload.error]));
    assert.equal(byName.get("now/11")?.cause?.message, "inner");
    assert.equal(byName.get("now/11")?.cause?.cause, undefined);
    assert.equal(byName.get("now/13")?.code, "ENOENT");
  });

  test("cuts what is too long", async () => {
    const ran = await new World([fails("a", new Error("x".repeat(10_000)))]).run();
    const [{ payload }] = ran.of("step_failed");
    assert.ok(payload.error.message.length < 4_100);
    assert.ok(payload.error.message.endsWith("(6000 more characters)"));
  });
});

describe("retries", () => {
  const policy = { maxRetries: 3, delayMs: 1_000, backoff: "exponential" } as const;

  test("wait as the policy says, and count attempts", async () => {
    const attempts: number[] = [];
    const a = defineAsset({
      key: "a",
      retry: policy,
      run: ({ attempt }) => {
        attempts.push(attempt);
        if (attempt < 4) throw new Error(`attempt ${attempt}`);
        return attempt;
      },
    });
    const world = new World([a]);
    const running = world.run();
    await world.clock.advanceToEnd();
    const ran = await running;
    assert.deepEqual(attempts, [1, 2, 3, 4]);
    assert.deepEqual(ran.story.filter((line) => line.startsWith("step_")), [
      "step_started a",
      "step_retrying a",
      "step_started a",
      "step_retrying a",
      "step_started a",
      "step_retrying a",
      "step_started a",
      "step_succeeded a",
    ]);
    assert.deepEqual(ran.of("step_retrying").map(({ payload }) => payload.delayMs), [1_000, 3_000, 7_000]);
    assert.deepEqual(ran.of("step_started").map(({ atMs }) => atMs - 1_000_000), [0, 1_000, 4_000, 11_000]);
    assert.deepEqual(ran.of("step_started").map(({ attempt }) => attempt), [1, 2, 3, 4]);
    assert.equal(ran.of("step_succeeded")[0].attempt, 4);
  });

  test("end when the budget is spent", async () => {
    const a = defineAsset({ key: "a", retry: { maxRetries: 2 }, run: () => Promise.reject(new Error("no")) });
    const world = new World([a]);
    const running = world.run();
    await world.clock.advanceToEnd();
    const ran = await running;
    assert.deepEqual([ran.of("step_retrying").length, ran.of("step_failed")[0].attempt], [2, 3]);
  });

  test("obey what the failure says", async () => {
    const make = (key: string, hasPolicy: boolean, options: StepFailureOptions) =>
      defineAsset({
        key,
        ...(hasPolicy && { retry: policy }),
        run: (): number => {
          throw new StepFailure("told", options);
        },
      });
    const assets = [
      make("never", true, { retry: false }),
      make("once", false, { retryAfterMs: 50 }),
      make("twice", true, { maxRetries: 2, retryAfterMs: 10 }),
      make("asked", false, { retry: true }),
    ];
    const world = new World(assets);
    const running = world.run();
    await world.clock.advanceToEnd();
    const ran = await running;
    const delays = (name: string) =>
      ran.of("step_retrying").filter(({ step }) => ran.nameOf(step) === name).map(({ payload }) =>
        payload.delayMs
      );
    assert.deepEqual([delays("never"), delays("once"), delays("twice"), delays("asked")], [
      [],
      [50],
      [10, 10],
      [0],
    ]);
  });

  test("hold neither a place nor the slot of a pool while they wait", async () => {
    const order: string[] = [];
    const flaky = defineAsset({
      key: "flaky",
      pool: "db",
      retry: { maxRetries: 1, delayMs: 1_000 },
      run: async ({ attempt }) => {
        order.push(`flaky ${attempt}`);
        if (attempt === 1) throw new Error("no");
      },
    });
    const other = defineAsset({ key: "other", pool: "db", run: async () => void order.push("other") });
    const world = new World([flaky, other], { concurrency: 1, pools: { db: 1 } });
    const running = world.run();
    await world.clock.advanceToEnd();
    assert.equal((await running).status, "success");
    assert.deepEqual(order, ["flaky 1", "other", "flaky 2"]);
  });
});

describe("timeouts", () => {
  test("abort the attempt, count as a failure and are tried again", async () => {
    const aborted: unknown[] = [];
    const a = defineAsset({
      key: "a",
      timeoutMs: 500,
      retry: { maxRetries: 1, delayMs: 100 },
      run: ({ attempt, signal }) =>
        attempt === 2 ? Promise.resolve("done") : new Promise<string>((_, reject) => {
          signal.addEventListener("abort", () => {
            aborted.push((signal.reason as { readonly code: string }).code);
            reject(signal.reason);
          });
        }),
    });
    const world = new World([a]);
    const running = world.run();
    await world.clock.advanceToEnd();
    const ran = await running;
    assert.deepEqual(aborted, ["STEP_TIMEOUT"]);
    assert.equal(ran.status, "success");
    const [{ payload, atMs }] = ran.of("step_retrying");
    assert.deepEqual([payload.error.code, payload.delayMs, atMs - 1_000_000], ["STEP_TIMEOUT", 100, 500]);
    assert.equal(world.value("a"), "done");
  });

  test("do not wait for a body that does not heed its signal, and discard what it says later", async () => {
    let finish: (value: string) => void = () => {};
    const stuck = defineAsset({
      key: "stuck",
      timeoutMs: 500,
      run: () => new Promise<string>((resolve) => finish = resolve),
    });
    const after = defineAsset({ key: "after", run: async () => "ran" });
    const world = new World([stuck, after], { concurrency: 1 });
    const running = world.run();
    await world.clock.advance(500);
    const ran = await running;
    assert.deepEqual(ran.ends, { stuck: "failed", after: "succeeded" });
    assert.equal(ran.of("step_failed")[0].payload.error.code, "STEP_TIMEOUT");
    assert.match(ran.of("step_failed")[0].payload.error.message, /stuck took longer than 500 ms/);
    finish("late");
    await world.clock.advance(1);
    assert.throws(() => world.value("stuck"), { code: "VALUE_MISSING" });
    assert.equal(world.sink.events.length, ran.events.length);
  });

  test("keep what a later attempt has made when an earlier one, given up, ends after it", async () => {
    const finish: ((value: string) => void)[] = [];
    const slow = defineAsset({
      key: "slow",
      timeoutMs: 500,
      retry: { maxRetries: 1, delayMs: 100 },
      run: ({ attempt }) => attempt === 2 ? "second" : new Promise<string>((resolve) => finish.push(resolve)),
    });
    const world = new World([slow]);
    const running = world.run();
    await world.clock.advance(600);
    const ran = await running;
    assert.equal(ran.status, "success");
    finish.forEach((end) => end("first, and late"));
    await world.clock.advance(1);
    assert.equal(world.value("slow"), "second");
    assert.equal(world.sink.events.length, ran.events.length);
    assert.deepEqual(ran.of("step_succeeded").map(({ attempt }) => attempt), [2]);
  });

  test("do not strike those who are in time", async () => {
    const assets = Array.from({ length: 20 }, (_, index) =>
      defineAsset({
        key: `a${index}`,
        timeoutMs: 100 + index,
        run: () =>
          new Promise<number>((resolve) => world.clock.after(index < 10 ? 100 : 200, () => resolve(index))),
      }));
    const world: World = new World(assets, { concurrency: 20 });
    const running = world.run();
    await world.clock.advanceToEnd();
    const ran = await running;
    const expected = assets.map((
      _,
      index,
    ) => [`a${index}`, index > 0 && index < 10 ? "succeeded" : "failed"]);
    const { a0: _, ...ends } = ran.ends;
    const { a0: _0, ...others } = Object.fromEntries(expected);
    assert.deepEqual(ends, others);
    assert.equal(world.clock.pending, 0);
  });
});

describe("skip and unchanged", () => {
  test("skip what reads the skipped value, and not what only comes after it", async () => {
    const a = defineAsset({ key: "a", skippable: true, run: () => skip("nothing today") });
    const b = defineAsset({ key: "b", deps: { a }, run: () => 1 });
    const c = defineAsset({ key: "c", deps: { b }, run: () => 1 });
    const d = defineAsset({ key: "d", after: [a], run: () => 1 });
    const ran = await new World([a, b, c, d]).run();
    assert.equal(ran.status, "success");
    assert.deepEqual(ran.ends, { a: "skipped", b: "skipped", c: "skipped", d: "succeeded" });
    const skips = ran.of("step_skipped").map((
      { step, payload },
    ) => [ran.nameOf(step), payload.reason, payload.cause]);
    assert.deepEqual(skips, [
      ["a", "nothing today", undefined],
      ["b", "an input was skipped", 0],
      ["c", "an input was skipped", 0],
    ]);
  });

  test("a failure counts more than a skip", async () => {
    const a = defineAsset({ key: "a", skippable: true, run: () => skip("no") });
    const bad = fails("bad", new Error("boom"));
    const c = defineAsset({ key: "c", deps: { a, bad }, run: () => 1 });
    const ran = await new World([a, bad, c]).run();
    assert.deepEqual(ran.ends, { a: "skipped", bad: "failed", c: "upstream_failed" });
  });

  test("skip is refused unless declared, and not tried again", async () => {
    const a = defineAsset({ key: "a", retry: { maxRetries: 3 }, run: () => skip("no") });
    const ran = await new World([a]).run();
    assert.match(ran.of("step_failed")[0].payload.error.message, /is not declared skippable/);
    assert.equal(ran.of("step_retrying").length, 0);
  });

  test("unchanged leaves the kept value, and downstream runs with it", async () => {
    let round = 0;
    const a = defineAsset({ key: "a", run: () => round++ === 0 ? "first" : unchanged("same etag") });
    const b = defineAsset({ key: "b", deps: { a }, run: ({ inputs }) => `${inputs.a} ${round}` });
    const world = new World([a, b]);
    await world.run();
    const ran = await world.run();
    assert.equal(world.value("b"), "first 2");
    assert.deepEqual(ran.of("step_succeeded")[0].payload, {
      outputs: [{ unchanged: true, metadata: { reason: "same etag" } }],
    });
  });
});
