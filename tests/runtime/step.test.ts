import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { openManagers } from "../../src/io/managers.ts";
import { type MemoryIO, memoryIO } from "../../src/io/memory.ts";
import { defineAsset, selfDep } from "../../src/model/assets/asset.ts";
import type { Asset } from "../../src/model/assets/declaration.ts";
import { StepFailure } from "../../src/model/assets/failure.ts";
import { defineResource, override } from "../../src/model/assets/resource.ts";
import { output, skip } from "../../src/model/assets/result.ts";
import { type } from "../../src/model/assets/schema.ts";
import { defineJob } from "../../src/model/job.ts";
import { definitions } from "../../src/model/definitions.ts";
import { dailyPartitions } from "../../src/model/partitions/definition.ts";
import { timeWindowMapping } from "../../src/model/partitions/mapping.ts";
import type { StepLogLine } from "../../src/model/step/reporter.ts";
import { parseStepOutcome, type StepOutcome } from "../../src/model/step/outcome.ts";
import type { StepRequest } from "../../src/model/step/request.ts";
import { executeStep, type StepSurroundings } from "../../src/runtime/step.ts";
import { virtualClock } from "../../src/testing/clock.ts";
import { World } from "./support.ts";

const nowMs = Date.UTC(2026, 0, 11);

/** Executes one step of some assets. Its outcome must survive the round trip through JSON. */
async function execute(
  assets: readonly Asset[],
  request: Omit<StepRequest, "version" | "runId">,
  around: Partial<StepSurroundings> & { readonly memory?: MemoryIO } = {},
): Promise<StepOutcome> {
  const { memory = memoryIO(), ...rest } = around;
  const outcome = await executeStep(definitions({ assets }), { version: 1, runId: "r", ...request }, {
    clock: virtualClock(nowMs),
    random: { next: () => 0.5 },
    findManager: openManagers([memory], "memory"),
    signal: new AbortController().signal,
    graceMs: 1_000,
    log: () => {},
    ...rest,
  });
  assert.deepEqual(parseStepOutcome(JSON.stringify(outcome)), outcome);
  return outcome;
}

describe("one step by itself", () => {
  test("hands its lines on as they are written", async () => {
    const lines: StepLogLine[] = [];
    const asset = defineAsset({ key: "a", run: ({ log }) => log.warning("careful", { n: 1 }) ?? 1 });
    await execute([asset], { step: "a" }, { log: (line) => lines.push(line) });
    assert.deepEqual(lines.map(({ level, message, fields }) => [level, message, fields]), [
      ["warning", "careful", { n: 1 }],
    ]);
  });

  test("takes values in the place of resources, and tears down those it set up", async () => {
    const done: string[] = [];
    const db = defineResource({ name: "db", setup: () => "real", teardown: () => void done.push("closed") });
    const asset = defineAsset({
      key: "a",
      resources: { db },
      run: ({ resources }) => done.push(resources.db),
    });
    await execute([asset], { step: "a" });
    await execute([asset], { step: "a" }, { resources: [override(db, "fake")] });
    assert.deepEqual(done, ["real", "closed", "fake"]);
  });

  test("whose resource cannot be closed may be tried again", async () => {
    const db = defineResource({
      name: "db",
      setup: () => 1,
      teardown: () => {
        throw new Error("stuck");
      },
    });
    const asset = defineAsset({ key: "a", resources: { db }, run: () => 1 });
    const { status, error, outputs } = await execute([asset], { step: "a" });
    assert.deepEqual([status, error?.code, outputs.length], ["retry", "RESOURCE_FAILED", 1]);
  });

  test("has one attempt, whatever its policy says", async () => {
    let calls = 0;
    const asset = defineAsset({
      key: "a",
      retry: { maxRetries: 5, delayMs: 10 },
      run: () => {
        calls++;
        throw new Error("no");
      },
    });
    const { status, retryAfterMs, attempt } = await execute([asset], { step: "a", attempt: 4 });
    assert.deepEqual([status, retryAfterMs, attempt, calls], ["retry", 10, 4, 1]);
  });

  test("asks for the longest of the waits of its partitions, and for none when one has failed for good", async () => {
    const partitions = dailyPartitions({ start: "2026-01-01" });
    const failing = (bad: string) =>
      defineAsset({
        key: "a",
        partitions,
        run: ({ partition: { key } }) => {
          if (key === bad) throw new StepFailure("never", { retry: false });
          if (key === "2026-01-04") return 1;
          throw new StepFailure("later", { retryAfterMs: Number(key.slice(-2)) * 1_000 });
        },
      });
    const request = { step: "a", partitions: { start: "2026-01-01", end: "2026-01-04" } };
    const later = await execute([failing("none")], request);
    assert.deepEqual([later.status, later.retryAfterMs], ["retry", 3_000]);
    assert.deepEqual(later.outputs.map(({ partition }) => partition), ["2026-01-04"]);
    const never = await execute([failing("2026-01-02")], request);
    assert.deepEqual([never.status, never.retryAfterMs], ["failed", undefined]);
  });

  test("takes one slot of its pool: its partitions follow one another", async () => {
    let most = 0;
    let now = 0;
    const run = async () => {
      most = Math.max(most, ++now);
      await Promise.resolve();
      now--;
      return 1;
    };
    const partitions = dailyPartitions({ start: "2026-01-01" });
    const request = { step: "a", partitions: { start: "2026-01-01", end: "2026-01-08" } };
    await execute([defineAsset({ key: "a", partitions, run })], request);
    assert.equal(most, 8);
    most = 0;
    await execute([defineAsset({ key: "a", partitions, pool: "db", run })], request);
    assert.equal(most, 1);
  });

  test("does not mind managers that only other assets name", async () => {
    const elsewhere = defineAsset({ key: "elsewhere", io: "warehouse", run: () => 1 });
    const here = defineAsset({ key: "here", run: () => 1 });
    const reader = defineAsset({ key: "reader", deps: { elsewhere }, run: () => 1 });
    assert.equal((await execute([elsewhere, here], { step: "here" })).status, "success");
    const { status, error } = await execute([elsewhere, reader], { step: "reader" });
    assert.deepEqual([status, error?.code], ["failed", "DEFINITION_INVALID"]);
  });

  test("that reads its own past stops where that fails, and keeps what came before", async () => {
    const partitions = dailyPartitions({ start: "2026-01-01" });
    const mapping = timeWindowMapping({ startOffset: -1, endOffset: -1 });
    const called: string[] = [];
    const chain = defineAsset({
      key: "chain",
      partitions,
      deps: { before: selfDep(type<number>(), partitions, mapping) },
      run: async ({ partition: { key }, inputs }) => {
        called.push(key);
        if (key === "2026-01-03") throw new Error("no");
        return (await inputs.before.load()).size;
      },
    });
    const range = { start: "2026-01-01", end: "2026-01-05" };
    const { status, outputs, error } = await execute([chain], { step: "chain", partitions: range });
    assert.deepEqual([status, error?.message], ["retry", "no"]);
    assert.deepEqual(outputs.map(({ partition }) => partition), ["2026-01-01", "2026-01-02"]);
    assert.deepEqual(called, ["2026-01-01", "2026-01-02", "2026-01-03"]);
  });

  test("is skipped only where all of its partitions are", async () => {
    const partitions = dailyPartitions({ start: "2026-01-01" });
    const asset = defineAsset({
      key: "a",
      partitions,
      skippable: true,
      run: ({ partition: { key } }) => key < "2026-01-03" ? skip(`nothing on ${key}`) : 1,
    });
    const range = (end: string) => execute([asset], { step: "a", partitions: { start: "2026-01-01", end } });
    const none = await range("2026-01-02");
    assert.deepEqual([none.status, none.reason], ["skipped", "nothing on 2026-01-01"]);
    const some = await range("2026-01-03");
    assert.deepEqual([some.status, some.outputs.map(({ status }) => status)], [
      "success",
      ["skipped", "skipped", "made"],
    ]);
  });

  test("has failed for good when what it reads does not exist", async () => {
    const partitions = dailyPartitions({ start: "2026-01-01" });
    const later = dailyPartitions({ start: "2026-01-05" });
    const up = defineAsset({ key: "up", partitions: later, run: () => 1 });
    const down = defineAsset({ key: "down", partitions, deps: { up }, run: ({ inputs }) => inputs.up });
    const { status, error } = await execute([up, down], { step: "down", partitions: ["2026-01-01"] });
    assert.deepEqual([status, error?.code], ["failed", "PARTITION_UNKNOWN"]);
  });
});

/** A graph of daily assets: each reads some of the earlier ones, over windows of some length. */
function graphOf(
  drawn: readonly { readonly reads: readonly number[]; readonly back: number; readonly batch: boolean }[],
) {
  const partitions = dailyPartitions({ start: "2026-01-01", end: "2026-01-06" });
  const assets: Asset[] = [];
  for (const [number, { reads, back, batch }] of drawn.entries()) {
    const mapping = timeWindowMapping({ startOffset: -back, allowNonexistent: true });
    const upstream = [...new Set(reads.map((read) => read % (number + 1)))].filter((read) => read < number);
    const deps = Object.fromEntries(upstream.map((read) => [`up${read}`, { asset: assets[read], mapping }]));
    const sum = async (inputs: Record<string, unknown>, key: string): Promise<string> => {
      const parts = [`${number}@${key}`];
      for (const [name, input] of Object.entries(inputs)) {
        const values = [...(await (input as { load(): Promise<Map<string, unknown>> }).load()).entries()];
        parts.push(`${name}(${values.map((entry) => entry.join("=")).join(",")})`);
      }
      return parts.join(" ").slice(0, 2_000);
    };
    const common = { key: `a${number}`, partitions, codeVersion: "1", deps: deps as never };
    assets.push(
      batch
        ? defineAsset({
          ...common,
          batch: true,
          run: ({ partitions, inputs }) =>
            Promise.all(partitions.map(async ({ key }) => [key, await sum(inputs, key)] as const)),
        })
        : defineAsset({
          ...common,
          run: async ({ partition, inputs }) =>
            output(await sum(inputs, partition.key), { metadata: { number } }),
        }),
    );
  }
  return assets;
}

describe("steps one by one", () => {
  test("make the values, versions and metadata that a local run makes", async () => {
    const drawn = fc.array(
      fc.record({
        reads: fc.array(fc.nat({ max: 7 }), { maxLength: 3 }),
        back: fc.nat({ max: 2 }),
        batch: fc.boolean(),
      }),
      { minLength: 1, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(drawn, async (shape) => {
        const assets = graphOf(shape);
        const world = new World(assets);
        await world.clock.advance(nowMs);
        const ran = await world.run({ request: { partitions: "all" } });
        assert.equal(ran.status, "success");
        const memory = memoryIO();
        for (const { key } of assets) {
          const partitions = { start: "2026-01-01", end: "2026-01-05" };
          const { status, error } = await execute(assets, { step: key, partitions }, { memory });
          assert.equal(status, "success", error?.message ?? "no error");
        }
        for (const { key } of assets) {
          for (let day = 1; day <= 5; day++) {
            const address = { asset: key, partition: `2026-01-0${day}` };
            assert.equal(memory.load(address), world.memory.load(address));
            const [own, local] = [memory.receipt(address), world.memory.receipt(address)];
            assert.deepEqual([own?.dataVersion, own?.metadata], [local?.dataVersion, local?.metadata]);
          }
        }
      }),
      { seed: 5, numRuns: 60 },
    );
  });
});

describe("the hooks of a step by itself", () => {
  /** A step whose hooks note what they hear, with lines of its log. */
  async function hear(
    body: () => number,
    request: Partial<StepRequest> = {},
    retry?: { readonly maxRetries: number },
  ): Promise<readonly unknown[]> {
    const heard: unknown[] = [];
    const asset = defineAsset({
      key: "a",
      ...(retry && { retry }),
      hooks: {
        onStart: ({ attempt }) => heard.push(["start", attempt]),
        onSuccess: ({ outputs }) => heard.push(["success", outputs]),
        onFailure: ({ error }) => heard.push(["failure", error.message, error.cause?.message]),
        onRetry: ({ error, delayMs }) => heard.push(["retry", error.message, delayMs]),
      },
      run: body,
    });
    await execute([asset], { step: "a", ...request });
    return heard;
  }
  const fails = () => {
    throw new Error("no", { cause: new Error("deeper") });
  };

  test("are called once for its start and once for its end", async () => {
    assert.deepEqual(await hear(() => 1, { attempt: 2 }), [
      ["start", 2],
      ["success", [{ asset: "a", status: "made" }]],
    ]);
    assert.deepEqual(await hear(fails), [["start", 1], ["failure", "no", "deeper"]]);
  });

  test("hear of a retry when another attempt is allowed, by the caller or else by the policy", async () => {
    const again = ["retry", "no", undefined];
    const over = ["failure", "no", "deeper"];
    const last = async (request: Partial<StepRequest>, retry?: { readonly maxRetries: number }) =>
      (await hear(fails, request, retry)).at(-1);
    assert.deepEqual(await last({ attempt: 1 }, { maxRetries: 2 }), again);
    assert.deepEqual(await last({ attempt: 2 }, { maxRetries: 2 }), again);
    assert.deepEqual(await last({ attempt: 3 }, { maxRetries: 2 }), over);
    assert.deepEqual(await last({ attempt: 1, maxRetries: 0 }, { maxRetries: 2 }), over);
    assert.deepEqual(await last({ attempt: 2, maxRetries: 2 }, { maxRetries: 2 }), again);
  });

  test("come before those of the job that the request names", async () => {
    const heard: string[] = [];
    const note = (who: string) => ({ step }: { readonly step: string }) => heard.push(`${who} ${step}`);
    const asset = defineAsset({ key: "a", hooks: { onStart: note("own") }, run: () => 1, undo: () => {} });
    const plain = defineAsset({ key: "b", run: () => 1 });
    const hooks = { onStart: note("job"), onRunStart: () => heard.push("run") };
    const jobs = [defineJob({ name: "j", selection: "*", hooks })];
    const all = definitions({ assets: [asset, plain], jobs });
    const requests: readonly Partial<StepRequest>[] = [{ step: "a" }, { step: "b" }, { hooks: false }, {
      undo: { error: { name: "Error", message: "m" } },
    }];
    for (const request of requests) {
      await executeStep(all, { version: 1, runId: "r", step: "a", job: "j", ...request }, {
        clock: virtualClock(nowMs),
        random: { next: () => 0.5 },
        findManager: openManagers([memoryIO()], "memory"),
        signal: new AbortController().signal,
        graceMs: 1_000,
        log: () => {},
      });
    }
    assert.deepEqual(heard, ["own a", "job a", "job b"]);
  });

  test("are left to a caller that calls them itself", async () => {
    assert.deepEqual(await hear(fails, { hooks: false }), []);
  });

  test("that fail write a line and change nothing", async () => {
    const lines: string[] = [];
    const hooks = { onSuccess: () => Promise.reject(new Error("no mail")) };
    const asset = defineAsset({ key: "a", hooks, run: () => 1 });
    const { status } = await execute([asset], { step: "a" }, {
      log: ({ level, message }) => lines.push(`${level} ${message}`),
    });
    assert.deepEqual([status, lines], ["success", ["warning The hook onSuccess of a failed: no mail"]]);
  });
});
