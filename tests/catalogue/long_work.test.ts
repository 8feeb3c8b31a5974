/** T25, T30, T38 and T39: stalls, floods of lines, and backfills that are cut short. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import {
  createOrchestrator,
  defineAsset,
  definitions,
  memoryIO,
  memoryStore,
  type SluiceEvent,
  staticPartitions,
} from "sluice";
import { atScale } from "../conformance/python.ts";
import { start } from "../support/child.ts";
import { inFolder } from "../support/folder.ts";
import { openMany } from "./fixtures/many.ts";
import { definitions as stalling } from "./fixtures/stall.ts";

describe("T25 a step that holds the event loop", () => {
  test("for longer than three heartbeats leaves workers that go on alone", () =>
    inFolder(async (folder) => {
      await using sluice = createOrchestrator(stalling, { folder, isolation: { heartbeatMs: 1_000 } });
      const { id, status } = await sluice.materialize("*");
      assert.equal(status, "success");
      assert.deepEqual((await sluice.steps(id)).map(({ attempts }) => attempts), [1, 1]);
      const { replaced, leaked } = sluice.workers();
      assert.deepEqual([replaced, leaked], [0, 0]);
    }));
});

describe("T30 a step that writes 20,000 lines", () => {
  test("has them all on record in their order, and holds nobody up", () =>
    inFolder(async (folder) => {
      const lines = 20_000;
      let turns = 0;
      const talks = defineAsset({
        key: "talks",
        run: async ({ log }) => {
          for (let line = 0; line < lines; line++) {
            log.info(`line ${line}`);
            if (line % 1_000 === 0) await setImmediate();
          }
        },
      });
      const beside = defineAsset({
        key: "beside",
        run: async ({ log }) => {
          for (; turns < 10; turns++) await setImmediate();
          log.info("done");
        },
      });
      await using sluice = createOrchestrator(definitions({ assets: [talks, beside] }), {
        folder,
        defaultIO: "memory",
      });
      const { id, status } = await sluice.materialize("*");
      assert.equal(status, "success");
      const steps = await sluice.steps(id);
      const of = async (name: string) => {
        const step = steps.find((each) => each.name === name)?.step as number;
        return (await sluice.logs(id, { step })).map(({ message }) => message);
      };
      assert.deepEqual(await of("talks"), Array.from({ length: lines }, (_, line) => `line ${line}`));
      assert.deepEqual(await of("beside"), ["done"]);
      const events = (await sluice.logs(id)).map(({ message }) => message);
      assert.ok(events.indexOf("done") < lines, "the other step waited for the last line");
    }));
});

const COUNT = atScale(1_000, 10_000);

describe(`T38 a backfill of ${COUNT} partitions`, () => {
  test("whose process is killed at 37 % goes on, makes no partition twice, and counts them exactly", () =>
    inFolder(async (folder) => {
      const child = start("tests/catalogue/fixtures/many.ts", [folder, String(COUNT)]);
      const made = () => Number(/made (\d+)\n[^\n]*$/.exec(child.output())?.[1] ?? 0);
      while (made() < COUNT * 0.37) await new Promise((resolve) => setTimeout(resolve, 1));
      child.kill("SIGKILL");
      const { code } = await child.ended;
      assert.notEqual(code, 0, "it was through before it was killed");
      await using sluice = openMany(folder, COUNT);
      const recorded = (await sluice.runs({ limit: 100 })).reduce((sum, { steps }) => sum + steps.success, 0);
      assert.ok(recorded >= made() && recorded < COUNT, `${recorded} of ${made()}`);
      assert.equal((await sluice.partitions("many")).materialized.size, recorded);
      const results = await sluice.recover();
      assert.ok(results.every(({ status }) => status === "success"));
      assert.equal((await sluice.backfills())[0].status, "success");
      assert.equal((await sluice.partitions("many")).materialized.size, COUNT);
      const runs = await sluice.runs({ limit: 100 });
      const keys: string[] = [];
      for (const { id } of runs) {
        const steps = await sluice.steps(id);
        keys.push(
          ...steps.filter(({ status }) => status === "success").map(({ partitionKeys: [key] }) => key),
        );
      }
      assert.deepEqual([keys.length, new Set(keys).size], [COUNT, COUNT]);
    }));

  test("that is canceled begins no other step", () =>
    inFolder(async (folder) => {
      await using sluice = openMany(folder, COUNT);
      const events: SluiceEvent[] = [];
      let isAsked = false;
      sluice.subscribe((some) => {
        events.push(...some);
        if (isAsked || events.filter(({ type }) => type === "step_succeeded").length < 50) return;
        isAsked = true;
        void sluice.backfills().then(([{ id }]) => sluice.cancel(id, "enough"));
      });
      const { status } = await sluice.backfill({ select: "many", partitionsPerRun: COUNT / 20 });
      assert.equal(status, "canceled");
      for (const { id } of await sluice.runs()) {
        const own = events.filter(({ runId }) => runId === id).map(({ type }) => type);
        const stop = own.indexOf("run_canceling");
        assert.ok(stop < 0 || !own.slice(stop).includes("step_started"), id);
      }
      assert.ok((await sluice.partitions("many")).materialized.size < COUNT);
    }));
});

describe("T39 a backfill whose definitions have changed", () => {
  test("makes what still exists, says of the rest what has changed, and ends as failed", async () => {
    const made: string[] = [];
    let isOpen = false;
    const partitions = staticPartitions(["a", "b", "c", "d"]);
    const make = (name: string, signal: AbortSignal) => {
      if (isOpen || name === "stays a") return made.push(name);
      return new Promise<number>((_, reject) => signal.addEventListener("abort", () => reject(name)));
    };
    const [stays, goes] = ["stays", "goes"].map((key) =>
      defineAsset({
        key,
        partitions,
        run: ({ partition, signal }) => make(`${key} ${partition.key}`, signal),
      })
    );
    const store = Object.assign(memoryStore(), { close: () => Promise.resolve() });
    const options = { store, io: [memoryIO()], defaultIO: "memory" };
    const one = createOrchestrator(definitions({ assets: [stays, goes] }), options);
    const running = one.backfill({ select: ["stays", "goes"], partitionsPerRun: 1 });
    while (made.length < 1) await new Promise((resolve) => setTimeout(resolve, 1));
    await one.close({ graceMs: 0 });
    assert.equal((await running).status, "interrupted");
    isOpen = true;
    await using two = createOrchestrator(definitions({ assets: [stays] }), options);
    const results = await two.recover();
    assert.ok(results.length > 0 && results.every(({ status }) => status === "success"));
    assert.deepEqual(made.toSorted(), ["stays a", "stays b", "stays c", "stays d"]);
    assert.equal((await two.backfills())[0].status, "failed");
    const failed = await two.runs({ status: ["failed"] });
    assert.ok(failed.length > 0);
    for (const { error } of failed) {
      assert.equal(error?.code, "DEFINITION_CHANGED");
      assert.match(String(error?.message), /there is no goes/);
    }
    assert.deepEqual(await two.recover(), []);
  });
});
