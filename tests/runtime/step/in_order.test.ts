import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  createOrchestrator,
  defineAsset,
  definitions,
  type IOManager,
  memoryIO,
  staticPartitions,
} from "sluice";
import { InOrder } from "../../../src/runtime/step/in_order.ts";

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe("work in order", () => {
  test("is under way together, as much as it may, and ends in its order", async () => {
    const line = new InOrder(4);
    const ended: number[] = [];
    let underWay = 0;
    let most = 0;
    const begin = async (index: number) => {
      most = Math.max(most, ++underWay);
      await wait((index * 7) % 5);
      underWay--;
      return async () => {
        await wait(index % 2);
        ended.push(index);
      };
    };
    for (let index = 0; index < 30; index++) await line.add(begin(index));
    await line.finish();
    assert.deepEqual(ended, Array.from({ length: 30 }, (_, index) => index));
    assert.equal(most, 4);
  });

  test("ends with the first failure in its order, when nothing is under way any more", async () => {
    const line = new InOrder(8);
    const ended: number[] = [];
    let underWay = 0;
    const begin = async (index: number, delayMs: number) => {
      underWay++;
      await wait(delayMs);
      underWay--;
      if (index === 3 || index === 5) throw new Error(`no ${index}`);
      return () => void ended.push(index);
    };
    const add = async () => {
      for (let index = 0; index < 20; index++) await line.add(begin(index, index === 5 ? 0 : 10));
    };
    await assert.rejects(add(), /no 3/);
    await assert.rejects(line.finish(), /no 3/);
    assert.deepEqual([ended, underWay], [[0, 1, 2], 0]);
  });
});

describe("the values of a batch", () => {
  const keys = Array.from({ length: 50 }, (_, index) => `k${index}`);
  const parts = staticPartitions(keys);

  /** A manager that takes its time, more for some than for others, and counts. */
  function slowIO() {
    const inner = memoryIO();
    const state = { underWay: 0, most: 0, stored: [] as string[] };
    const manager: IOManager = {
      name: "slow",
      shared: false,
      load: (address) => inner.load(address),
      has: (address) => inner.has(address),
      receipt: (address) => inner.receipt(address),
      remove: (address) => inner.remove(address),
      locate: () => undefined,
      async store(address, value, receipt) {
        state.most = Math.max(state.most, ++state.underWay);
        await wait(String(address.partition).length % 3);
        state.underWay--;
        if (value === "refused") throw new Error(`${address.partition} is refused`);
        state.stored.push(String(address.partition));
        await inner.store(address, value, receipt);
      },
    };
    return { manager, state };
  }

  test("are kept together, and checked and recorded in their order", async () => {
    const { manager, state } = slowIO();
    const batch = defineAsset({
      key: "batch",
      partitions: parts,
      batch: true,
      io: "slow",
      run: function* ({ partitions }) {
        for (const { key } of partitions) yield [key, key.toUpperCase()] as const;
      },
      checks: { long: { severity: "warn", run: (value) => value.length > 2 } },
    });
    await using sluice = createOrchestrator(definitions({ assets: [batch] }), {
      store: "memory",
      io: [manager],
    });
    const seen: string[] = [];
    sluice.subscribe((events) => {
      for (const event of events) {
        if (event.type === "check_evaluated") seen.push(String(event.payload.partition));
      }
    });
    const { status } = await sluice.materialize(batch, { partitions: "all" });
    assert.equal(status, "success");
    assert.deepEqual(seen, keys);
    assert.equal(state.most, 16);
    assert.equal(await sluice.load(batch, "k49"), "K49");
    assert.equal((await sluice.partitions(batch)).materialized.size, 50);
  });

  test("fail with the first that is refused, and nothing is stored afterwards", async () => {
    const { manager, state } = slowIO();
    let asked = 0;
    let isClosed = false;
    const batch = defineAsset({
      key: "batch",
      partitions: parts,
      batch: true,
      io: "slow",
      run: async function* ({ partitions }) {
        try {
          for (const [index, { key }] of partitions.entries()) {
            asked++;
            yield [key, index === 7 || index === 9 ? "refused" : "fine"] as const;
          }
        } finally {
          isClosed = true;
        }
      },
    });
    await using sluice = createOrchestrator(definitions({ assets: [batch] }), {
      store: "memory",
      io: [manager],
    });
    const { id, status } = await sluice.materialize(batch, { partitions: "all" });
    const stored = state.stored.length;
    const [step] = await sluice.steps(id);
    assert.deepEqual([status, step.error?.message], ["failed", "k7 is refused"]);
    assert.ok(isClosed && asked < 50, String(asked));
    await wait(10);
    assert.deepEqual([state.underWay, state.stored.length], [0, stored]);
  });
});
