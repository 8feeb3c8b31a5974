/** Recoveries that bring nothing to its end are counted; what is parked is left alone, and can be ended. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  createOrchestrator,
  defineAsset,
  definitions,
  memoryIO,
  memoryStore,
  type OrchestratorOptions,
  type RunStore,
} from "sluice";

/** Bodies that go on when they are let, or never. */
function world(options: OrchestratorOptions = {}) {
  const open = new Set<string>();
  const begun: string[] = [];
  const assets = ["a", "b", "c"].map((key) =>
    defineAsset({
      key,
      run: ({ signal }) => {
        begun.push(key);
        if (open.has(key)) return key;
        return new Promise<string>((_, reject) => signal.addEventListener("abort", () => reject(key)));
      },
    })
  );
  const store: RunStore = Object.assign(memoryStore(), { close: () => Promise.resolve() });
  const io = [memoryIO()];
  /** A process; the one before it is never heard of again. */
  const next = () =>
    createOrchestrator(definitions({ assets }), { store, io, defaultIO: "memory", ...options });
  /** Waits until so many bodies have begun, and that is on record. */
  const begins = async (count: number) => {
    const isOnRecord = async () =>
      (await store.events()).filter(({ type }) => type === "step_started").length === count;
    while (begun.length < count || !await isOnRecord()) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  return { open, begun, begins, store, next };
}

describe("recoveries in vain", () => {
  test("are counted, and a step that comes to its end makes them begin anew", async () => {
    const { open, begun, begins, store, next } = world({ recovery: { maxRecoveries: 2 } });
    const first = next();
    void first.materialize("*");
    await begins(3);
    const [{ id }] = await first.runs();
    const counts: (number | undefined)[] = [];
    const die = async (more: number) => {
      const known = begun.length;
      const sluice = next();
      void sluice.recover();
      await begins(known + more);
      counts.push((await sluice.run(id))?.recoveries);
    };
    await die(3);
    await die(3);
    open.add("a");
    const sluice = next();
    const [{ status, record }] = await sluice.recover();
    assert.deepEqual([counts, status, record.recoveries], [[1, 2], "parked", 2]);
    assert.match(String(record.error?.message), /^2 recoveries in a row .*: a \(3 of 3 times\), b \(3 of/);
    void sluice.recover({ parked: true });
    await begins(12);
    counts.push((await sluice.run(id))?.recoveries);
    // One has come to its end, so that the others are gone on with twice again.
    await die(2);
    await die(2);
    const last = next();
    assert.deepEqual((await last.recover()).map(({ status }) => status), ["parked"]);
    assert.deepEqual(counts, [1, 2, 0, 1, 2]);
    const events = await store.events({ runId: id });
    const recovered = events.flatMap((event) => event.type === "run_recovered" ? [event.payload] : []);
    assert.deepEqual(recovered.map(({ count }) => count), [1, 2, 1, 1, 2]);
    assert.deepEqual(recovered.map(({ steps }) => steps.length), [3, 3, 3, 2, 2]);
  });

  test("are those after a death only: what was closed, or failed with its store, has not killed anybody", async () => {
    const { begins, next } = world({ recovery: { maxRecoveries: 1 } });
    let sluice = next();
    void sluice.materialize("*").catch(() => {});
    await begins(3);
    const [{ id }] = await sluice.runs();
    for (let times = 2; times < 6; times++) {
      await sluice.close({ graceMs: 0 });
      sluice = next();
      void sluice.recover().catch(() => {});
      await begins(3 * times);
      assert.equal((await sluice.run(id))?.status, "running");
    }
  });

  test("never park a run where there is no limit, and limits must be limits", async () => {
    const { begins, next } = world({ recovery: { maxRecoveries: Infinity } });
    void next().materialize("*");
    await begins(3);
    for (let times = 2; times < 8; times++) {
      void next().recover();
      await begins(3 * times);
    }
    assert.equal((await next().runs())[0].recoveries, 6);
    for (const recovery of [{ maxRecoveries: 0 }, { maxRecoveries: 1.5 }, { max: 3 }, { onStart: 1 }, 3]) {
      assert.throws(() => createOrchestrator(definitions({ assets: [] }), { recovery: recovery as never }));
    }
  });
});

describe("what is parked or interrupted", () => {
  test("is ended by cancel, with its reason, and is not gone on with", async () => {
    const { begins, next } = world({ recovery: { maxRecoveries: 1 } });
    void next().materialize("*");
    await begins(3);
    void next().recover();
    await begins(6);
    await using sluice = next();
    const [{ id, status }] = await sluice.recover();
    assert.equal(status, "parked");
    await sluice.cancel(id, "no use");
    const run = await sluice.run(id);
    assert.deepEqual([run?.status, run?.error?.message], ["canceled", "no use"]);
    assert.deepEqual(await sluice.recover({ parked: true }), []);
    await sluice.cancel(id);
  });

  test("keeps its backfill open, whose other runs are made", async () => {
    const { open, begins, next } = world({ recovery: { maxRecoveries: 1 } });
    open.add("a").add("c");
    void next().backfill({ select: ["a", "b"] });
    await begins(2);
    void next().recover();
    await begins(3);
    const sluice = next();
    const results = await sluice.recover();
    assert.deepEqual(results.map(({ status }) => status), ["parked"]);
    assert.equal((await sluice.backfills())[0].status, "running");
    open.add("b");
    assert.deepEqual((await sluice.recover({ parked: true })).map(({ status }) => status), ["success"]);
    assert.equal((await sluice.backfills())[0].status, "success");
    await sluice.close();
  });

  test("of a backfill ends with it when that is canceled", async () => {
    const { begins, next } = world();
    void next().backfill({ select: ["a", "b"] });
    await begins(2);
    await using sluice = next();
    const [{ id }] = await sluice.backfills();
    await sluice.cancel(id, "enough");
    assert.equal((await sluice.backfills())[0].status, "canceled");
    assert.deepEqual((await sluice.runs()).map(({ status }) => status), ["canceled"]);
    assert.deepEqual(await sluice.recover(), []);
  });
});

describe("recovery on start", () => {
  test("goes on with what was left as soon as the history is open", async () => {
    const { open, begun, begins, next } = world({ recovery: { onStart: true } });
    void next().materialize("*");
    await begins(3);
    for (const key of ["a", "b", "c"]) open.add(key);
    await using sluice = next();
    const [{ id }] = await sluice.runs();
    // It waits for what goes on by itself, and finds nothing to do after that.
    assert.deepEqual(await sluice.recover(), []);
    assert.equal((await sluice.run(id))?.status, "success");
    assert.equal(begun.length, 6);
  });
});
