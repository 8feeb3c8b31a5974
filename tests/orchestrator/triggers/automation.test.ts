/** Automation that runs: what happens, what is requested, and what is on record of it. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  condition,
  createOrchestrator,
  dailyPartitions,
  defineAsset,
  defineExternalAsset,
  type Definitions,
  definitions,
  dynamicPartitions,
  formatAutomation,
  freshWithin,
  type Orchestrator,
  tickRunId,
} from "sluice";
import { type VirtualClock, virtualClock } from "sluice/testing";

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 5, 12, 0, 30);

/** Opens, starts and lets everything come to rest. */
async function play(
  all: Definitions,
  work: (sluice: Orchestrator, clock: VirtualClock, made: () => Promise<readonly string[]>) => Promise<void>,
): Promise<void> {
  const clock = virtualClock(START_MS);
  await using sluice = createOrchestrator(all, { store: "memory", defaultIO: "memory", clock });
  await sluice.start();
  await clock.advance(1_000);
  let seen = 0;
  const made = async (): Promise<readonly string[]> => {
    await clock.advance(1_000);
    const runs = [...await sluice.runs()].reverse();
    const fresh = runs.slice(seen);
    seen = runs.length;
    const lists = await Promise.all(fresh.map(async ({ id, status }) => {
      assert.equal(status, "success");
      const steps = await sluice.steps(id);
      return steps.map(({ name, partitionKeys }) => [name, ...partitionKeys].join(" ")).join(", ");
    }));
    return lists;
  };
  await work(sluice, clock, made);
}

const feed = defineExternalAsset({ key: "feed" });
const eager = condition.eager;

describe("automation", () => {
  test("makes by one run what an update asks for, and downstream of it", async () => {
    const clean = defineAsset({ key: "clean", deps: { feed }, automation: eager, run: () => 1 });
    const sum = defineAsset({ key: "sum", deps: { clean }, automation: eager, run: () => 2 });
    await play(definitions({ assets: [feed, clean, sum] }), async (sluice, clock, made) => {
      assert.deepEqual(await made(), []);
      await sluice.report("feed");
      assert.deepEqual(await made(), ["clean, sum"]);
      await clock.advance(HOUR_MS);
      assert.deepEqual(await made(), []);
      await sluice.report("feed");
      assert.deepEqual(await made(), ["clean, sum"]);
      const [tick] = await sluice.ticks({ trigger: "automation:sum", limit: 1 });
      const [run] = await sluice.runs({ limit: 1 });
      assert.deepEqual([tick.status, tick.key, tick.runs], ["requested", "2", [run.id]]);
      assert.equal(run.tags["sluice/automation"], "2");
    });
  });

  test("follows a cron once everything upstream was updated since", async () => {
    const automation = condition.onCron("0 * * * *");
    const clean = defineAsset({ key: "clean", deps: { feed }, automation, run: () => 1 });
    await play(definitions({ assets: [feed, clean] }), async (sluice, clock, made) => {
      await sluice.report("feed");
      await clock.advance(HOUR_MS);
      assert.deepEqual(await made(), []);
      await sluice.report("feed");
      assert.deepEqual(await made(), ["clean"]);
      await sluice.report("feed");
      assert.deepEqual(await made(), []);
      await clock.advance(HOUR_MS);
      assert.deepEqual(await made(), []);
    });
  });

  test("makes a window when it is over, and keys when they are added", async () => {
    const days = defineAsset({
      key: "days",
      partitions: dailyPartitions({ start: "2026-01-01" }),
      automation: condition.onMissing,
      run: () => 1,
    });
    const customers = defineAsset({
      key: "customers",
      partitions: dynamicPartitions("customers"),
      automation: condition.onMissing,
      run: () => 1,
    });
    await play(definitions({ assets: [days, customers] }), async (sluice, clock, made) => {
      assert.deepEqual(await made(), []);
      await clock.advance(24 * HOUR_MS);
      assert.deepEqual(await made(), ["days 2026-01-05"]);
      await sluice.addPartitions("customers", ["ann", "bob"]);
      assert.deepEqual(await made(), ["customers ann, customers bob"]);
    });
  });

  test("makes again what has grown too old", async () => {
    const page = defineAsset({
      key: "page",
      automation: condition.and(condition.freshnessFailed, condition.not(condition.inProgress)),
      freshness: freshWithin({ failMs: HOUR_MS }),
      run: () => 1,
    });
    await play(definitions({ assets: [page] }), async (sluice, clock, made) => {
      assert.deepEqual(await sluice.freshness(page), {
        state: "unknown",
        changesMs: undefined,
        madeMs: undefined,
      });
      await sluice.report("page");
      assert.equal((await sluice.freshness(page))?.state, "pass");
      await clock.advance(HOUR_MS - 10_000);
      assert.deepEqual(await made(), []);
      await clock.advance(10_000);
      assert.deepEqual(await made(), ["page"]);
      assert.equal((await sluice.freshness(page))?.state, "pass");
    });
  });

  test("starts nothing for an asset that is paused, and goes on with what happened meanwhile", async () => {
    const clean = defineAsset({ key: "clean", deps: { feed }, automation: eager, run: () => 1 });
    await play(definitions({ assets: [feed, clean] }), async (sluice, _clock, made) => {
      for (const unit of ["automation:clean", "automation"]) {
        await sluice.pauseTrigger(unit);
        await sluice.report("feed");
        assert.deepEqual(await made(), []);
        await sluice.resumeTrigger(unit);
        assert.deepEqual(await made(), ["clean"]);
      }
    });
  });

  test("asks every half minute while a condition stays true, and not while it is made", async () => {
    let tries = 0;
    const one = defineAsset({
      key: "one",
      automation: condition.missing,
      run: () => {
        if (++tries < 3) throw new Error("not yet");
        return 1;
      },
    });
    await play(definitions({ assets: [one] }), async (sluice, clock) => {
      await clock.advance(20_000);
      assert.equal(tries, 1);
      await clock.advance(30_000);
      assert.equal(tries, 2);
      await clock.advance(10 * HOUR_MS);
      assert.equal(tries, 3);
      assert.deepEqual((await sluice.runs()).map(({ status }) => status), ["success", "failed", "failed"]);
    });
  });

  test("costs nothing while nothing happens", async () => {
    const clean = defineAsset({ key: "clean", deps: { feed }, automation: eager, run: () => 1 });
    await play(definitions({ assets: [feed, clean] }), async (sluice, clock) => {
      await sluice.report("feed");
      await clock.advance(60_000);
      const before = await sluice.events({ limit: 10_000 });
      await clock.advance(7 * 24 * HOUR_MS);
      assert.equal((await sluice.events({ limit: 10_000 })).length, before.length);
    });
  });

  test("finds the run of a process that died before it had recorded what it asked for", async () => {
    const clean = defineAsset({ key: "clean", deps: { feed }, automation: eager, run: () => 1 });
    const sum = defineAsset({ key: "sum", deps: { clean }, automation: eager, run: () => 2 });
    const all = definitions({ assets: [feed, clean, sum] });
    const clock = virtualClock(START_MS);
    await using sluice = createOrchestrator(all, { store: "memory", defaultIO: "memory", clock });
    await sluice.start();
    await clock.advance(1_000);
    await sluice.stop();
    await sluice.report("feed");
    const id = tickRunId("automation", "1");
    await (await sluice.launch({ id, select: "clean or sum" })).ended;
    await sluice.start();
    await clock.advance(10_000);
    assert.deepEqual((await sluice.runs()).map((run) => run.id), [id]);
    const ticks = await sluice.ticks();
    assert.deepEqual(ticks.map(({ trigger, key, runs }) => [trigger, key, runs]).sort(), [
      ["automation:clean", "1", [id]],
      ["automation:sum", "1", [id]],
    ]);
    await sluice.report("feed");
    await clock.advance(1_000);
    assert.deepEqual((await sluice.runs()).map((run) => run.id), [tickRunId("automation", "2"), id]);
  });

  test("explains itself, without a trigger too", async () => {
    const clean = defineAsset({ key: "clean", deps: { feed }, automation: eager, run: () => 1 });
    const all = definitions({ assets: [feed, clean] });
    await using sluice = createOrchestrator(all, { store: "memory", defaultIO: "memory" });
    await sluice.report("feed");
    const explanation = await sluice.explainAutomation(clean);
    assert.equal(explanation.because, "since-last-handled does not hold");
    assert.match(
      formatAutomation(explanation),
      /^clean: since-last-handled does not hold\n {2}no {2}eager\n/,
    );
    await assert.rejects(sluice.explainAutomation("feed"), { code: "USAGE" });
  });
});
