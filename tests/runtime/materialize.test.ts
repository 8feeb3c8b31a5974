import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { z } from "zod";
import {
  dailyPartitions,
  defineAsset,
  defineExternalAsset,
  defineMultiAsset,
  defineResource,
  materialize,
  monthlyPartitions,
  multiPartitions,
  output,
  override,
  skip,
  staticPartitions,
  unchanged,
} from "sluice";

const days = dailyPartitions({ start: "2026-01-01" });
const orders = defineAsset({ key: "orders", partitions: days, run: () => [1, 2] });

describe("materialize", () => {
  test("gives a body its partition, inputs, config, resources and tags", async () => {
    const closed: string[] = [];
    const db = defineResource({
      name: "db",
      setup: () => ({ name: "real" }),
      teardown: ({ name }) => void closed.push(name),
    });
    const asset = defineAsset({
      key: "all",
      deps: { orders },
      partitions: days,
      resources: { db },
      config: z.object({ factor: z.number().default(2) }),
      run: ({ attempt, config, inputs, log, partition, resources, run }) => {
        log.info("made", { day: partition.key });
        return output({
          sum: inputs.orders.length * config.factor,
          db: resources.db.name,
          attempt,
          tag: run.tags.a,
        }, {
          metadata: { start: partition.window.startMs },
          dataVersion: "7",
        });
      },
    });
    const options = {
      partition: "2026-01-03",
      inputs: { orders: [1, 2, 3] },
      config: {},
      tags: { a: "b" },
      attempt: 2,
    };
    const result = await materialize(asset, options);
    assert.deepEqual(result.value, { sum: 6, db: "real", attempt: 2, tag: "b" });
    assert.deepEqual(result.metadata, { start: Date.UTC(2026, 0, 3) });
    assert.deepEqual([result.status, result.dataVersion, closed], ["success", "7", ["real"]]);
    assert.deepEqual(result.logs, [{ level: "info", message: "made", fields: { day: "2026-01-03" } }]);
    const replaced = await materialize(asset, { ...options, resources: [override(db, { name: "fake" })] });
    assert.deepEqual([replaced.value?.db, closed], ["fake", ["real"]]);
  });

  test("takes collections as records, Maps or whole", async () => {
    const month = defineAsset({
      key: "month",
      deps: { orders },
      partitions: monthlyPartitions({ start: "2026-01-01" }),
      run: async ({ inputs }) => {
        const keys = [...inputs.orders.keys()];
        return [keys.length, (await inputs.orders.get(keys[0])).length, inputs.orders.has("2026-02-01")];
      },
    });
    const record = { "2026-01-01": [1], "2026-01-02": [2, 3] };
    for (const given of [record, new Map(Object.entries(record))]) {
      assert.deepEqual(
        (await materialize(month, { partition: "2026-01-01", inputs: { orders: given } })).value,
        [2, 1, false],
      );
    }
    await assert.rejects(
      materialize(month, { partition: "2026-01-01", inputs: { orders: [1] } }),
      /VALUE_INVALID[^]*spans several partitions[^]*record or a Map/,
    );
  });

  test("says what became of the value", async () => {
    const skipping = defineAsset({ key: "skipping", skippable: true, run: () => skip("empty") });
    const same = defineAsset({ key: "same", run: () => unchanged() });
    const checked = defineAsset({
      key: "checked",
      run: () => 0,
      checks: {
        positive: { blocking: true, run: (value) => value > 0 },
        whole: (value) => Number.isInteger(value),
      },
    });
    const [a, b, c] = [await materialize(skipping), await materialize(same), await materialize(checked)];
    assert.deepEqual([a.status, a.reason, b.status], ["skipped", "empty", "unchanged"]);
    assert.deepEqual([c.status, c.value, c.checks.map(({ check, passed }) => [check, passed])], [
      "blocked",
      0,
      [["positive", false], ["whole", true]],
    ]);
  });

  test("makes one output of a multi-asset, cells of products, and batches", async () => {
    const { even, odd } = defineMultiAsset({
      name: "split",
      outputs: { even: { key: "even" }, odd: { key: "odd" } },
      subsettable: true,
      run: ({ selected }) => (selected.has("even") ? { even: [2] } : { odd: [1] }),
    });
    assert.deepEqual([(await materialize(even)).value, (await materialize(odd)).value], [[2], [1]]);
    const cell = defineAsset({
      key: "cell",
      partitions: multiPartitions({ day: days, region: staticPartitions(["us", "eu"]) }),
      run: ({ partition }) => partition.dimensions,
    });
    assert.deepEqual((await materialize(cell, { partition: "2026-01-01|eu" })).value, {
      day: "2026-01-01",
      region: "eu",
    });
    const batch = defineAsset({
      key: "batch",
      partitions: days,
      batch: true,
      run: ({ partitions }) => partitions.map(({ key }) => [key, key.length] as const),
    });
    const { value } = await materialize(batch, { partition: ["2026-01-01", "2026-01-02"] });
    assert.deepEqual(value as unknown, new Map([["2026-01-01", 10], ["2026-01-02", 10]]));
  });

  test("refuses what a run would refuse, and throws what the body throws", async () => {
    const strict = defineAsset({
      key: "strict",
      output: z.object({ n: z.number() }),
      run: () => ({ n: "x" }) as never,
    });
    await assert.rejects(materialize(strict), /VALUE_INVALID/);
    await assert.rejects(materialize(orders), /say which partition/);
    await assert.rejects(materialize(orders, { partition: "2025-01-01" }), /no partition "2025-01-01"/);
    const reader = defineAsset({ key: "reader", deps: { orders }, partitions: days, run: () => 1 });
    await assert.rejects(
      materialize(reader, { partition: "2026-01-01" }),
      /VALUE_MISSING: reader reads orders/,
    );
    await assert.rejects(materialize(defineExternalAsset({ key: "away" })), /made elsewhere/);
    const broken = defineAsset({ key: "broken", run: () => Promise.reject(new TypeError("mine")) });
    await assert.rejects(materialize(broken), { name: "TypeError", message: "mine" });
    const configured = defineAsset({ key: "configured", config: z.object({ n: z.number() }), run: () => 1 });
    await assert.rejects(materialize(configured, { config: { n: "1" } }), /CONFIG_INVALID[^]*n: /);
  });
});
