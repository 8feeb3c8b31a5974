/** What a step by itself undoes: as much as the compensation of a local run of the same step would. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { openManagers } from "../../../src/io/managers.ts";
import { memoryIO } from "../../../src/io/memory.ts";
import { defineAsset } from "../../../src/model/assets/asset.ts";
import type { Asset } from "../../../src/model/assets/declaration.ts";
import { defineResource } from "../../../src/model/assets/resource.ts";
import { output, skip, unchanged } from "../../../src/model/assets/result.ts";
import { defineMultiAsset } from "../../../src/model/assets/multi_asset.ts";
import { definitions } from "../../../src/model/definitions.ts";
import { staticPartitions } from "../../../src/model/partitions/definition.ts";
import { parseStepOutcome, type StepOutcome } from "../../../src/model/step/outcome.ts";
import { formatStepRequest, parseStepRequest, type StepRequest } from "../../../src/model/step/request.ts";
import { executeStep, type StepSurroundings } from "../../../src/runtime/step.ts";
import { systemClock } from "../../../src/model/ports.ts";
import { virtualClock } from "../../../src/testing/clock.ts";

/** A place for values, and one step after the other in it. */
class Bench {
  readonly io = memoryIO();
  readonly clock = virtualClock(1_000_000);
  readonly #all;

  constructor(assets: Parameters<typeof definitions>[0]["assets"]) {
    this.#all = definitions({ assets });
  }

  async run(
    request: Omit<StepRequest, "version" | "runId"> & { readonly runId?: string },
    around: Partial<StepSurroundings> = {},
  ): Promise<StepOutcome> {
    const whole: StepRequest = { version: 1, runId: "r1", ...request };
    const outcome = await executeStep(this.#all, parseStepRequest(formatStepRequest(whole)), {
      clock: this.clock,
      random: { next: () => 0 },
      findManager: openManagers([this.io], "memory"),
      signal: new AbortController().signal,
      graceMs: 1_000,
      log: () => {},
      ...around,
    });
    assert.deepEqual(parseStepOutcome(JSON.stringify(outcome)), outcome);
    return outcome;
  }

  /** Undoes what an outcome says was made; of none what receipts say. */
  undo(
    step: string,
    made?: StepOutcome,
    more: Partial<StepRequest> = {},
    around: Partial<StepSurroundings> = {},
  ) {
    const undo = {
      error: { name: "Error", message: "out of stock", causes: [{ name: "Deep", message: "none" }] },
      ...(made && { made: madeBy(made) }),
    };
    return this.run({ step, undo, ...more }, around);
  }

  has(asset: string, partition?: string): boolean {
    return Boolean(this.io.has({ asset, partition }));
  }
}

function madeBy({ outputs }: StepOutcome) {
  return outputs.filter(({ status }) => status === "made").map(({ asset, partition }) => ({
    asset,
    ...(partition !== undefined && { partition }),
  }));
}

function short({ status, outputs, error }: StepOutcome): unknown {
  const all = outputs.map(({ asset, partition, status }) =>
    [asset, partition, status].filter(Boolean).join(" ")
  );
  return [status, ...all, ...error ? [error.message] : []];
}

function payment(notes: unknown[], more: Partial<Parameters<typeof defineAsset>[0]> = {}): Asset {
  return defineAsset(
    {
      key: "payment",
      run: () => 42,
      undo: async ({ load, error, run, attempt, keys }) => {
        notes.push([
          await (load as () => Promise<unknown>)(),
          error.message,
          error.cause?.message,
          run.id,
          attempt,
          keys,
        ]);
      },
      ...more,
    } as Parameters<typeof defineAsset>[0],
  ) as Asset;
}

describe("a step that is asked to undo", () => {
  test("gets its value and the error, and removes the value", async () => {
    const notes: unknown[] = [];
    const bench = new Bench([payment(notes)]);
    const made = await bench.run({ step: "payment" });
    assert.deepEqual(short(await bench.undo("payment", made, { attempt: 2 })), ["success", "payment undone"]);
    assert.deepEqual(notes, [[42, "out of stock", "none", "r1", 2, ["payment"]]]);
    assert.equal(bench.has("payment"), false);
  });

  test("finds by receipts what the run has made, where it is not told", async () => {
    const notes: unknown[] = [];
    const bench = new Bench([payment(notes)]);
    await bench.run({ step: "payment", runId: "other" });
    assert.deepEqual(short(await bench.undo("payment")), ["skipped"]);
    assert.deepEqual([notes.length, bench.has("payment")], [0, true]);
    await bench.run({ step: "payment" });
    assert.deepEqual(short(await bench.undo("payment")), ["success", "payment undone"]);
    assert.deepEqual([notes.length, bench.has("payment")], [1, false]);
  });

  test("is called for a value that another run has made since, and leaves that", async () => {
    const notes: unknown[] = [];
    const bench = new Bench([payment(notes)]);
    const made = await bench.run({ step: "payment" });
    await bench.run({ step: "payment", runId: "later" });
    assert.deepEqual(short(await bench.undo("payment", made)), ["success", "payment undone"]);
    assert.deepEqual([notes.length, bench.has("payment")], [1, true]);
  });

  test("keeps its value where its declaration says so", async () => {
    const bench = new Bench([payment([], { undo: { run: () => undefined, keepsValue: true } })]);
    const made = await bench.run({ step: "payment" });
    assert.deepEqual(short(await bench.undo("payment", made)), ["success", "payment undone"]);
    assert.equal(bench.has("payment"), true);
  });

  test("fails with its policy's answer, and calls no hooks", async () => {
    let hooks = 0;
    const retry = { maxRetries: 1, delayMs: 700 };
    const undo = () => {
      throw new Error("the bank is closed");
    };
    const bench = new Bench([
      payment([], { retry, undo, hooks: { onStart: () => hooks++, onFailure: () => hooks++ } }),
    ]);
    const made = await bench.run({ step: "payment" });
    hooks = 0;
    const first = await bench.undo("payment", made);
    assert.deepEqual([first.status, first.retryAfterMs, first.error?.message], [
      "retry",
      700,
      "the bank is closed",
    ]);
    const last = await bench.undo("payment", made, { attempt: 2, maxRetries: 1 });
    assert.deepEqual([last.status, last.outputs, hooks, bench.has("payment")], ["failed", [], 0, true]);
  });

  test("uses resources, and gives them back", async () => {
    const notes: string[] = [];
    const bank = defineResource({
      name: "bank",
      setup: () => "open",
      teardown: () => void notes.push("closed"),
    });
    const asset = defineAsset({
      key: "a",
      resources: { bank },
      run: () => 1,
      undo: ({ resources }) => void notes.push(String(resources.bank)),
    });
    const bench = new Bench([asset]);
    const made = await bench.run({ step: "a" });
    notes.length = 0;
    await bench.undo("a", made);
    assert.deepEqual(notes, ["open", "closed"]);
  });

  test("undoes partitions each by itself, those that were made, and tells which", async () => {
    const notes: string[] = [];
    const asset = defineAsset({
      key: "a",
      partitions: staticPartitions(["x", "y", "z"]),
      skippable: true,
      run: ({ partition }) => partition.key === "y" ? skip("no") : partition.key,
      undo: async ({ partition, load }) => {
        if (partition.key === "z") throw new Error("z stays");
        notes.push(`${partition.key} ${await load()}`);
      },
    });
    const bench = new Bench([asset]);
    const made = await bench.run({ step: "a", partitions: ["x", "y", "z"] });
    const undone = await bench.undo("a", made, { maxRetries: 0 });
    assert.deepEqual(short(undone), ["failed", "a x undone", "z stays"]);
    assert.deepEqual(notes, ["x x"]);
    assert.deepEqual(["x", "z"].map((key) => bench.has("a", key)), [false, true]);
  });

  test("undoes a batch at once, and of a multi-asset what was made", async () => {
    const notes: unknown[] = [];
    const batch = defineAsset({
      key: "batch",
      partitions: staticPartitions(["x", "y"]),
      batch: true,
      run: ({ partitions }) => new Map(partitions.map(({ key }) => [key, key])),
      undo: async ({ partitions, load }) => {
        notes.push(partitions.map(({ key }) => key), await load("y"));
      },
    });
    const pair = defineMultiAsset({
      name: "pair",
      outputs: { left: { key: "left" }, right: { key: "right" } },
      run: () => ({ left: output(1), right: unchanged() }),
      undo: async ({ keys, load }) => {
        notes.push(keys, await load("left"));
      },
    });
    const bench = new Bench([batch, pair]);
    const all = await bench.run({ step: "batch", partitions: ["x", "y"] });
    assert.deepEqual(short(await bench.undo("batch", all)), ["success", "batch x undone", "batch y undone"]);
    await bench.io.store({ asset: "right", partition: undefined }, 9, {
      version: 1,
      asset: "right",
      partition: undefined,
      runId: "before",
      atMs: 1,
      dataVersion: "v",
      codeVersion: undefined,
      metadata: undefined,
    });
    const both = await bench.run({ step: "pair" });
    assert.deepEqual(short(await bench.undo("pair", both)), ["success", "left undone"]);
    assert.deepEqual(notes, [["x", "y"], "y", ["left"], 1]);
    assert.deepEqual([bench.has("left"), bench.has("right")], [false, true]);
  });

  test("stops when it is told to, and may be tried again", async () => {
    const controller = new AbortController();
    const undo = ({ signal }: { readonly signal: AbortSignal }) =>
      new Promise<void>((_, reject) => {
        signal.addEventListener("abort", () => reject(new Error("stopped")));
        controller.abort(new Error("enough"));
      });
    const bench = new Bench([payment([], { undo })]);
    const made = await bench.run({ step: "payment" });
    const { status, error } = await bench.undo("payment", made, {}, {
      signal: controller.signal,
      clock: systemClock,
    });
    assert.deepEqual([status, error?.code, bench.has("payment")], ["retry", "CANCELED", true]);
  });

  test("without a word on how is refused for good", async () => {
    const bench = new Bench([defineAsset({ key: "a", run: () => 1 })]);
    const { status, error } = await bench.undo("a");
    assert.deepEqual([status, error?.code], ["failed", "REQUEST_INVALID"]);
    assert.match(String(error?.message), /a does not say how it is undone/);
  });
});
