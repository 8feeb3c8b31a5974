import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  assetSensor,
  createOrchestrator,
  dailyPartitions,
  defineAsset,
  defineExternalAsset,
  defineJob,
  definitions,
  freshnessSensor,
  freshWithin,
  memoryStore,
  monthlyPartitions,
  type Orchestrator,
  runSensor,
  type RunStore,
  type Sensor,
  staticPartitions,
} from "sluice";
import { type VirtualClock, virtualClock } from "sluice/testing";
import { Draw } from "../../conformance/exports/random.ts";

const START = Date.UTC(2026, 2, 10, 12);
const regions = staticPartitions(["eu", "us", "asia"]);
const run = () => 1;
let isBroken = false;
const orders = defineExternalAsset({ key: "orders" });
const rates = defineExternalAsset({ key: "rates" });
const daily = defineExternalAsset({ key: "daily", partitions: dailyPartitions({ start: "2026-01-01" }) });
const regional = defineExternalAsset({ key: "regional", partitions: regions });
const other = defineExternalAsset({ key: "other", partitions: regions });
const mail = defineAsset({ key: "mail", run });
const letter = defineAsset({ key: "letter", run });
const fragile = defineAsset({
  key: "fragile",
  run: () => {
    if (isBroken) throw new Error("no");
    return 1;
  },
});
const monthly = defineAsset({ key: "monthly", partitions: monthlyPartitions({ start: "2026-01-01" }), run });
const each = defineAsset({ key: "each", partitions: regions, run });
const job = defineJob({ name: "job", selection: "fragile" });
const assets = [orders, rates, daily, regional, other, mail, letter, fragile, monthly, each];

interface World {
  readonly sluice: Orchestrator;
  readonly clock: VirtualClock;
}

async function during(
  sensors: readonly Sensor[],
  work: (world: World) => Promise<void>,
  store: RunStore = memoryStore(),
): Promise<void> {
  const clock = virtualClock(START);
  const all = definitions({ assets, jobs: [job], sensors });
  await using sluice = createOrchestrator(all, { store, defaultIO: "memory", clock });
  await sluice.start();
  await work({ sluice, clock });
}

/** What the runs of an asset have made, oldest first. */
async function made({ sluice, clock }: World, asset: string): Promise<readonly string[]> {
  await clock.advance(200);
  const runs = (await sluice.runs({ limit: 1_000 })).toReversed();
  const steps = await Promise.all(runs.map(({ id }) => sluice.steps(id)));
  return steps.flatMap((all) =>
    all.filter(({ name }) => name === asset).map((step) => step.partitionKeys.join(" "))
  );
}

describe("a sensor of assets", () => {
  test("asks once for what is made at once, and only for what is made after its first start", async () => {
    const store = memoryStore();
    const all = definitions({ assets });
    await using before = createOrchestrator(all, { store, defaultIO: "memory" });
    await before.report("orders");
    const sensor = assetSensor({ name: "s", assets: [orders, rates], target: mail });
    await during([sensor], async (world) => {
      assert.deepEqual(await made(world, "mail"), []);
      await Promise.all([
        world.sluice.report("orders"),
        world.sluice.report("rates"),
        world.sluice.report("orders"),
      ]);
      assert.deepEqual(await made(world, "mail"), [""]);
      await world.sluice.report("rates");
      assert.deepEqual(await made(world, "mail"), ["", ""]);
      await world.sluice.materialize("letter");
      assert.deepEqual(await made(world, "mail"), ["", ""]);
      const [run] = await world.sluice.runs({ limit: 2 }).then((runs) => runs.slice(1));
      assert.equal(run.tags["sluice/sensor"], "s");
    }, store);
  });

  test("waits for all of them", async () => {
    const sensor = assetSensor({ name: "s", assets: [orders, rates], when: "all", target: mail });
    await during([sensor], async (world) => {
      await world.sluice.report("orders");
      await world.sluice.report("orders");
      assert.deepEqual(await made(world, "mail"), []);
      await world.sluice.report("rates");
      assert.deepEqual(await made(world, "mail"), [""]);
      await world.sluice.report("rates");
      assert.deepEqual(await made(world, "mail"), [""]);
      await world.sluice.report("orders");
      assert.deepEqual(await made(world, "mail"), ["", ""]);
    });
  });

  test("runs the partitions that read what was made", async () => {
    const sensor = assetSensor({ name: "s", assets: daily, target: monthly });
    await during([sensor], async (world) => {
      await world.sluice.report("daily", [{ partition: "2026-01-30" }, { partition: "2026-02-01" }]);
      assert.deepEqual(await made(world, "monthly"), ["2026-01-01", "2026-02-01"]);
      await world.sluice.report("daily", { partition: "2026-01-31" });
      assert.deepEqual(await made(world, "monthly"), ["2026-01-01", "2026-02-01", "2026-01-01"]);
    });
  });

  test("waits for all of them partition by partition, and keeps what is waiting", async () => {
    const sensor = assetSensor({ name: "s", assets: [regional, other], when: "all", target: each });
    const store = memoryStore();
    await during([sensor], async (world) => {
      await world.sluice.report("regional", [{ partition: "eu" }, { partition: "us" }]);
      assert.deepEqual(await made(world, "each"), []);
      await world.sluice.report("other", [{ partition: "us" }, { partition: "asia" }]);
      assert.deepEqual(await made(world, "each"), ["us"]);
      await world.sluice.report("other", { partition: "us" });
      await world.sluice.report("regional", { partition: "asia" });
      assert.deepEqual(await made(world, "each"), ["us", "asia"]);
      await world.sluice.report("other", { partition: "eu" });
      assert.deepEqual(await made(world, "each"), ["us", "asia", "eu"]);
      await world.sluice.report("regional", { partition: "us" });
      assert.deepEqual(await made(world, "each"), ["us", "asia", "eu", "us"]);
    }, store);
  });

  test("runs the last partition where what is watched has none", async () => {
    await during([assetSensor({ name: "s", assets: orders, target: monthly })], async (world) => {
      await world.sluice.report("orders");
      assert.deepEqual(await made(world, "monthly"), ["2026-02-01"]);
    });
  });

  test("does not answer itself, and two do not keep each other going", async () => {
    const sensors = [
      assetSensor({ name: "a", assets: mail, target: letter }),
      assetSensor({ name: "b", assets: letter, target: mail }),
      assetSensor({ name: "c", assets: [mail], target: mail }),
    ];
    await during(sensors, async (world) => {
      await world.sluice.materialize("mail");
      await world.clock.advance(60_000);
      const chains = (await world.sluice.runs()).map(({ tags }) => tags["sluice/caused_by"]).filter(Boolean)
        .sort();
      assert.ok(chains.length < 12, chains.join(" "));
      for (const chain of chains) {
        const names = chain.split(",");
        assert.equal(new Set(names).size, names.length, chain);
      }
      const count = (await world.sluice.runs()).length;
      await world.clock.advance(600_000);
      assert.equal((await world.sluice.runs()).length, count);
    });
  });

  test("loses and doubles nothing over restarts, whatever happens in which order", async () => {
    for (let seed = 1; seed <= 12; seed++) await wander(new Draw(seed));
  });
});

/** Reports at random with restarts in between, against a count of its own. */
async function wander(draw: Draw): Promise<void> {
  const store = memoryStore();
  const clock = virtualClock(START);
  const when = draw.one(["any", "all"] as const);
  const sensor = assetSensor({ name: "s", assets: [regional, other], when, target: each });
  const all = definitions({ assets, sensors: [sensor] });
  const open = () => createOrchestrator(all, { store: keptOpen(store), defaultIO: "memory", clock });
  let sluice = open();
  await sluice.start();
  const since = { regional: new Set<string>(), other: new Set<string>() };
  const expected: string[] = [];
  const settle = () => {
    const keys = ["eu", "us", "asia"].filter((key) => {
      const has = [since.regional.has(key), since.other.has(key)];
      return when === "any" ? has.includes(true) : !has.includes(false);
    });
    if (keys.length === 0) return;
    expected.push(...keys);
    for (const key of keys) [since.regional, since.other].forEach((set) => set.delete(key));
  };
  for (let n = 0; n < 25; n++) {
    const isDown = draw.chance(0.2);
    if (isDown) await sluice.stop();
    for (let count = draw.between(1, 3); count > 0; count--) {
      const asset = draw.one(["regional", "other"] as const);
      const key = draw.one(["eu", "us", "asia"]);
      await sluice.report(asset, { partition: key });
      since[asset].add(key);
      if (!isDown) {
        await clock.advance(100);
        settle();
      }
    }
    if (isDown) {
      await sluice.close();
      sluice = open();
      await sluice.start();
      await clock.advance(100);
      settle();
    }
  }
  const got = (await made({ sluice, clock }, "each")).toSorted();
  assert.deepEqual(got, expected.toSorted(), when);
  await sluice.close();
}

/** A store that outlives the orchestrators over it. */
function keptOpen(store: RunStore): RunStore {
  return new Proxy(store, {
    get: (target, name) => {
      if (name === "close") return () => Promise.resolve();
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

describe("a sensor of runs", () => {
  test("answers each run once that came to what it watches", async () => {
    const sensors = [
      runSensor({ name: "failed", status: "failed", jobs: job, target: mail }),
      runSensor({ name: "any", status: ["success", "failed"], target: letter }),
    ];
    await during(sensors, async (world) => {
      isBroken = true;
      const { id } = await world.sluice.runJob("job");
      isBroken = false;
      await world.sluice.runJob("job");
      assert.deepEqual(await made(world, "mail"), [""]);
      // The two runs of the job, the answer to the failure, and no answer to its own answers.
      assert.deepEqual(await made(world, "letter"), ["", "", ""]);
      const [answer] = (await world.sluice.runs()).filter(({ tags }) => tags["sluice/sensor"] === "failed");
      assert.deepEqual([answer.tags["sluice/after_run"], answer.tags["sluice/after_status"]], [id, "failed"]);
      assert.equal(answer.tags["sluice/run_key"], id);
      await world.clock.advance(600_000);
      assert.equal((await world.sluice.runs()).length, 6);
    });
  });

  test("answers after a restart what has ended in between", async () => {
    const store = memoryStore();
    const sensor = runSensor({ name: "s", status: "success", jobs: "job", target: mail });
    await during([sensor], async (world) => {
      await world.sluice.runJob("job");
      assert.deepEqual(await made(world, "mail"), [""]);
      await world.sluice.stop();
      for (let n = 0; n < 250; n++) await world.sluice.runJob("job");
      await world.sluice.materialize("fragile");
      await world.sluice.start();
      await world.clock.advance(5_000);
      assert.equal((await made(world, "mail")).length, 251);
      await world.sluice.stop();
      await world.sluice.start();
      assert.equal((await made(world, "mail")).length, 251);
    }, store);
  });

  test("answers after it was resumed what has ended while it was paused", async () => {
    await during([runSensor({ name: "s", status: "success", jobs: "job", target: mail })], async (world) => {
      await world.sluice.pauseTrigger("sensor:s");
      await world.sluice.runJob("job");
      assert.deepEqual(await made(world, "mail"), []);
      await world.sluice.resumeTrigger("sensor:s");
      assert.deepEqual(await made(world, "mail"), [""]);
    });
  });

  test("records nothing about runs that it does not watch", async () => {
    await during([runSensor({ name: "s", status: "failed", target: mail })], async (world) => {
      await world.sluice.runJob("job");
      await world.clock.advance(60_000);
      const events = await world.sluice.events();
      assert.equal(events.filter(({ type }) => type === "tick_recorded").length, 0);
      assert.equal(events.filter(({ type }) => type === "trigger_changed").length, 1);
    });
  });
});

describe("a sensor of freshness", () => {
  const hour = 3_600_000;
  const stale = defineExternalAsset({
    key: "stale",
    freshness: freshWithin({ failMs: 4 * hour, warnMs: 2 * hour }),
  });
  const all = (state: "pass" | "warn" | "fail") =>
    definitions({
      assets: [stale, mail],
      sensors: [freshnessSensor({ name: "s", assets: stale, state, target: mail })],
    });

  test("asks once for each change to what it watches, and at once", async () => {
    for (const [state, expected] of [["fail", [4, 12]], ["warn", [2, 10]], ["pass", [0, 8, 13]]] as const) {
      const clock = virtualClock(START);
      await using sluice = createOrchestrator(all(state), { store: "memory", defaultIO: "memory", clock });
      await sluice.start();
      await clock.advance(0);
      const at: number[] = [];
      for (let n = 0; n < 14 * 4; n++) {
        if (n === 0 || n === 32 || n === 52) await sluice.report(stale);
        await clock.advance(hour / 4);
        const runs = await sluice.runs({ limit: 100 });
        while (at.length < runs.length) {
          at.push(Math.floor((runs[runs.length - 1 - at.length].createdMs - START) / hour));
        }
      }
      assert.deepEqual(at, expected, state);
      assert.equal((await sluice.ticks({ limit: 100 })).length, expected.length);
    }
  });
});
