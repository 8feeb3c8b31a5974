/** A process that dies between any two commits: what a sensor asked for is run once, neither twice nor never. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  assetSensor,
  createOrchestrator,
  defineAsset,
  defineExternalAsset,
  defineSensor,
  definitions,
  memoryStore,
  type RunStore,
  type Sensor,
  type SensorTick,
} from "sluice";
import { virtualClock } from "sluice/testing";

const START = Date.UTC(2026, 0, 10, 12);
const orders = defineExternalAsset({ key: "orders" });
const mail = defineAsset({ key: "mail", run: () => 1 });

/** Lets a number of commits through and none after them, as for a process that has died. */
function mortal(store: RunStore, commits: number): RunStore {
  let left = commits;
  return new Proxy(store, {
    get: (target, name) => {
      if (name === "close") return () => Promise.resolve();
      if (name === "append") {
        return (batches: Parameters<RunStore["append"]>[0]) =>
          left-- > 0 ? target.append(batches) : Promise.reject(new Error("dead"));
      }
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** What is left to do by the sensor: a queue outside of the process. */
interface Outside {
  readonly queue: string[];
  readonly sensor: Sensor;
  readonly happen: (sluice: ReturnType<typeof createOrchestrator>) => Promise<void>;
}

function byFunction(isNamed: boolean): Outside {
  const queue: string[] = [];
  const sensor = defineSensor({
    name: "s",
    target: mail,
    intervalMs: 1_000,
    evaluate: ({ cursor }: SensorTick) => {
      const from = Number(cursor ?? 0);
      const items = queue.slice(from);
      const runs = items.map((item) => ({ tags: { item }, ...(isNamed && { runKey: item }) }));
      return { runs, cursor: queue.length };
    },
  });
  return { queue, sensor, happen: async () => void queue.push("a", "b") };
}

function byAssets(): Outside {
  const sensor = assetSensor({ name: "s", assets: orders, target: mail });
  return { queue: [], sensor, happen: (sluice) => sluice.report(orders) };
}

async function survive(outside: Outside, commits: number): Promise<readonly string[]> {
  const store = memoryStore();
  const clock = virtualClock(START);
  const all = definitions({ assets: [orders, mail], sensors: [outside.sensor] });
  const open = (most: number) =>
    createOrchestrator(all, {
      store: mortal(store, most),
      defaultIO: "memory",
      clock,
      recovery: { onStart: true },
    });
  const first = open(Infinity);
  await first.start();
  await clock.advance(100);
  await first.close();
  const dying = open(commits);
  await dying.start().catch(() => {});
  await outside.happen(dying).catch(() => {});
  await clock.advance(5_000);
  await Promise.race([dying.close({ graceMs: 0 }).catch(() => {}), clock.advance(60_000)]);
  // What happens after its death must not be taken for what it had decided.
  outside.queue.push(...outside.queue.length > 0 ? ["c"] : []);
  const last = open(Infinity);
  await last.start();
  for (let n = 0; n < 20; n++) await clock.advance(1_000);
  const runs = await last.runs({ limit: 1_000 });
  for (const { id, status } of runs) assert.equal(status, "success", `${id} after ${commits}`);
  await last.close();
  return runs.map(({ tags }) => tags.item ?? "made").toSorted();
}

describe("a process that dies at any commit", () => {
  for (const isNamed of [true, false]) {
    test(`runs what a function asked for once, ${isNamed ? "with" : "without"} run keys`, async () => {
      for (let commits = 0; commits < 16; commits++) {
        const found = await survive(byFunction(isNamed), commits);
        assert.deepEqual(found, ["a", "b", "c"], `after ${commits} commits`);
      }
    });
  }

  test("runs what was made once", async () => {
    for (let commits = 0; commits < 12; commits++) {
      const found = await survive(byAssets(), commits);
      // A report that could not be recorded has not happened.
      if (found.length > 0 || commits > 2) assert.deepEqual(found, ["made"], `after ${commits} commits`);
    }
  });
});
