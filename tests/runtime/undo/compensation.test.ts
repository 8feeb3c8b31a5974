/** Compensation: what a failed run has made is undone in the reverse order of its ends. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  type Asset,
  defineAsset,
  defineMultiAsset,
  defineResource,
  output,
  skip,
  staticPartitions,
  unchanged,
} from "sluice";
import { deferred, World } from "../support.ts";

const broken = (after: readonly Asset[], key = "broken") =>
  defineAsset({
    key,
    after,
    run: (): number => {
      throw new Error("out of stock");
    },
  });

/** An asset whose undo step notes that it ran. */
function noted(key: string, notes: string[], after: readonly Asset[] = []): Asset {
  return defineAsset({ key, after, run: () => key, undo: ({ name }) => void notes.push(name) });
}

describe("a run that fails", () => {
  test("undoes what it has made, against the edges, and removes the values", async () => {
    const notes: string[] = [];
    const a = noted("a", notes);
    const b = noted("b", notes, [a]);
    const plain = defineAsset({ key: "plain", after: [b], run: () => 1 });
    const c = noted("c", notes, [plain]);
    const world = new World([a, b, plain, c, broken([c])]);
    const ran = await world.run({ compensate: "failed" });
    assert.equal(ran.status, "failed");
    assert.deepEqual(notes, ["c", "b", "a"]);
    assert.deepEqual(ran.outcome.steps, {
      total: 5,
      success: 1,
      failed: 1,
      skipped: 0,
      upstreamFailed: 0,
      canceled: 0,
      undone: 3,
    });
    assert.deepEqual(ran.story.slice(-7), [
      "step_undoing c",
      "step_undone c",
      "step_undoing b",
      "step_undone b",
      "step_undoing a",
      "step_undone a",
      "run_finished",
    ]);
    assert.deepEqual(ran.of("step_undone").map(({ payload }) => payload), [
      { reason: "broken failed: out of stock" },
      { reason: "broken failed: out of stock" },
      { reason: "broken failed: out of stock" },
    ]);
    for (const key of ["a", "b", "c"]) assert.throws(() => world.value(key), /VALUE_MISSING|no value/);
    assert.equal(world.value("plain"), 1);
  });

  test("undoes nothing when it succeeds, when nobody asks for it, or when nothing was made", async () => {
    const notes: string[] = [];
    const a = noted("a", notes);
    assert.equal((await new World([a]).run({ compensate: "failed" })).status, "success");
    assert.equal((await new World([a, broken([a])]).run()).status, "failed");
    const alone = await new World([broken([])]).run({ compensate: "failed" });
    assert.deepEqual([notes, alone.of("step_undoing")], [[], []]);
  });

  test("gives undo steps the value, partition, error, resources and run", async () => {
    const days = staticPartitions(["mon", "tue"]);
    const seen: unknown[] = [];
    const closed: string[] = [];
    const shop = defineResource({
      name: "shop",
      setup: () => ({ name: "corner" }),
      teardown: ({ name }) => void closed.push(name),
    });
    const order = defineAsset({
      key: "order",
      partitions: days,
      resources: { shop },
      run: ({ partition }) => ({ id: `order-${partition.key}` }),
      undo: async ({ partition, partitions, keys, load, error, resources, run, attempt, log }) => {
        const { id } = await load();
        log.info(`canceling ${id}`);
        seen.push([
          id,
          partition.key,
          partitions.length,
          keys,
          error.message,
          resources.shop.name,
          run.id,
          attempt,
        ]);
      },
    });
    const world = new World([order, broken([order])]);
    const ran = await world.run({ compensate: "failed", request: { partitions: "all" } });
    assert.deepEqual(seen.sort(), [
      ["order-mon", "mon", 1, ["order"], "out of stock", "corner", "run-1", 1],
      ["order-tue", "tue", 1, ["order"], "out of stock", "corner", "run-1", 1],
    ]);
    assert.deepEqual(closed, ["corner", "corner"]);
    assert.deepEqual(ran.of("step_log").map(({ payload }) => payload.message).sort(), [
      "canceling order-mon",
      "canceling order-tue",
    ]);
  });

  test("undoes what it made itself: neither what is unchanged nor what was skipped", async () => {
    const days = staticPartitions(["mon", "tue", "wed"]);
    const seen: unknown[] = [];
    const { left } = defineMultiAsset({
      name: "pair",
      outputs: { left: { key: "left" }, right: { key: "right" } },
      skippable: true,
      run: () => ({ left: 7, right: skip("none today") }),
      undo: async ({ keys, load }) => {
        seen.push([keys, await load("left")]);
        await assert.rejects(load("right"), /has not made right/);
      },
    });
    const batch = defineAsset({
      key: "batch",
      partitions: days,
      batch: true,
      skippable: true,
      run: ({ partitions }) =>
        partitions.map(({ key }) => [key, key === "tue" ? unchanged() as never : `value of ${key}`] as const),
      undo: async ({ partitions, load }) => {
        for (const { key } of partitions) seen.push([key, await load(key)]);
      },
    });
    const same = defineAsset({ key: "same", run: () => unchanged(), undo: () => void seen.push("same") });
    const world = new World([left, left["~step"].outputs[1], batch, same, broken([left, batch, same])]);
    const ran = await world.run({ compensate: "failed", request: { partitions: "all" } });
    assert.deepEqual(
      seen.toSorted((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1),
      [["mon", "value of mon"], ["wed", "value of wed"], [["left"], 7]],
    );
    const told = ran.of("step_undone").map(({ step, payload }) => [ran.nameOf(step), payload.outputs]);
    assert.deepEqual(told.sort(), [
      ["batch@mon+tue+wed", [{ partition: 0 }, { partition: 2 }]],
      ["pair", [{}]],
    ]);
  });

  test("keeps values that are to be kept", async () => {
    const a = defineAsset({ key: "a", run: () => 5, undo: { run: () => {}, keepsValue: true } });
    const world = new World([a, broken([a])]);
    const ran = await world.run({ compensate: "failed" });
    assert.equal(ran.of("step_undone").length, 1);
    assert.equal(world.value("a"), 5);
  });
});

describe("undo steps", () => {
  test("are retried by the policy of their step, and those that fail for good do not keep others from it", async () => {
    const tries: string[] = [];
    const a = noted("a", tries);
    const b = defineAsset({
      key: "b",
      after: [a],
      retry: { maxRetries: 2, delayMs: 100 },
      run: () => 1,
      undo: ({ attempt }) => {
        tries.push(`b${attempt}`);
        if (attempt < 3) throw new Error("busy");
      },
    });
    const c = defineAsset({
      key: "c",
      after: [b],
      run: () => 1,
      undo: () => {
        tries.push("c");
        throw new Error("cannot");
      },
    });
    const world = new World([a, b, c, broken([c])]);
    const running = world.run({ compensate: "failed" });
    let isOver = false;
    running.then(() => isOver = true);
    while (!isOver) {
      await world.clock.next();
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    const ran = await running;
    assert.deepEqual(tries, ["c", "b1", "b2", "b3", "a"]);
    const { undone, undoFailed, success } = ran.outcome.steps;
    assert.deepEqual([undone, undoFailed, success], [2, 1, 0]);
    const [failed] = ran.of("step_undo_failed");
    assert.deepEqual([ran.nameOf(failed.step), failed.payload.error.message], ["c", "cannot"]);
    assert.deepEqual(ran.of("step_undo_retrying").map(({ attempt, payload }) => [attempt, payload.delayMs]), [
      [1, 100],
      [2, 100],
    ]);
    assert.equal(world.value("c"), 1);
  });

  test("are held to the time limit of their step", async () => {
    const signals: AbortSignal[] = [];
    const a = defineAsset({
      key: "a",
      timeoutMs: 1_000,
      run: () => 1,
      undo: ({ signal }) => {
        signals.push(signal);
        return new Promise(() => {});
      },
    });
    const world = new World([a, broken([a])]);
    const running = world.run({ compensate: "failed" });
    while (signals.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    while (!await world.clock.next()) await new Promise((resolve) => setTimeout(resolve, 1));
    const ran = await running;
    assert.equal(signals[0].aborted, true);
    assert.equal(ran.of("step_undo_failed")[0].payload.error.code, "STEP_TIMEOUT");
  });

  test("of steps that know nothing of each other overlap, and share the slots of a pool", async () => {
    const gates = [deferred(), deferred()];
    let most = 0;
    let inside = 0;
    const at = (key: string, gate: number, pool?: string) =>
      defineAsset({
        key,
        ...(pool !== undefined && { pool }),
        run: () => 1,
        undo: async () => {
          most = Math.max(most, ++inside);
          if (inside === 2 || pool) gates.forEach(({ resolve }) => resolve());
          await gates[gate].promise;
          inside--;
        },
      });
    const two = [at("a", 0), at("b", 1)];
    await new World([...two, broken(two)]).run({ compensate: "failed" });
    assert.equal(most, 2);
    most = 0;
    const pooled = [at("a", 0, "till"), at("b", 1, "till")];
    await new World([...pooled, broken(pooled)], { pools: { till: 1 } }).run({ compensate: "failed" });
    assert.equal(most, 1);
  });

  test("run one after the other in exactly the reverse order, one at a time", async () => {
    const notes: string[] = [];
    const ends: string[] = [];
    const at = (key: string, after: readonly Asset[] = []) =>
      defineAsset({ key, after, run: () => void ends.push(key), undo: () => void notes.push(key) });
    const a = at("a");
    const b = at("b");
    const c = at("c", [a]);
    const d = at("d", [b]);
    const e = at("e", [c, b]);
    const world = new World([a, b, c, d, e, broken([d, e])]);
    await world.run({ compensate: "failed", concurrency: 1 });
    assert.deepEqual(notes, ends.toReversed());
  });
});

describe("a run that is canceled", () => {
  const canceled = async (compensate: "failed" | "always") => {
    const notes: string[] = [];
    const a = defineAsset({ key: "a", run: () => 1, undo: ({ error }) => void notes.push(error.message) });
    const controller = new AbortController();
    const b = defineAsset({
      key: "b",
      after: [a],
      run: ({ signal }) =>
        new Promise<number>((_, reject) => {
          signal.addEventListener("abort", () => reject(new Error("stopped")));
          controller.abort("enough");
        }),
    });
    const ran = await new World([a, b]).run({ compensate, signal: controller.signal });
    return [ran.status, notes, ran.outcome.steps.undone];
  };

  test("keeps what it has made, unless it is asked to undo that too", async () => {
    assert.deepEqual(await canceled("failed"), ["canceled", [], undefined]);
    assert.deepEqual(await canceled("always"), ["canceled", ["enough"], 1]);
  });
});

describe("declarations of undo steps", () => {
  const run = () => 1;
  test("are held to their names and shapes", () => {
    assert.throws(
      () => defineAsset({ key: "a", run, undo: 1 as never }),
      /needs a function, or \{ run, keepsValue \} as undo/,
    );
    assert.throws(
      () => defineAsset({ key: "a", run, undo: { run, keepValue: true } as never }),
      /no option "keepValue"/,
    );
    assert.throws(() => defineAsset({ key: "a", run, undo: {} as never }), /needs a function/);
    const { undo } = defineAsset({ key: "a", run: () => output(1), undo: { run } })["~step"];
    assert.deepEqual(undo, { run, keepsValue: false });
  });
});
