/** Compensation of runs: facts, options, what is tried again, and what is gone on with. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  createOrchestrator,
  defineAsset,
  defineJob,
  definitions,
  memoryIO,
  memoryStore,
  type RunOptions,
  type RunStore,
  type SluiceError,
  staticPartitions,
} from "sluice";
import { replay } from "sluice/testing";

/** Two steps that can be undone, and one that fails as long as it is told to. */
function shop() {
  const world = { fails: true, refuses: new Set<string>(), undone: [] as string[], made: [] as string[] };
  const undo = async ({ name }: { readonly name: string }) => {
    // So that each is committed by itself.
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (world.refuses.has(name)) throw new Error(`${name} cannot be undone`);
    world.undone.push(name);
  };
  const order = defineAsset({ key: "order", run: () => (world.made.push("order"), "order 1"), undo });
  const payment = defineAsset({
    key: "payment",
    deps: { order },
    run: () => (world.made.push("payment"), "payment 1"),
    undo,
  });
  const parcel = defineAsset({
    key: "parcel",
    deps: { payment },
    run: () => {
      world.made.push("parcel");
      if (world.fails) throw new Error("out of stock");
      return "parcel 1";
    },
  });
  const jobs = [
    defineJob({ name: "sell", selection: "*" }),
    defineJob({ name: "keep", selection: "*", compensate: false }),
  ];
  const all = definitions({ assets: [order, payment, parcel], jobs });
  const store: RunStore = Object.assign(memoryStore(), { close: () => Promise.resolve() });
  const io = [memoryIO()];
  const open = () => createOrchestrator(all, { store, io, defaultIO: "memory" });
  return { world, open, store };
}

describe("two compensations of one run", () => {
  test("follow each other: what the first has undone is not undone again", async () => {
    const { world, open } = shop();
    await using sluice = open();
    const { id } = await sluice.runJob("keep");
    const both = await Promise.allSettled([sluice.compensate(id), sluice.compensate(id)]);
    const told = both.map((each) =>
      each.status === "fulfilled" ? each.value.record.steps.undone : each.reason.code
    );
    assert.deepEqual(told, [2, "PLAN_INVALID"]);
    assert.deepEqual(world.undone, ["payment", "order"]);
  });

  test("are refused while the first is interrupted", async () => {
    const { world, open } = shop();
    await using sluice = open();
    const { id } = await sluice.runJob("keep");
    const first = sluice.compensate(id);
    await new Promise((resolve) => setTimeout(resolve, 1));
    await sluice.close({ graceMs: 0 });
    const { status } = await first;
    await using next = open();
    if (status === "interrupted") {
      await assert.rejects(next.compensate(id), /is being undone by/);
      await next.recover();
    }
    assert.deepEqual(world.undone, ["payment", "order"]);
  });
});

describe("what was undone", () => {
  test("counts as missing, in facts, counts, records and plans", async () => {
    const { world, open } = shop();
    await using sluice = open();
    const { id, status, record } = await sluice.materialize("*");
    assert.equal(status, "failed");
    assert.deepEqual(record.steps, {
      total: 3,
      success: 0,
      failed: 1,
      skipped: 0,
      upstreamFailed: 0,
      canceled: 0,
      undone: 2,
    });
    assert.deepEqual(world.undone, ["payment", "order"]);
    assert.equal((await sluice.partitions("order")).materialized.size, 0);
    const steps = await sluice.steps(id);
    assert.deepEqual(
      steps.map(({ name, status, undo }) => [name, status, undo?.attempts, undo?.reason]),
      [
        ["order", "undone", 1, "parcel failed: out of stock"],
        ["payment", "undone", 1, "parcel failed: out of stock"],
        ["parcel", "failed", undefined, undefined],
      ],
    );
    assert.deepEqual(steps[0].outputs.map(({ asset }) => asset), ["order"]);
    const plan = await sluice.plan({ select: "*", scope: "missing" });
    assert.equal(plan.ranks.length, 3);
    const replayed = await replay(sluice.exportRun(id));
    assert.deepEqual(replayed.run, record);
    assert.deepEqual(replayed.steps, steps);
  });

  test("is run again by rerun from the failure", async () => {
    const { world, open } = shop();
    await using sluice = open();
    const { id } = await sluice.materialize("*");
    world.fails = false;
    world.made.length = 0;
    assert.equal((await sluice.rerun(id)).status, "success");
    assert.deepEqual(world.made, ["order", "payment", "parcel"]);
  });

  test("leaves alone what another run has made since", async () => {
    const { world, open } = shop();
    await using sluice = open();
    const { id } = await sluice.materialize("*", { compensate: false });
    await sluice.materialize("order");
    await sluice.compensate(id);
    assert.deepEqual(world.undone, ["payment", "order"]);
    assert.equal((await sluice.partitions("order")).materialized.size, 1);
    assert.equal((await sluice.partitions("payment")).materialized.size, 0);
  });

  test("is what the run made, partition by partition, and nothing that was there before", async () => {
    const days = staticPartitions(["mon", "tue", "wed"]);
    const undone: string[] = [];
    const day = defineAsset({
      key: "day",
      partitions: days,
      run: ({ partition }) => partition.key,
      undo: ({ partition }) => void undone.push(partition.key),
    });
    const bad = defineAsset({
      key: "bad",
      after: [day],
      run: (): number => {
        throw new Error("no");
      },
    });
    await using sluice = createOrchestrator(definitions({ assets: [day, bad] }), {
      store: "memory",
      defaultIO: "memory",
    });
    await sluice.materialize("day", { partitions: "mon" });
    await sluice.materialize("*", { partitions: ["tue", "wed"] });
    assert.deepEqual(undone.sort(), ["tue", "wed"]);
    const { space, materialized } = await sluice.partitions("day");
    assert.deepEqual(Array.from(materialized.indices(), (index) => space.keyAt(index)), ["mon"]);
    assert.equal(await sluice.load("day", "mon"), "mon");
    await assert.rejects(async () => await sluice.load("day", "tue"), /VALUE_MISSING/);
  });
});

describe("compensation", () => {
  const undoneBy = async (run: (sluice: ReturnType<ReturnType<typeof shop>["open"]>) => Promise<unknown>) => {
    const { world, open } = shop();
    await using sluice = open();
    await run(sluice);
    return world.undone;
  };
  const both = ["payment", "order"];

  test("is turned off by a run or its job, and on again", async () => {
    assert.deepEqual(await undoneBy((sluice) => sluice.materialize("*", { compensate: false })), []);
    assert.deepEqual(await undoneBy((sluice) => sluice.runJob("sell")), both);
    assert.deepEqual(await undoneBy((sluice) => sluice.runJob("keep")), []);
    assert.deepEqual(await undoneBy((sluice) => sluice.runJob("keep", { compensate: true })), both);
    assert.deepEqual(await undoneBy((sluice) => sluice.runJob("sell", { compensate: false })), []);
  });

  test("that is incomplete says so, and is tried again by a run of its own", async () => {
    const { world, open } = shop();
    await using sluice = open();
    world.refuses.add("payment");
    const { id, record } = await sluice.materialize("*");
    assert.deepEqual([record.status, record.steps.undone, record.steps.undoFailed], ["failed", 1, 1]);
    assert.deepEqual(world.undone, ["order"]);
    assert.equal((await sluice.partitions("payment")).materialized.size, 1);
    const again = await sluice.compensate(id);
    assert.deepEqual([again.status, again.record.parent, again.record.steps.undoFailed], ["failed", id, 1]);
    world.refuses.clear();
    const { status, record: last } = await sluice.compensate(id, { tags: { by: "hand" } });
    assert.equal(status, "success");
    assert.deepEqual([last.steps.undone, last.steps.skipped, last.tags.by], [1, 2, "hand"]);
    assert.deepEqual(world.undone, ["order", "payment"]);
    assert.equal((await sluice.partitions("payment")).materialized.size, 0);
    await assert.rejects(sluice.compensate(id), /nothing that is left to undo/);
    await assert.rejects(sluice.compensate(last.id), /undoes another run itself/);
    await assert.rejects(sluice.rerun(last.id), /undoes what another one has made/);
  });

  test("of a run that was not to be compensated counts for its repetition", async () => {
    const { world, open } = shop();
    await using sluice = open();
    const { id } = await sluice.materialize("*", { compensate: false });
    await sluice.compensate(id);
    world.fails = false;
    world.made.length = 0;
    await sluice.rerun(id);
    assert.deepEqual(world.made, ["order", "payment", "parcel"]);
  });

  test("is refused for runs that are good, under way or unknown", async () => {
    const { world, open } = shop();
    await using sluice = open();
    world.fails = false;
    const { id } = await sluice.materialize("*");
    await assert.rejects(sluice.compensate(id), /has succeeded/);
    await assert.rejects(sluice.compensate("nobody"), /RUN_UNKNOWN/);
    const refusal = async (compensate: unknown) => {
      try {
        await sluice.materialize("*", { compensate } as RunOptions);
      } catch (error) {
        return (error as SluiceError).issues[0].message;
      }
    };
    assert.match(await refusal("never") ?? "", /compensate is true, false or "always"/);
    assert.throws(
      () => defineJob({ name: "j", selection: "*", compensate: 1 as never }),
      /needs true, false or "always" as compensate/,
    );
  });
});

describe("a compensation that a dead process has begun", () => {
  /** The process dies when the n-th step is undone: nothing of it is recorded any more. */
  function dying(store: RunStore, after: number): RunStore {
    let undone = 0;
    let isDead = false;
    const append = async (...[batches]: Parameters<RunStore["append"]>) => {
      if (isDead) throw new Error("the process is dead");
      await store.append(batches);
      for (const batch of batches) for (const { type } of batch) if (type === "step_undone") undone++;
      isDead = undone >= after;
    };
    return new Proxy(store, {
      get(target, name) {
        if (name === "append") return append;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }

  for (const after of [1, 2]) {
    test(`is gone on with where it stopped, after ${after} of 2`, async () => {
      const { world, open, store } = shop();
      const { definitions: all } = open();
      const io = [memoryIO()];
      const first = createOrchestrator(all, { store: dying(store, after), io, defaultIO: "memory" });
      await first.materialize("*").then(() => assert.fail("it did not die"), () => {});
      const [{ id }] = await store.runs();
      const before = (await store.steps(id)).filter(({ status }) => status === "undone");
      assert.equal(before.length, after);
      await using second = createOrchestrator(all, { store, io, defaultIO: "memory" });
      const [result] = await second.recover();
      assert.deepEqual([result.id, result.status, result.record.steps.undone], [id, "failed", 2]);
      const undone = (await store.events({ runId: id, limit: 1_000 })).filter(({ type }) =>
        type === "step_undone"
      );
      assert.deepEqual(undone.map(({ step }) => step), [1, 0]);
      assert.deepEqual(world.made, ["order", "payment", "parcel"]);
    });
  }

  test("by hand is gone on with too, and makes nothing", async () => {
    const { world, open, store } = shop();
    const { definitions: all } = open();
    const io = [memoryIO()];
    const first = createOrchestrator(all, { store, io, defaultIO: "memory" });
    const { id } = await first.materialize("*", { compensate: false });
    await first.close();
    const second = createOrchestrator(all, { store: dying(store, 1), io, defaultIO: "memory" });
    await second.compensate(id).then(() => assert.fail("it did not die"), () => {});
    world.made.length = 0;
    await using third = createOrchestrator(all, { store, io, defaultIO: "memory" });
    const [result] = await third.recover();
    assert.deepEqual([result.status, result.record.parent, result.record.steps.undone], ["success", id, 2]);
    assert.deepEqual(world.made, []);
    assert.equal((await third.partitions("order")).materialized.size, 0);
  });
});
