import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  createOrchestrator,
  dailyPartitions,
  defineAsset,
  defineJob,
  defineSensor,
  type Definitions,
  definitions,
  dynamicPartitions,
  memoryStore,
  type RunStore,
  type SensorResult,
  type SensorSpec,
  type SensorTick,
} from "sluice";
import { triggerContract, type VirtualClock, virtualClock } from "sluice/testing";
import { recordError } from "../../../src/runtime/step/errors.ts";
import { createSensors } from "../../../src/triggers/sensors/sensors.ts";

const START = Date.UTC(2026, 0, 10, 12);
const days = dailyPartitions({ start: "2026-01-01" });
const plain = defineAsset({ key: "plain", run: () => 1 });
const daily = defineAsset({ key: "daily", partitions: days, run: () => 1 });
const dynamic = defineAsset({ key: "dynamic", partitions: dynamicPartitions("files"), run: () => 1 });
const nightly = defineJob({ name: "nightly", selection: "plain", tags: { team: "data", by: "job" } });
const assets = [plain, daily, dynamic];

/** A world in which one sensor is evaluated by a function that the test gives. */
async function during(
  evaluate: SensorSpec["evaluate"],
  work: (world: World) => Promise<void>,
  { spec = {}, store = memoryStore() }: { readonly spec?: Partial<SensorSpec>; readonly store?: RunStore } =
    {},
): Promise<void> {
  const clock = virtualClock(START);
  const sensor = defineSensor({ name: "s", target: plain, evaluate, ...spec });
  await using sluice = open(definitions({ assets, jobs: [nightly], sensors: [sensor] }), store, clock);
  await sluice.start();
  await work({ sluice, clock });
}

type World = { readonly sluice: ReturnType<typeof open>; readonly clock: VirtualClock };

function open(all: Definitions, store: RunStore, clock: VirtualClock) {
  return createOrchestrator(all, { store, defaultIO: "memory", clock });
}

const said = async ({ sluice }: World) =>
  (await sluice.ticks({ limit: 1_000 })).toReversed().map(({ status, key, reason, error, runs }) =>
    [status, key ?? reason ?? error?.code ?? error?.message, runs.length].join(" ")
  );

describe("a custom sensor", () => {
  test("looks at once and then at intervals, and is handed its cursor", async () => {
    const ticks: Partial<SensorTick>[] = [];
    const evaluate = ({ cursor, lastTickMs, nowMs }: SensorTick): SensorResult => {
      ticks.push({ cursor, lastTickMs, nowMs });
      return { cursor: Number(cursor ?? 0) + 1 };
    };
    await during(evaluate, async ({ clock }) => {
      await clock.advance(0);
      await clock.advance(29_999);
      assert.equal(ticks.length, 1);
      await clock.advance(30_001);
    });
    assert.deepEqual(ticks, [
      { cursor: undefined, lastTickMs: undefined, nowMs: START },
      { cursor: 1, lastTickMs: START, nowMs: START + 30_000 },
      { cursor: 2, lastTickMs: START + 30_000, nowMs: START + 60_000 },
    ]);
  });

  test("has one run for each run key, ever", async () => {
    const store = memoryStore();
    const asked = [["a"], ["a", "b", "b"], ["b"], []];
    const evaluate = () => ({ runs: (asked.shift() ?? ["a"]).map((runKey) => ({ runKey })) });
    await during(evaluate, async (world) => {
      await world.clock.advance(120_000);
      assert.deepEqual(await said(world), [
        "requested a 1",
        "requested b 1",
        "skipped Everything was asked for before. 0",
      ]);
      const runs = await world.sluice.runs();
      assert.equal(runs.length, 2);
      assert.deepEqual(runs.map(({ tags }) => tags["sluice/run_key"]), ["b", "a"]);
      assert.deepEqual(runs.map(({ status }) => status), ["success", "success"]);
      assert.equal(await world.sluice.prune({ runsBeforeMs: world.clock.now() + 1 }), 2);
      asked.push(["a", "b"], ["c"]);
      await world.clock.advance(60_000);
      assert.equal((await world.sluice.runs()).length, 1);
    }, { store });
  });

  test("runs what has no key each time it is asked for", async () => {
    let looks = 0;
    const evaluate = () => looks++ < 2 ? { runs: [{}, { tags: { n: "2" } }] } : { skip: "Enough." };
    await during(evaluate, async (world) => {
      await world.clock.advance(150_000);
      assert.deepEqual(await said(world), ["requested look 0 2", "requested look 1 2", "skipped Enough. 0"]);
      const runs = await world.sluice.runs();
      assert.equal(new Set(runs.map(({ id }) => id)).size, 4);
      assert.deepEqual(runs.map(({ tags }) => tags.n), ["2", undefined, "2", undefined]);
    });
  });

  test("records why it asked for nothing when that changes, and no idle look", async () => {
    let looks = 0;
    const evaluate = () => ({ skip: looks++ < 5 ? "Nothing." : "Closed." });
    await during(evaluate, async (world) => {
      await world.clock.advance(3_000_000);
      assert.deepEqual(await said(world), ["skipped Nothing. 0", "skipped Closed. 0"]);
      assert.equal((await world.sluice.events()).length, 2);
      assert.equal(looks, 101);
    });
  });

  test("runs a job, with its tags and config under those of the sensor and the request", async () => {
    const evaluate = () => ({ runs: [{ runKey: "k", tags: { by: "request" } }] });
    await during(evaluate, async ({ sluice, clock }) => {
      await clock.advance(1_000);
      const [run] = await sluice.runs();
      assert.equal(run.job, "nightly");
      assert.deepEqual(run.tags, {
        team: "data",
        by: "request",
        stage: "x",
        "sluice/sensor": "s",
        "sluice/caused_by": "s",
        "sluice/run_key": "k",
      });
    }, { spec: { target: nightly, tags: { by: "sensor", stage: "x" } } });
  });

  test("runs the partitions that are asked for, else the last", async () => {
    const results: SensorResult[] = [
      { runs: [{}] },
      { runs: [{ partition: "2026-01-02" }] },
      { runs: [{ partitions: ["2026-01-03", "2026-01-05"] }] },
    ];
    await during(() => results.shift(), async ({ sluice, clock }) => {
      await clock.advance(100_000);
      const runs = (await sluice.runs()).toReversed();
      const keys = await Promise.all(
        runs.map(async ({ id }) => (await sluice.steps(id)).flatMap((step) => step.partitionKeys)),
      );
      assert.deepEqual(keys, [["2026-01-09"], ["2026-01-02"], ["2026-01-03", "2026-01-05"]]);
    }, { spec: { target: daily } });
  });

  test("adds and removes keys before it runs anything", async () => {
    const results: SensorResult[] = [
      { addPartitions: { files: ["a", "b"] }, runs: [{ partition: "b" }] },
      { removePartitions: { files: ["a"] } },
      { addPartitions: { files: ["c"] } },
    ];
    await during(() => results.shift(), async (world) => {
      await world.clock.advance(100_000);
      assert.equal((await world.sluice.partitions(dynamic)).space.size, 2);
      const [run] = await world.sluice.runs();
      assert.deepEqual((await world.sluice.steps(run.id))[0].partitionKeys, ["b"]);
      const [, , first] = await world.sluice.ticks();
      assert.deepEqual(first.partitions, [{ name: "files", keys: ["a", "b"] }]);
    }, { spec: { target: dynamic } });
  });

  test("keeps its cursor when it fails, waits longer each time, and recovers", async () => {
    const at: number[] = [];
    const cursors: unknown[] = [];
    const evaluate = ({ cursor, nowMs }: SensorTick): SensorResult => {
      at.push((nowMs - START) / 1_000);
      cursors.push(cursor);
      if (at.length > 1 && at.length < 6) throw new Error("The queue is closed.");
      return { cursor: at.length };
    };
    await during(evaluate, async (world) => {
      await world.clock.advance(1_200_000);
      assert.deepEqual(at.slice(0, 8), [0, 30, 60, 120, 240, 480, 510, 540]);
      assert.deepEqual(await said(world), [
        ...Array.from({ length: 4 }, () => "failed The queue is closed. 0"),
        "skipped It can look again. 0",
      ]);
      assert.deepEqual(cursors.slice(0, 7), [undefined, 1, 1, 1, 1, 1, 6]);
      const [status] = await world.sluice.triggers();
      assert.equal(status.failures, 0);
    });
  });

  test("refuses what its function may not give", async () => {
    const wrong: unknown[] = [
      5,
      { run: [] },
      { runs: {} },
      { runs: [1] },
      { runs: [{ key: "a" }] },
      { runs: [{ partition: "a", partitions: ["b"] }] },
      { runs: [{ partitions: [] }] },
      { runs: Array.from({ length: 1_001 }, () => ({})) },
      { cursor: () => 1 },
      { cursor: "x".repeat(300_000) },
      { addPartitions: ["a"] },
      { skip: 1 },
    ];
    const count = wrong.length;
    await during(() => wrong.shift() as SensorResult, async (world) => {
      await world.clock.advance(count * 600_000);
      const failed = Array.from({ length: count }, () => "failed SENSOR_INVALID 0");
      assert.deepEqual(await said(world), [...failed, "skipped It can look again. 0"]);
    });
  });

  test("fails for a partition that there is not, and for a run without a target", async () => {
    await during(() => ({ runs: [{ partition: "tomorrow" }] }), async (world) => {
      await world.clock.advance(1_000);
      assert.deepEqual(await said(world), ["failed PARTITION_UNKNOWN 0"]);
    }, { spec: { target: daily } });
    const clock = virtualClock(START);
    const sensor = defineSensor({ name: "s", evaluate: () => ({ runs: [{}] }) });
    await using sluice = open(definitions({ assets, sensors: [sensor] }), memoryStore(), clock);
    await sluice.start();
    await clock.advance(1_000);
    assert.deepEqual(await said({ sluice, clock }), ["failed SENSOR_INVALID 0"]);
  });

  test("is given up when it takes too long, and never looks twice at once", async () => {
    let [under, most, looks] = [0, 0, 0];
    const ends: (() => void)[] = [];
    const wasAborted: boolean[] = [];
    const evaluate = async ({ signal }: SensorTick): Promise<undefined> => {
      looks++;
      most = Math.max(most, ++under);
      const { promise, resolve } = Promise.withResolvers<void>();
      ends.push(resolve);
      await promise;
      under--;
      wasAborted.push(signal.aborted);
    };
    await during(evaluate, async (world) => {
      await world.clock.advance(600_000);
      assert.equal(looks, 1);
      ends[0]();
      await world.clock.advance(1);
      assert.deepEqual(await said(world), ["failed SENSOR_TIMEOUT 0"]);
      await world.clock.advance(60_000);
      assert.equal(looks, 2);
      ends[1]();
      await world.clock.advance(60_000);
      ends[2]?.();
    });
    assert.equal(most, 1);
    assert.deepEqual(wasAborted.slice(0, 2), [true, false]);
  });

  test("is paused and resumed", async () => {
    let looks = 0;
    await during(() => void looks++, async ({ sluice, clock }) => {
      await clock.advance(60_000);
      assert.equal(looks, 3);
      await sluice.pauseTrigger("sensor:s", { by: "ada" });
      await clock.advance(600_000);
      assert.equal(looks, 3);
      const [status] = await sluice.triggers();
      assert.deepEqual([status.id, status.type, status.isOn, status.isActive, status.nextMs], [
        "sensor:s",
        "sensor",
        false,
        true,
        undefined,
      ]);
      await sluice.resumeTrigger("sensor:s");
      await clock.advance(0);
      assert.equal(looks, 4);
      assert.equal((await sluice.triggers())[0].nextMs, clock.now() + 30_000);
    });
  });

  test("is off from the start where it is declared so, and looks no more after a stop", async () => {
    let looks = 0;
    await during(() => void looks++, async ({ sluice, clock }) => {
      await clock.advance(600_000);
      assert.equal(looks, 0);
      await sluice.resumeTrigger("sensor:s");
      await clock.advance(0);
      assert.equal(looks, 1);
      await sluice.stop();
      await clock.advance(600_000);
      assert.equal(looks, 1);
      await sluice.start();
      await clock.advance(0);
      assert.equal(looks, 2);
    }, { spec: { enabled: false } });
  });

  test("looks on when the clock is set back by an hour", async () => {
    let looks = 0;
    let offMs = 0;
    const clock = virtualClock(START);
    const set = { now: () => clock.now() + offMs, after: clock.after };
    const sensor = defineSensor({ name: "s", target: plain, evaluate: () => void looks++ });
    const all = definitions({ assets, sensors: [sensor] });
    await using sluice = createOrchestrator(all, { store: "memory", defaultIO: "memory", clock: set });
    await sluice.start();
    await clock.advance(31_000);
    assert.equal(looks, 2);
    offMs = -3_600_000;
    await clock.advance(90_000);
    // One look is late: how long the clock had stood before it was set back cannot be known.
    assert.equal(looks, 4);
  });
});

for (
  const { name, run } of triggerContract({
    name: "sensors",
    open: () => {
      let [rings, answered] = [0, 0];
      const evaluate = () => ({ runs: rings > answered ? [{ runKey: String(++answered) }] : [] });
      const sensor = defineSensor({ name: "bell", target: plain, intervalMs: 1_000, evaluate });
      const all = definitions({ assets, sensors: [sensor] });
      // The orchestrator of the contract has sensors of its own: it is given definitions without any.
      const trigger = createSensors({ definitions: all, describe: recordError });
      return { trigger, definitions: definitions({ assets }), fire: () => void rings++ };
    },
  })
) test(name, run);
