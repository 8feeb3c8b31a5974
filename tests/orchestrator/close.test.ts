/** Closing: no new work, time to end what runs, and nothing lost. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  createOrchestrator,
  dailyPartitions,
  defineAsset,
  definitions,
  type OrchestratorOptions,
} from "sluice";
import { virtualClock } from "sluice/testing";
import { inFolder } from "../support/folder.ts";

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const days = dailyPartitions({ start: "2026-01-01", end: "2026-01-21" });

/** Something that is waited for until it is let go, and who waits. */
function gate() {
  let open: () => void = () => {};
  let enter: () => void = () => {};
  const opened = new Promise<void>((resolve) => open = resolve);
  const entered = new Promise<void>((resolve) => enter = resolve);
  return { open: () => open(), entered, pass: () => (enter(), opened) };
}

/** A chain of three: the first waits at a gate; `made` counts. */
function chain(first: (signal: AbortSignal) => Promise<unknown>) {
  const made: string[] = [];
  const a = defineAsset({
    key: "a",
    run: async ({ signal }) => {
      await first(signal);
      made.push("a");
      return 1;
    },
  });
  const b = defineAsset({ key: "b", deps: { a }, run: ({ inputs }) => (made.push("b"), inputs.a + 1) });
  const c = defineAsset({ key: "c", deps: { b }, run: ({ inputs }) => (made.push("c"), inputs.b + 1) });
  return { made, c, all: definitions({ assets: [a, b, c] }) };
}

function held(): readonly string[] {
  return (process.getActiveResourcesInfo?.() ?? []).filter((name) => /Time|Worker|Port/.test(name));
}

describe("closing an orchestrator", () => {
  test("lets a running step end, starts no other, and leaves the rest to be recovered", () =>
    inFolder(async (folder) => {
      const door = gate();
      const { made, c, all } = chain(door.pass);
      const sluice = createOrchestrator(all, { folder });
      const run = sluice.materialize("*");
      await door.entered;
      const closing = sluice.close();
      await assert.rejects(sluice.plan(), { code: "STORE_CLOSED" });
      await assert.rejects(sluice.materialize("*"), { code: "STORE_CLOSED" });
      await wait(20);
      door.open();
      const { id, status, record } = await run;
      assert.deepEqual([status, record.status, record.steps.success], ["interrupted", "interrupted", 1]);
      await closing;
      assert.deepEqual(made, ["a"]);
      await using next = createOrchestrator(all, { folder });
      assert.equal((await next.run(id))?.status, "interrupted");
      const [result] = await next.recover();
      assert.deepEqual([result.id, result.status], [id, "success"]);
      assert.deepEqual(made, ["a", "b", "c"]);
      assert.equal(await next.load(c), 3);
    }));

  test("keeps what was asked for a moment before, and settles its promise", () =>
    inFolder(async (folder) => {
      const { made, all } = chain(() => wait(5));
      const sluice = createOrchestrator(all, { folder });
      const run = sluice.materialize("*");
      const read = sluice.runs();
      await sluice.close();
      const { id, status } = await run;
      assert.equal(status, "interrupted");
      assert.ok(Array.isArray(await read));
      assert.ok(made.length < 3);
      await using next = createOrchestrator(all, { folder });
      const [result] = await next.recover();
      assert.deepEqual([result.id, result.status, made.toSorted()], [id, "success", ["a", "b", "c"]]);
    }));

  test("does not interrupt a run whose last step ends in time", async () => {
    const door = gate();
    const only = defineAsset({ key: "only", run: async () => (await door.pass(), 1) });
    const sluice = createOrchestrator(definitions({ assets: [only] }), {
      store: "memory",
      defaultIO: "memory",
    });
    const run = sluice.materialize(only);
    await door.entered;
    const closing = sluice.close();
    door.open();
    assert.equal((await run).status, "success");
    await closing;
  });

  test("tells steps to stop when the time is over; what they throw then is no failure", () =>
    inFolder(async (folder) => {
      let isFirst = true;
      const heeding = (signal: AbortSignal) =>
        new Promise((resolve, reject) => {
          if (!isFirst) resolve(1);
          signal.addEventListener("abort", () => reject(signal.reason));
        });
      const { made, all } = chain(heeding);
      const sluice = createOrchestrator(all, { folder });
      const run = sluice.materialize("*");
      while ((await sluice.runs()).length === 0) await wait(1);
      await wait(5);
      await sluice.close({ graceMs: 0 });
      const { id, status, record } = await run;
      assert.deepEqual([status, record.steps.failed, record.steps.canceled], ["interrupted", 0, 0]);
      isFirst = false;
      await using next = createOrchestrator(all, { folder });
      const [result] = await next.recover();
      assert.deepEqual([result.id, result.status, made], [id, "success", ["a", "b", "c"]]);
      assert.deepEqual((await next.steps(id)).map(({ attempts }) => attempts), [2, 1, 1]);
    }));

  test("gives up a step that never stops", async () => {
    const clock = virtualClock();
    const door = gate();
    const { all } = chain(door.pass);
    const options: OrchestratorOptions = { store: "memory", defaultIO: "memory", clock };
    const sluice = createOrchestrator(all, options);
    const run = sluice.materialize("*");
    await door.entered;
    let isClosed = false;
    const closing = sluice.close({ graceMs: 3_000 }).then(() => isClosed = true);
    const pass = async (ms: number) => {
      await wait(5);
      await clock.advance(ms);
      await wait(5);
    };
    await pass(2_999);
    assert.ok(!isClosed);
    await pass(1);
    await pass(9_999);
    assert.ok(!isClosed);
    await pass(1);
    await closing;
    const { status, record } = await run;
    assert.deepEqual([status, record.steps.canceled, record.steps.success], ["interrupted", 0, 0]);
    door.open();
    assert.equal(clock.pending, 0);
  });

  test("waits for no retry, and leaves no timer", () =>
    inFolder(async (folder) => {
      let attempts = 0;
      const flaky = defineAsset({
        key: "flaky",
        retry: { maxRetries: 3, delayMs: 60_000 },
        run: () => {
          if (++attempts < 2) throw new Error("not yet");
          return attempts;
        },
      });
      const before = held().length;
      const all = definitions({ assets: [flaky] });
      const sluice = createOrchestrator(all, { folder });
      const run = sluice.materialize(flaky);
      while (attempts === 0) await wait(1);
      await wait(10);
      await sluice.close();
      const { id, status } = await run;
      assert.equal(status, "interrupted");
      assert.ok(held().length <= before, held().join(" "));
      await using next = createOrchestrator(all, { folder });
      assert.equal((await next.steps(id))[0].status, "up_for_retry");
      assert.equal((await next.recover())[0].status, "success");
      assert.equal(attempts, 2);
    }));

  test("begins no other attempt of a step that fails meanwhile", async () => {
    const clock = virtualClock();
    const door = gate();
    let attempts = 0;
    const flaky = defineAsset({
      key: "flaky",
      retry: { maxRetries: 3, delayMs: 60_000 },
      run: async () => {
        attempts++;
        await door.pass();
        throw new Error("not yet");
      },
    });
    const options: OrchestratorOptions = { store: "memory", defaultIO: "memory", clock };
    const sluice = createOrchestrator(definitions({ assets: [flaky] }), options);
    const run = sluice.materialize(flaky);
    await door.entered;
    const closing = sluice.close();
    door.open();
    await closing;
    const { status, record } = await run;
    assert.deepEqual([status, record.steps.failed, attempts, clock.pending], ["interrupted", 0, 1, 0]);
  });

  test("ends several runs that share one seat", async () => {
    const { all } = chain(() => wait(3));
    const sluice = createOrchestrator(all, { store: "memory", defaultIO: "memory", concurrency: 1 });
    const runs = [1, 2, 3].map(() => sluice.materialize("*"));
    await wait(5);
    await sluice.close();
    for (const { status } of await Promise.all(runs)) assert.match(status, /^(interrupted|success)$/);
    assert.ok((await Promise.all(runs)).some(({ status }) => status === "interrupted"));
  });

  test("interrupts a backfill between its runs, which then goes on where it was", () =>
    inFolder(async (folder) => {
      const made: string[] = [];
      const raw = defineAsset({
        key: "raw",
        partitions: days,
        run: async ({ partition }) => {
          await wait(3);
          made.push(partition.key);
          return 1;
        },
      });
      const total = defineAsset({ key: "total", deps: { raw }, run: ({ inputs }) => inputs.raw.size });
      const all = definitions({ assets: [raw, total] });
      const sluice = createOrchestrator(all, { folder, concurrency: 2 });
      const backfill = sluice.backfill({ partitionsPerRun: 2 });
      while (made.length < 5) await wait(1);
      await sluice.close();
      const { id, status, runs } = await backfill;
      assert.equal(status, "interrupted");
      assert.ok(runs.length < 10, String(runs.length));
      assert.ok(made.length < 20);
      await using next = createOrchestrator(all, { folder });
      await next.recover();
      assert.deepEqual((await next.backfills()).map((each) => [each.id, each.status]), [[id, "success"]]);
      assert.deepEqual(made.toSorted(), [...new Set(made)].toSorted());
      assert.equal(made.length, 20);
      assert.equal(await next.load(total), 20);
    }));

  test("may be asked for by a body, by many, and again", async () => {
    const memory = { store: "memory", defaultIO: "memory" } as const;
    const closer = defineAsset({
      key: "closer",
      run: () => {
        void sluice.close({ graceMs: 50 });
        return 1;
      },
    });
    const sluice = createOrchestrator(definitions({ assets: [closer] }), memory);
    assert.equal((await sluice.materialize(closer)).status, "success");
    await Promise.all([sluice.close(), sluice.close({ graceMs: 0 }), sluice[Symbol.asyncDispose]()]);
    await createOrchestrator(definitions({ assets: [closer] }), memory).close();
  });

  test("cancels what is asked to be canceled while it goes on", async () => {
    const door = gate();
    const { all } = chain((signal) =>
      Promise.race([door.pass(), new Promise((_, no) => signal.addEventListener("abort", no))])
    );
    const sluice = createOrchestrator(all, { store: "memory", defaultIO: "memory" });
    const controller = new AbortController();
    const run = sluice.materialize("*", { signal: controller.signal });
    await door.entered;
    const closing = sluice.close();
    controller.abort("enough");
    assert.equal((await run).status, "canceled");
    await closing;
    door.open();
  });

  test("leaves nothing behind, whenever it is asked for", async () => {
    const before = held().length;
    for (let cycle = 0; cycle < 60; cycle++) {
      await inFolder(async (folder) => {
        const { all } = chain(() => wait(2));
        const sluice = createOrchestrator(all, { folder, store: { durability: "normal" } });
        const run = sluice.materialize("*");
        if (cycle % 3 > 0) await wait(cycle % 10);
        await sluice.close({ graceMs: cycle % 2 === 0 ? 0 : 1_000 });
        assert.match((await run).status, /^(interrupted|success)$/);
      });
    }
    assert.ok(held().length <= before, held().join(" "));
  });
});
