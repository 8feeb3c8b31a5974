import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { defineAsset } from "../../../src/model/assets/asset.ts";
import type { Asset } from "../../../src/model/assets/declaration.ts";
import { defineResource } from "../../../src/model/assets/resource.ts";
import type { BreakerPolicy } from "../../../src/model/gates/breaker.ts";
import { multiPartitions, staticPartitions } from "../../../src/model/partitions/definition.ts";
import { World } from "../support.ts";

const down = (): never => {
  throw Object.assign(new Error("down"), { code: "ECONNREFUSED" });
};

/** Sleeps by the clock of a world, and counts who sleeps at once. */
class Beds {
  world: World | undefined = undefined;
  readonly most: Map<string, number> = new Map();
  readonly #now: Map<string, number> = new Map();

  async sleep(name: string, ms = 10): Promise<void> {
    const count = (this.#now.get(name) ?? 0) + 1;
    this.#now.set(name, count);
    this.most.set(name, Math.max(count, this.most.get(name) ?? 0));
    await new Promise<void>((resolve) => this.world?.clock.after(ms, resolve));
    this.#now.set(name, (this.#now.get(name) as number) - 1);
  }
}

const LIMITS = { x: 1, y: 2 };

describe("a concurrency key", () => {
  test("is shared by assets, partitions and runs, and brings its limit along", async () => {
    const beds = new Beds();
    const tenants = staticPartitions(["acme", "apex", "zoo"]);
    const cells = multiPartitions({ tenant: tenants, day: staticPartitions(["mon", "tue"]) });
    const bodies = (name: string) => () => beds.sleep(name);
    const assets = [
      defineAsset({ key: "one", concurrency: { key: "t/acme" }, run: bodies("acme") }),
      defineAsset({
        key: "cells",
        partitions: cells,
        concurrency: { key: ({ dimensions }) => `t/${dimensions.tenant}` },
        run: ({ partition }) => beds.sleep(partition.dimensions.tenant),
      }),
      defineAsset({
        key: "other",
        concurrency: { key: "o", limit: 2 },
        partitions: cells,
        run: bodies("other"),
      }),
    ];
    const world = beds.world = new World(assets, { concurrency: 50 });
    const request = { partitions: "all" as const };
    const runs = [world.run({ request }), world.run({ request })];
    await world.clock.advanceToEnd();
    for (const run of runs) assert.equal((await run).status, "success");
    assert.deepEqual(Object.fromEntries(beds.most), { acme: 1, apex: 1, zoo: 1, other: 2 });
    assert.deepEqual(world.engine.gates.waiting(), []);
  });

  test("of a batch is that of each of its partitions, all taken at once", async () => {
    const beds = new Beds();
    const keys = staticPartitions(["a", "b", "c"]);
    const assets = [
      defineAsset({
        key: "batch",
        partitions: keys,
        batch: true,
        backfill: { maxPartitionsPerRun: 2 },
        concurrency: { key: ({ partition }) => `${partition}` },
        run: async ({ partitions }) => {
          await Promise.all(partitions.map(({ key }) => beds.sleep(key)));
          return partitions.map(({ key }) => [key, 1] as const);
        },
      }),
      defineAsset({
        key: "single",
        partitions: keys,
        concurrency: { key: ({ partition }) => `${partition}` },
        run: ({ partition }) => beds.sleep(partition.key),
      }),
    ];
    const world = beds.world = new World(assets, { concurrency: 50 });
    const run = world.run({ request: { partitions: "all" } });
    await world.clock.advanceToEnd();
    assert.equal((await run).status, "success");
    assert.deepEqual(Object.fromEntries(beds.most), { a: 1, b: 1, c: 1 });
  });

  test("fails its step when its function throws or gives no text, and takes no place", async () => {
    const asset = (key: string, keyOf: () => string) =>
      defineAsset({ key, concurrency: { key: keyOf }, run: () => 1 });
    const throws = asset("throws", () => {
      throw new Error("no tenant");
    });
    const world = new World([throws, asset("number", () => 7 as never), asset("empty", () => "")]);
    const ran = await world.run();
    const messages = ran.of("step_failed").map(({ payload }) => payload.error.message).sort();
    assert.match(messages[0], /POLICY_INVALID: The concurrency key of (empty|number)/);
    assert.equal(messages[2], "no tenant");
    assert.deepEqual(world.engine.gates.waiting(), []);
  });

  test("with pools and priorities keeps every limit in any graph, whatever fails", async () => {
    const nodes = fc.array(
      fc.record({
        key: fc.constantFrom(undefined, "x" as const, "y" as const),
        pool: fc.constantFrom(undefined, "p", "q"),
        priority: fc.integer({ min: 0, max: 2 }),
        fails: fc.integer({ min: 0, max: 2 }),
        ms: fc.integer({ min: 1, max: 9 }),
      }),
      { minLength: 1, maxLength: 14 },
    );
    await fc.assert(
      fc.asyncProperty(nodes, fc.integer({ min: 1, max: 6 }), async (list, concurrency) => {
        const inside: { readonly key: string | undefined; readonly pool: string | undefined }[] = [];
        let world: World | undefined = undefined;
        const count = (field: "key" | "pool", name: string | undefined) =>
          inside.filter((each) => each[field] === name).length;
        const assets = list.map(({ key, pool, priority, fails, ms }, index) =>
          defineAsset({
            key: `n${index}`,
            priority,
            retry: { maxRetries: 1, delayMs: 3 },
            ...(key !== undefined && { concurrency: { key, limit: LIMITS[key] } }),
            ...(pool !== undefined && { pool }),
            run: async ({ attempt }) => {
              const own = { key, pool };
              inside.push(own);
              if (key !== undefined) assert.ok(count("key", key) <= LIMITS[key]);
              if (pool !== undefined) assert.ok(count("pool", pool) <= (pool === "p" ? 1 : 2));
              await new Promise<void>((resolve) => world?.clock.after(ms, resolve));
              inside.splice(inside.indexOf(own), 1);
              if (attempt <= fails) throw new Error("flaky");
            },
          })
        );
        const made: World = world = new World(assets, { concurrency, pools: { p: 1, q: { slots: 2 } } });
        const runs = [made.run({ priority: 1 }), made.run()];
        await made.clock.advanceToEnd();
        for (const run of runs) {
          const { ends } = await run;
          assert.deepEqual(
            list.map((_, n) => ends[`n${n}`]),
            list.map(({ fails }) => fails > 1 ? "failed" : "succeeded"),
          );
        }
        assert.deepEqual([inside, made.engine.gates.waiting(), made.clock.pending], [[], [], 0]);
      }),
      { numRuns: 80, seed: 7 },
    );
  });
});

describe("priorities of runs", () => {
  test("come before those of steps and before who came first, at gates and at seats", async () => {
    const runs = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        runs,
        fc.boolean(),
        fc.integer({ min: 1, max: 3 }),
        async (priorities, isPooled, steps) => {
          const order: string[] = [];
          const beds = new Beds();
          const assets = Array.from({ length: steps }, (_, index) =>
            defineAsset({
              key: `s${index}`,
              priority: index,
              ...(isPooled && { pool: "p" }),
              run: async ({ run }) => {
                order.push(`${run.id}/s${index}`);
                await beds.sleep("any");
              },
            }));
          const world = beds.world = new World(assets, isPooled ? { pools: { p: 1 } } : { concurrency: 1 });
          const going = [world.run({ id: "first" })];
          await world.clock.advance(1);
          for (const [index, priority] of priorities.entries()) {
            going.push(
              world.run({ id: `r${index}`, priority }),
            );
          }
          await world.clock.advance(1);
          await world.clock.advanceToEnd();
          await Promise.all(going);
          const waiting = priorities.flatMap((priority, run) =>
            Array.from({ length: steps }, (_, step) => ({ run: `r${run}`, priority, step }))
          );
          if (!isPooled) {
            const ranks = order.slice(1).filter((name) => !name.startsWith("first"))
              .map((name) => priorities[Number(name.split("/")[0].slice(1))]);
            assert.deepEqual(ranks, ranks.toSorted((a, b) => b - a));
            return;
          }
          for (let step = 0; step < steps - 1; step++) waiting.push({ run: "first", priority: 0, step });
          const firstOf = (run: string) => run === "first" ? -1 : Number(run.slice(1));
          const expected = waiting.sort((a, b) =>
            b.priority - a.priority || b.step - a.step || firstOf(a.run) - firstOf(b.run)
          );
          assert.deepEqual(order.slice(1), expected.map(({ run, step }) => `${run}/s${step}`));
        },
      ),
      { numRuns: 60, seed: 13 },
    );
  });
});

describe("a breaker", () => {
  const policy: BreakerPolicy = { failures: 2, withinMs: 1_000, openMs: 500 };
  const api = (more: Partial<BreakerPolicy> = {}) =>
    defineResource({ name: "api", setup: () => "api", breaker: { ...policy, ...more } });
  const breakerEvents = (world: World) =>
    world.sink.events.filter(({ type }) => type.startsWith("breaker_")).map(({ type, atMs, runId }) =>
      `${type} ${atMs - 1_000_000}${runId}`
    );

  test("holds the steps of all runs back while it is open, lets one try, and closes when that succeeds", async () => {
    const resource = api();
    const begun: string[] = [];
    let isDown = true;
    let world: World | undefined = undefined;
    const assets: Asset[] = ["a", "b", "c", "d"].map((key) =>
      defineAsset({
        key,
        resources: { resource },
        retry: { maxRetries: 3, delayMs: 10 },
        run: ({ attempt, run }) => {
          begun.push(`${run.id} ${key}${attempt} at ${(world?.clock.now() ?? 0) - 1_000_000}`);
          return isDown ? down() : 1;
        },
      })
    );
    const made: World = world = new World(assets, { concurrency: 1 });
    const runs = [made.run({ id: "x" }), made.run({ id: "y" })];
    await made.clock.advance(100);
    assert.deepEqual(begun, ["x a1 at 0", "x b1 at 0"]);
    assert.deepEqual(made.engine.breakers.list(), [
      { kind: "resource", name: "api", state: "open", failures: 2, untilMs: 1_000_500 },
    ]);
    const waiting = made.engine.gates.waiting();
    assert.deepEqual(new Set(waiting.map(({ gate }) => gate)), new Set(["breaker of resource api"]));
    assert.deepEqual(waiting.map(({ name }) => name).sort(), ["a", "a", "b", "b", "c", "c", "d", "d"]);
    await made.clock.advance(450);
    assert.equal(begun.length, 3);
    assert.match(begun[2], /at 500$/);
    isDown = false;
    await made.clock.advanceToEnd();
    for (const run of runs) assert.equal((await run).status, "success");
    assert.deepEqual(breakerEvents(made), [
      "breaker_opened 0",
      "breaker_half_open 500",
      "breaker_opened 500",
      "breaker_half_open 1000",
      "breaker_closed 1000",
    ]);
    assert.equal(made.clock.pending, 0);
  });

  test("of a pool fails steps at once where it is told to, which their retry policies see", async () => {
    const assets = ["a", "b"].map((key) =>
      defineAsset({
        key,
        pool: "api",
        retry: { maxRetries: 0, byClass: { transient: { maxRetries: 2, delayMs: 400 } } },
        run: ({ attempt }) => attempt < 3 ? down() : 1,
      })
    );
    const breaker = { ...policy, failures: 1, whenOpen: "fail" } as const;
    const world = new World(assets, { pools: { api: { slots: 5, breaker } }, concurrency: 1 });
    const run = world.run();
    await world.clock.advanceToEnd();
    const ran = await run;
    const codes = ran.of("step_retrying").map(({ step, payload, attempt }) =>
      `${ran.nameOf(step)}${attempt} ${payload.error.code}`
    );
    assert.deepEqual(codes, ["a1 ECONNREFUSED", "b1 BREAKER_OPEN", "a2 BREAKER_OPEN", "b2 BREAKER_OPEN"]);
    assert.deepEqual(ran.ends, { a: "succeeded", b: "succeeded" });
  });

  test("does not hold up a run that is canceled or left while steps wait", async () => {
    const resource = api({ failures: 1 });
    const assets = ["a", "b", "c"].map((key) =>
      defineAsset({ key, resources: { resource }, run: () => down() })
    );
    const stop = new AbortController();
    const world = new World(assets, { concurrency: 1 });
    const run = world.run({ signal: stop.signal });
    await world.clock.advance(1);
    assert.equal(world.engine.gates.waiting().length, 2);
    stop.abort("enough");
    await world.clock.advance(1);
    const ran = await run;
    assert.deepEqual([ran.status, ran.ends], ["canceled", { a: "failed", b: "canceled", c: "canceled" }]);
    assert.deepEqual([world.engine.gates.waiting(), world.clock.pending], [[], 0]);
    const left = world.run();
    await world.clock.advance(1);
    assert.equal(world.engine.gates.waiting().length, 3);
    world.engine.leave(0, new Error("closed"));
    await world.clock.advance(1);
    assert.equal((await left).status, "interrupted");
    assert.deepEqual([world.engine.gates.waiting(), world.clock.pending], [[], 0]);
  });

  test("counts timeouts, and not what a canceled step says", async () => {
    const resource = api({ failures: 1 });
    const slow = defineAsset({
      key: "slow",
      resources: { resource },
      timeoutMs: 50,
      run: ({ signal }) =>
        new Promise<number>((_, reject) => signal.addEventListener("abort", () => reject(down))),
    });
    const stop = new AbortController();
    const world = new World([slow]);
    const canceled = world.run({ signal: stop.signal });
    await world.clock.advance(1);
    stop.abort("no");
    await world.clock.advance(1);
    assert.equal((await canceled).status, "canceled");
    assert.equal(world.engine.breakers.list()[0].state, "closed");
    const late = world.run();
    await world.clock.advanceToEnd();
    assert.equal((await late).status, "failed");
    assert.equal(world.engine.breakers.list()[0].state, "open");
  });

  test("never lets a step begin while it is open, whatever fails and however long", async () => {
    const nodes = fc.array(
      fc.record({ ms: fc.integer({ min: 0, max: 60 }), fails: fc.integer({ min: 0, max: 3 }) }),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    const policies = fc.record({
      failures: fc.integer({ min: 1, max: 3 }),
      withinMs: fc.integer({ min: 1, max: 200 }),
      openMs: fc.integer({ min: 1, max: 100 }),
      maxOpenMs: fc.integer({ min: 100, max: 300 }),
      trials: fc.integer({ min: 1, max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(
        nodes,
        policies,
        fc.integer({ min: 1, max: 4 }),
        async (list, breaker, concurrency) => {
          const resource = api(breaker);
          let world: World | undefined = undefined;
          const assets = list.map(({ ms, fails }, index) =>
            defineAsset({
              key: `n${index}`,
              resources: { resource },
              retry: { maxRetries: 3, delayMs: 7 },
              run: async ({ attempt }) => {
                await new Promise<void>((resolve) => world?.clock.after(ms, resolve));
                if (attempt <= fails) down();
              },
            })
          );
          const made: World = world = new World(assets, { concurrency });
          const run = made.run();
          await made.clock.advanceToEnd();
          assert.equal((await run).status, "success");
          let untilMs = -Infinity;
          let state = "closed";
          let trials = 0;
          for (const event of made.sink.events.toSorted((a, b) => a.seq - b.seq)) {
            if (event.type === "breaker_opened") [state, untilMs] = ["open", event.payload.untilMs];
            else if (event.type === "breaker_half_open") [state, trials] = ["half_open", 0];
            else if (event.type === "breaker_closed") state = "closed";
            if (event.type !== "step_started") continue;
            assert.ok(state !== "open", `a step began at ${event.atMs}, and it is open until ${untilMs}`);
            if (state === "half_open") assert.ok(++trials <= breaker.trials);
          }
        },
      ),
      { numRuns: 80, seed: 92 },
    );
  });
});
