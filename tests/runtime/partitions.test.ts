import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { defineAsset, selfDep } from "../../src/model/assets/asset.ts";
import { defineCheck } from "../../src/model/assets/check.ts";
import { skip } from "../../src/model/assets/result.ts";
import { type } from "../../src/model/assets/schema.ts";
import {
  dailyPartitions,
  dynamicPartitions,
  monthlyPartitions,
  multiPartitions,
  staticPartitions,
} from "../../src/model/partitions/definition.ts";
import {
  allMapping,
  lastMapping,
  specificMapping,
  timeWindowMapping,
} from "../../src/model/partitions/mapping.ts";
import { World } from "./support.ts";

const DAY_MS = 86_400_000;
const days = dailyPartitions({ start: "1970-01-01", end: "1970-02-10" });
const months = monthlyPartitions({ start: "1970-01-01", end: "1970-02-01" });
const everything = { request: { partitions: "all" as const } };

/** A world whose clock stands on the first of April 1970. */
async function later(assets: ConstructorParameters<typeof World>[0], options = {}): Promise<World> {
  const world = new World(assets, options);
  await world.clock.advance(90 * DAY_MS - world.clock.now());
  return world;
}

describe("partitioned steps", () => {
  test("see their partition, and read the same one upstream", async () => {
    const raw = defineAsset({
      key: "raw",
      partitions: days,
      run: ({ partition }) => partition.window.startMs / DAY_MS,
    });
    const clean = defineAsset({
      key: "clean",
      partitions: days,
      deps: { raw },
      run: async ({ inputs }) => inputs.raw * 2,
    });
    const world = await later([raw, clean]);
    const ran = await world.run(everything);
    assert.deepEqual([ran.status, ran.outcome.steps.success], ["success", 80]);
    assert.deepEqual([world.value("clean", "1970-01-01"), world.value("clean", "1970-02-09")], [0, 78]);
  });

  test("read many partitions as a collection, also those of earlier runs", async () => {
    const raw = defineAsset({ key: "raw", partitions: days, run: ({ partition }) => partition.key });
    const monthly = defineAsset({
      key: "monthly",
      partitions: months,
      deps: { raw },
      run: async ({ inputs }) => {
        const values: string[] = [];
        for await (const value of inputs.raw.values()) values.push(value);
        return [inputs.raw.size, values[0], values.at(-1)];
      },
    });
    const world = await later([raw, monthly]);
    await world.run({ request: { select: "raw", partitions: { start: "1970-01-01", end: "1970-01-20" } } });
    const ran = await world.run({
      request: { select: "raw or monthly", partitions: { start: "1970-01-21", end: "1970-01-31" } },
    });
    assert.equal(ran.status, "success");
    assert.deepEqual(world.value("monthly", "1970-01-01"), [31, "1970-01-01", "1970-01-31"]);
  });

  test("read constant partitions, one or many", async () => {
    const kinds = staticPartitions(["rain", "snow", "sun"]);
    const kind = defineAsset({ key: "kind", partitions: kinds, run: ({ partition }) => partition.key });
    const last = defineAsset({
      key: "last",
      partitions: days,
      deps: { kind: { asset: kind, mapping: lastMapping() } },
      run: ({ inputs }) => inputs.kind,
    });
    const two = defineAsset({
      key: "two",
      partitions: days,
      deps: { kind: { asset: kind, mapping: specificMapping(["snow", "rain"]) } },
      run: async ({ inputs }) => [...(await inputs.kind.load()).keys()],
    });
    const all = defineAsset({
      key: "all",
      deps: { kind: { asset: kind, mapping: allMapping() } },
      run: ({ inputs }) => inputs.kind.size,
    });
    const world = await later([kind, last, two, all]);
    assert.equal((await world.run(everything)).status, "success");
    assert.deepEqual(world.value("last", "1970-01-05"), "sun");
    assert.deepEqual(world.value("two", "1970-01-05"), ["rain", "snow"]);
    assert.equal(world.value("all"), 3);
  });

  test("read their own past in order, and nothing before the beginning", async () => {
    const order: string[] = [];
    const balance = defineAsset({
      key: "balance",
      partitions: days,
      deps: { before: selfDep(type<number>(), days, timeWindowMapping({ startOffset: -1, endOffset: -1 })) },
      run: async ({ inputs, partition }) => {
        let sum = 1;
        for await (const value of inputs.before.values()) sum += value;
        order.push(partition.key);
        return sum;
      },
    });
    const world = await later([balance]);
    const ran = await world.run(everything);
    assert.equal(ran.status, "success");
    assert.deepEqual(order, order.toSorted());
    assert.equal(world.value("balance", "1970-02-09"), 40);
  });

  test("of two dimensions see both keys", async () => {
    const cells = multiPartitions({ day: days, kind: staticPartitions(["a", "b"]) });
    const seen: unknown[] = [];
    const asset = defineAsset({
      key: "cells",
      partitions: cells,
      run: ({ partition }) => void seen.push(partition),
    });
    const world = await later([asset]);
    await world.run({ request: { partitions: ["1970-01-02|b"] } });
    assert.deepEqual(seen, [{
      kind: "multi",
      key: "1970-01-02|b",
      dimensions: { day: "1970-01-02", kind: "b" },
    }]);
  });

  test("find keys of dynamic upstreams that the plan does not hold", async () => {
    const names = dynamicPartitions("names");
    const each = defineAsset({ key: "each", partitions: names, run: ({ partition }) => partition.key });
    const total = defineAsset({
      key: "total",
      deps: { each: { asset: each, mapping: allMapping() } },
      run: async ({ inputs }) => [...inputs.each.keys()],
    });
    const world = new World([each, total]);
    const ran = await world.run({ request: { select: "total" }, dynamicKeys: () => ["x", "y"] });
    assert.deepEqual([ran.status, world.value("total")], ["success", ["x", "y"]]);
  });

  test("fail one by one: only what reads the failed partition is stopped", async () => {
    const raw = defineAsset({
      key: "raw",
      partitions: days,
      run: ({ partition }) => {
        if (partition.key === "1970-01-03") throw new Error("bad day");
        return 1;
      },
    });
    const clean = defineAsset({ key: "clean", partitions: days, deps: { raw }, run: () => 1 });
    const monthly = defineAsset({ key: "monthly", partitions: months, deps: { clean }, run: () => 1 });
    const world = await later([raw, clean, monthly]);
    const ran = await world.run(everything);
    const { failed, upstreamFailed, success } = ran.outcome.steps;
    assert.deepEqual([failed, upstreamFailed, success], [1, 2, 78]);
    const [clean3, month1] = ran.of("step_upstream_failed");
    assert.deepEqual([ran.nameOf(clean3.step), ran.nameOf(month1.step)], [
      "clean@1970-01-03",
      "monthly@1970-01-01",
    ]);
    assert.deepEqual([ran.nameOf(month1.payload.cause), ran.nameOf(month1.payload.via)], [
      "raw@1970-01-03",
      "clean@1970-01-03",
    ]);
  });

  test("pass failures and skips through barriers to those alone who read them", async () => {
    const keys = staticPartitions(Array.from({ length: 30 }, (_, index) => `k${index}`));
    const up = defineAsset({
      key: "up",
      partitions: keys,
      skippable: true,
      run: ({ partition }) => {
        if (partition.key === "k7") throw new Error("seven");
        return partition.key === "k9" ? skip("nine") : 1;
      },
    });
    const all = defineAsset({
      key: "all",
      partitions: keys,
      deps: { up: { asset: up, mapping: allMapping() } },
      run: () => 1,
    });
    const some = defineAsset({
      key: "some",
      partitions: keys,
      deps: { up: { asset: up, mapping: specificMapping(["k8", "k9"]) } },
      run: () => 1,
    });
    const other = defineAsset({
      key: "other",
      partitions: keys,
      deps: { up: { asset: up, mapping: specificMapping(["k1", "k2"]) } },
      run: () => 1,
    });
    const ran = await new World([up, all, some, other]).run(everything);
    const ends = (name: string) =>
      new Set(Array.from({ length: 30 }, (_, index) => ran.ends[`${name}@k${index}`]));
    assert.deepEqual([ends("all"), ends("some"), ends("other")], [
      new Set(["upstream_failed"]),
      new Set(["skipped"]),
      new Set(["succeeded"]),
    ]);
    const [{ payload }] = ran.of("step_upstream_failed");
    assert.deepEqual([ran.nameOf(payload.cause), ran.nameOf(payload.via)], ["up@k7", "up@k7"]);
    const skips = ran.of("step_skipped").filter(({ payload }) => payload.cause !== undefined);
    assert.deepEqual(
      new Set(skips.map(({ payload }) => ran.nameOf(payload.cause as number))),
      new Set(["up@k9"]),
    );
  });

  test("are checked partition by partition, and wait for their own check alone", async () => {
    const raw = defineAsset({ key: "raw", partitions: days, run: ({ partition }) => partition.key });
    const check = defineCheck({
      asset: raw,
      name: "fine",
      blocking: true,
      run: ({ value, partition }) => value === partition.key && value !== "1970-01-04",
    });
    const clean = defineAsset({ key: "clean", partitions: days, deps: { raw }, run: () => 1 });
    const world = await later([raw, clean], { checks: [check] });
    const ran = await world.run(everything);
    assert.equal(ran.ends["raw:fine@1970-01-04"], "failed");
    const stopped = Object.entries(ran.ends).filter(([, end]) => end === "upstream_failed").map(([name]) =>
      name
    );
    assert.deepEqual(stopped, ["clean@1970-01-04"]);
    const verdict = ran.of("check_evaluated").find(({ payload }) => !payload.passed);
    assert.equal(verdict?.payload.partition, "1970-01-04");
  });

  test("fail when they read what does not exist", async () => {
    const late = dailyPartitions({ start: "1970-01-03", end: "1970-02-10" });
    const raw = defineAsset({ key: "raw", partitions: late, run: () => 1 });
    const clean = defineAsset({ key: "clean", partitions: days, deps: { raw }, run: () => 1 });
    const world = await later([raw, clean]);
    const ran = await world.run({ request: { select: "clean", partitions: "1970-01-01" } });
    assert.match(
      ran.of("step_failed")[0].payload.error.message,
      /clean reads partition "?1970-01-01"? of raw/,
    );
  });
});
