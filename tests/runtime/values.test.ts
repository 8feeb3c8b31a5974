import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { defineAsset } from "../../src/model/assets/asset.ts";
import { defineMultiAsset } from "../../src/model/assets/multi_asset.ts";
import { staticPartitions } from "../../src/model/partitions/definition.ts";
import type { IOManager, Receipt, ValueAddress } from "../../src/io/manager.ts";
import { memoryIO } from "../../src/io/memory.ts";
import { World } from "./support.ts";

/** A manager that takes a moment, turns values into text, and writes down what it is asked. */
function slowIO(log: string[] = []): IOManager & { readonly receipts: Map<string, Receipt> } {
  const values = new Map<string, string>();
  const receipts = new Map<string, Receipt>();
  const nameOf = ({ asset, partition }: ValueAddress) =>
    partition === undefined ? asset : `${asset}@${partition}`;
  const wait = () => new Promise<void>((resolve) => setTimeout(resolve, 1));
  return {
    name: "slow",
    shared: true,
    receipts,
    store: async (address, value, receipt) => {
      await wait();
      if (value === "refused") throw new Error("the disk is full");
      values.set(nameOf(address), JSON.stringify(value));
      receipts.set(nameOf(address), receipt);
      log.push(`store ${nameOf(address)}`);
    },
    load: async (address) => {
      await wait();
      log.push(`load ${nameOf(address)}`);
      const text = values.get(nameOf(address));
      if (text === undefined) throw new Error(`nothing at ${nameOf(address)}`);
      return JSON.parse(text);
    },
    has: (address) => values.has(nameOf(address)),
    receipt: (address) => receipts.get(nameOf(address)),
    remove: (address) => {
      log.push(`remove ${nameOf(address)}`);
      values.delete(nameOf(address));
    },
    locate: () => undefined,
  };
}

describe("values", () => {
  test("are kept before success is recorded, and come to consumers from their manager", async () => {
    const log: string[] = [];
    const a = defineAsset({ key: "a", run: () => ({ when: new Date(0) }) });
    const b = defineAsset({ key: "b", deps: { a }, run: ({ inputs }) => typeof inputs.a.when });
    const c = defineAsset({ key: "c", io: "memory", deps: { b }, run: ({ inputs }) => inputs.b });
    const io = slowIO(log);
    const world = new World([a, b, c], { io: [io] });
    const running = world.run();
    const ran = await running;
    assert.deepEqual(log, ["store a", "load a", "store b", "load b"]);
    assert.equal(world.value("c"), "string");
    const { seq: _, ...receipt } = { seq: 0, ...io.receipts.get("b") };
    assert.deepEqual(receipt, {
      version: 1,
      asset: "b",
      partition: undefined,
      runId: ran.outcome.id,
      atMs: 1_000_000,
      dataVersion: `${ran.outcome.id}/1`,
      codeVersion: undefined,
      metadata: undefined,
    });
  });

  test("that cannot be kept or loaded fail their step", async () => {
    const a = defineAsset({ key: "a", run: () => "refused" });
    const b = defineAsset({ key: "b", run: () => 1 });
    const c = defineAsset({ key: "c", deps: { b }, run: ({ inputs }) => inputs.b });
    const world = new World([a, b, c], { io: [slowIO()] });
    const ran = await world.run({ request: { select: "a or c" } });
    assert.deepEqual(ran.of("step_failed").map(({ payload }) => payload.error.message).sort(), [
      "nothing at b",
      "the disk is full",
    ]);
  });

  test("of several inputs that fail leave no failure unheard", async () => {
    const make = (key: string) => defineAsset({ key, run: () => 1 });
    const [a, b, c] = [make("a"), make("b"), make("c")];
    const d = defineAsset({ key: "d", deps: { a, b, c }, run: () => 1 });
    const world = new World([a, b, c, d], { io: [slowIO()] });
    const ran = await world.run({ request: { select: "d" } });
    assert.equal(ran.of("step_failed")[0].payload.error.message, "nothing at a");
  });

  test("of an ephemeral manager are removed when the last step that waits for them is done", async () => {
    const io = memoryIO({ name: "scratch", ephemeral: true });
    const held: Record<string, boolean> = {};
    const has = (asset: string) => io.has({ asset, partition: undefined });
    const a = defineAsset({ key: "a", run: () => 1 });
    const b = defineAsset({ key: "b", deps: { a }, run: ({ inputs }) => inputs.a });
    const c = defineAsset({
      key: "c",
      deps: { a },
      after: [b],
      run: ({ inputs }) => {
        held.a = has("a");
        return inputs.a;
      },
    });
    const d = defineAsset({
      key: "d",
      after: [c],
      deps: { b },
      run: async ({ inputs }) => {
        held.aLater = has("a");
        return inputs.b;
      },
    });
    const world = new World([a, b, c, d], { io: [io] });
    assert.equal((await world.run()).status, "success");
    assert.deepEqual(held, { a: true, aLater: false });
    assert.deepEqual(["a", "b", "c", "d"].map(has), [false, false, false, true]);
  });

  test("of an ephemeral manager stay when a step that waits for them failed", async () => {
    const io = memoryIO({ name: "scratch", ephemeral: true });
    const a = defineAsset({ key: "a", run: () => 1 });
    const b = defineAsset({
      key: "b",
      deps: { a },
      run: (): number => {
        throw new Error("no");
      },
    });
    await new World([a, b], { io: [io] }).run();
    assert.equal(io.has({ asset: "a", partition: undefined }), true);
  });

  test("of an ephemeral manager are removed also with partitions and several outputs", async () => {
    const log: string[] = [];
    const io = { ...slowIO(log), ephemeral: true };
    const keys = staticPartitions(["x", "y"]);
    const { one, two } = defineMultiAsset({
      name: "pair",
      partitions: keys,
      outputs: { one: { key: "one" }, two: { key: "two" } },
      run: () => ({ one: 1, two: 2 }),
    });
    const reader = defineAsset({
      key: "reader",
      partitions: keys,
      deps: { one },
      after: [two],
      run: () => 1,
    });
    const world = new World([one, two, reader], { io: [io] });
    await world.run({ request: { partitions: "all" } });
    assert.deepEqual(
      log.filter((line) => line.startsWith("remove")).sort(),
      ["remove one@x", "remove one@y", "remove two@x", "remove two@y"],
    );
  });

  test("read under hostile names arrive under these names", async () => {
    const a = defineAsset({ key: "a", run: () => 1 });
    const deps = JSON.parse('{"__proto__":0,"constructor":0,"toString":0}');
    for (const name of Object.keys(deps)) {
      Object.defineProperty(deps, name, { value: a, enumerable: true, configurable: true, writable: true });
    }
    const b = defineAsset({
      key: "b",
      deps: deps as Record<string, typeof a>,
      run: ({ inputs }) => Object.entries(inputs),
    });
    const world = new World([a, b]);
    assert.equal((await world.run()).status, "success");
    assert.deepEqual(world.value("b"), [["__proto__", 1], ["constructor", 1], ["toString", 1]]);
  });
});

describe("a resumed run", () => {
  test("runs only what is not recorded as done, and counts attempts on", async () => {
    const ran: string[] = [];
    const make = (key: string, after: readonly ReturnType<typeof defineAsset>[] = []) =>
      defineAsset({
        key,
        after,
        retry: { maxRetries: 1 },
        run: ({ attempt }) => void ran.push(`${key} ${attempt}`),
      });
    const a = make("a");
    const b = make("b", [a]);
    const c = make("c", [b]);
    const world = new World([a, b, c]);
    const record = (step: number, status: "success" | "running", attempts: number) => ({
      step,
      name: "",
      partitionKeys: [],
      status,
      attempts,
      startedMs: 0,
      finishedMs: undefined,
      outputs: [],
      error: undefined,
      reason: undefined,
      chain: [],
    });
    const resumed = await world.run({ resumed: [record(1, "running", 2), record(0, "success", 1)] });
    assert.deepEqual(ran, ["b 3", "c 1"]);
    assert.deepEqual([resumed.status, resumed.outcome.steps.success], ["success", 3]);
    assert.deepEqual(resumed.story.slice(0, 2), ["run_started", "step_started b"]);
  });

  test("remembers what failed and what was skipped", async () => {
    const a = defineAsset({ key: "a", run: () => 1 });
    const b = defineAsset({ key: "b", deps: { a }, run: () => 1 });
    const c = defineAsset({ key: "c", run: () => 1 });
    const d = defineAsset({ key: "d", deps: { c }, run: () => 1 });
    const world = new World([a, b, c, d]);
    const record = (step: number, status: "failed" | "skipped") => ({
      step,
      name: "",
      partitionKeys: [],
      status,
      attempts: 1,
      startedMs: 0,
      finishedMs: 0,
      outputs: [],
      error: undefined,
      reason: undefined,
      chain: [],
    });
    const plan = (await world.run()).steps;
    const of = (name: string) =>
      Array.from({ length: 4 }, (_, step) => step).find((step) => plan.node(step).step === name);
    const ran = await world.run({
      resumed: [record(of("a") as number, "failed"), record(of("c") as number, "skipped")],
    });
    assert.deepEqual(ran.ends, { b: "upstream_failed", d: "skipped" });
    assert.deepEqual([ran.status, ran.outcome.steps.failed, ran.outcome.steps.skipped], ["failed", 1, 2]);
  });
});
