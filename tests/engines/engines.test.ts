import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  createEngines,
  createOrchestrator,
  dailyPartitions,
  defineAsset,
  defineJob,
  definitions,
  type EngineMessage,
} from "sluice";
import { z } from "zod";
import { enginesOver, heldSteps, MEMORY, settle, until } from "./support.ts";

const limits = z.object({ limit: z.number().int().max(10) });
const numbers = defineAsset({
  key: "numbers",
  config: z.object({ limit: z.number(), from: z.number().default(0) }),
  run: ({ config }) => Array.from({ length: config.limit }, (_, place) => config.from + place),
});
const sum = defineAsset({
  key: "sum",
  deps: { numbers },
  run: ({ inputs }) => inputs.numbers.reduce((one, other) => one + other, 0),
});
const daily = defineAsset({
  key: "daily",
  partitions: dailyPartitions({ start: "2026-01-01", end: "2026-01-05" }),
  run: ({ partition }) => partition.key,
});
const odd = defineAsset({ key: "odd", run: () => new Map([[1, 2]]) });
const nightly = defineJob({
  name: "nightly",
  selection: "sum or numbers",
  config: { numbers: { limit: 2, from: 5 } },
});
const all = definitions({ assets: [numbers, sum, daily, odd], jobs: [nightly] });

describe("executeWorkflow", () => {
  test("validates inputs, gives them to steps as config, and answers the values of named assets", async () => {
    await using engines = createEngines();
    engines.registerEngine({ id: "own", definitions: all, options: MEMORY });
    engines.registerWorkflow({
      id: "sum",
      select: [numbers, "sum"],
      inputs: limits,
      config: ({ limit }) => ({ numbers: { limit } }),
      outputs: [sum, "numbers"],
    });
    const response = await engines.executeWorkflow("sum", { limit: 4 }, { correlationId: "one" });
    assert.deepEqual({ ...response.outputs }, { sum: 6, numbers: [0, 1, 2, 3] });
    const { type, engineId, workflowId, correlationId, status, success, error } = response;
    assert.deepEqual(
      [type, engineId, workflowId, correlationId, status, success, error],
      ["workflow_response", "own", "sum", "one", "success", true, undefined],
    );
    assert.ok(response.durationMs >= 0 && typeof response.runId === "string");
    await assert.rejects(engines.executeWorkflow("sum", { limit: 11 }), {
      code: "WORKFLOW_INVALID",
      message: /The inputs of the workflow "sum" at limit are not valid/,
    });
    await assert.rejects(engines.executeWorkflow("som", {}), {
      code: "WORKFLOW_UNKNOWN",
      message: /Did you mean "?sum/,
    });
  });

  test("runs jobs: the inputs are config by step, over that of the job", async () => {
    const sluice = createOrchestrator(all, MEMORY);
    await using engines = createEngines();
    engines.registerEngine({ id: "here", orchestrator: sluice });
    engines.registerWorkflow({ id: "nightly", job: "nightly", outputs: ["numbers"] });
    const plain = await engines.executeWorkflow("nightly");
    assert.deepEqual(plain.outputs.numbers, [5, 6]);
    const given = await engines.executeWorkflow("nightly", { numbers: { limit: 1 } }, {
      tags: { team: "data" },
      actor: "ada",
      correlationId: "c1",
    });
    assert.deepEqual(given.outputs.numbers, [0], "what is said of a step replaces what the job says of it");
    const run = await sluice.run(given.runId ?? "");
    assert.deepEqual([run?.job, run?.tags], ["nightly", {
      team: "data",
      "sluice/workflow": "nightly",
      "sluice/correlation": "c1",
      "sluice/via": "engine:here",
      "sluice/actor": "ada",
    }]);
    await assert.rejects(engines.executeWorkflow("nightly", { nombers: {} }), { code: "CONFIG_INVALID" });
  });

  test("answers partitions by their keys, and holds outputs to JSON and to a size", async () => {
    await using engines = createEngines();
    engines.registerEngine({ id: "own", definitions: all, options: MEMORY });
    engines.registerWorkflow({
      id: "days",
      select: daily,
      inputs: z.object({ from: z.string() }),
      config: () => ({}),
      partitions: ({ from }) => ({ start: from, end: "2026-01-03" }),
      outputs: [daily],
    });
    engines.registerWorkflow({ id: "odd", select: odd, outputs: [odd] });
    engines.registerWorkflow({ id: "big", select: numbers, outputs: [numbers], maxOutputBytes: 10 });
    const { outputs } = await engines.executeWorkflow("days", { from: "2026-01-02" });
    assert.deepEqual({ ...outputs.daily as object }, {
      "2026-01-02": "2026-01-02",
      "2026-01-03": "2026-01-03",
    });
    await assert.rejects(engines.executeWorkflow("odd"), { code: "VALUE_INVALID" });
    const small = await engines.executeWorkflow("big", { numbers: { limit: 4 } });
    assert.deepEqual(small.outputs.numbers, [0, 1, 2, 3], "nine bytes");
    await assert.rejects(engines.executeWorkflow("big", { numbers: { limit: 6 } }), {
      code: "OUTPUT_TOO_LARGE",
      message: /larger than 10 bytes/,
    });
  });

  test("ends at its deadline, by its signal, and with the engines, and always settles", async () => {
    const held = heldSteps(["a"], ["b"], ["c"]);
    await using sluice = held.sluice;
    const engines = enginesOver({ one: sluice }, ["a", "b", "c"], { capacity: 1 });
    const late = engines.executeWorkflow("run-a", {}, { timeoutMs: 60 });
    const controller = new AbortController();
    const waiting = engines.executeWorkflow("run-b", {}, { signal: controller.signal });
    await settle();
    assert.equal(engines.waiting, 1);
    controller.abort("not needed");
    await assert.rejects(waiting, { code: "CANCELED", message: /not needed/ });
    assert.equal(engines.waiting, 0);
    await assert.rejects(late, { code: "WORKFLOW_TIMEOUT", message: /60 ms/ });
    await until(() => engines.engine("one").current.length === 0);
    const [run] = await sluice.runs();
    assert.equal(run.status, "canceled", "the run is told to stop");

    const last = engines.executeWorkflow("run-c");
    const queued = engines.executeWorkflow("run-b");
    await until(() => held.started.includes("c"));
    const closing = engines.close({ graceMs: 0 });
    await assert.rejects(queued, { code: "ENGINE_STOPPED" });
    assert.equal((await last).status, "canceled");
    await closing;
    await assert.rejects(engines.executeWorkflow("run-a"), { code: "ENGINE_STOPPED" });
    assert.equal(engines.engine("one").status, "stopped");
    assert.equal(held.started.includes("b"), false);
  });

  test("settles when a schema never answers", async () => {
    await using engines = createEngines();
    engines.registerEngine({ id: "own", definitions: all, options: MEMORY });
    const never = {
      "~standard": { version: 1, vendor: "test", validate: () => new Promise<never>(() => {}) },
    };
    engines.registerWorkflow({ id: "never", select: "sum", inputs: never as unknown as typeof limits });
    await assert.rejects(engines.executeWorkflow("never", {}, { timeoutMs: 20 }), {
      code: "WORKFLOW_TIMEOUT",
    });
  });

  test("waits in a bounded queue, and says what to do when that is full", async () => {
    const held = heldSteps(["a"], ["b"]);
    await using sluice = held.sluice;
    await using engines = enginesOver({ one: sluice }, ["a", "b"], { capacity: 1, queue: 1 });
    const first = engines.executeWorkflow("run-a");
    const second = engines.executeWorkflow("run-b");
    await settle();
    await assert.rejects(engines.executeWorkflow("run-a"), {
      code: "ENGINE_BUSY",
      message: /The engine is busy, and 1 request waits already[^]*register another engine/,
    });
    await held.release("a");
    await held.release("b");
    assert.deepEqual([(await first).success, (await second).success], [true, true]);
  });

  test("goes to the engines that a workflow names, and says when there is none", async () => {
    const [left, right] = [heldSteps(["a"]), heldSteps(["a"])];
    await using one = left.sluice;
    await using two = right.sluice;
    await using engines = createEngines();
    engines.registerWorkflow({ id: "there", select: "a", engines: ["right"] });
    await assert.rejects(engines.executeWorkflow("there"), {
      code: "ENGINE_UNKNOWN",
      message: /"right", and none of these is there/,
    });
    engines.registerEngine({ id: "left", orchestrator: one });
    engines.registerEngine({ id: "right", orchestrator: two });
    const asked = engines.executeWorkflow("there");
    await right.release("a");
    assert.equal((await asked).engineId, "right");
    await engines.stopEngine("right");
    await assert.rejects(engines.executeWorkflow("there"), { code: "ENGINE_UNKNOWN" });
    engines.registerEngine({ id: "right", orchestrator: two });
    assert.equal(engines.engine("right").status, "idle", "an id can be used again");
  });
});

describe("registering", () => {
  test("refuses what cannot be worked with, and names what is meant", async () => {
    await using engines = createEngines();
    const wrong = [
      {},
      { id: "a" },
      { id: "a", orchestrator: {} },
      { id: "a", definitions: all, module: import.meta.url },
      { id: "a", definitions: all, capacity: 0 },
      { id: "a", definitions: all, capacty: 1 },
      { id: "a", module: "not an address" },
      { id: "a", module: import.meta.url, options: { store: { append: () => {} } } },
      null,
    ];
    for (const spec of wrong) {
      assert.throws(() => engines.registerEngine(spec as never), { code: "ENGINE_INVALID" }, `${spec}`);
    }
    const workflows = [
      { id: "w" },
      { id: "w", job: "a", select: "b" },
      { id: "", job: "a" },
      { id: "w", select: 3 },
      { id: "w", select: "a", inputs: {} },
      { id: "w", select: "a", timeoutMs: 0 },
      { id: "w", select: "a", output: [] },
    ];
    for (const spec of workflows) {
      assert.throws(() => engines.registerWorkflow(spec as never), { code: "WORKFLOW_INVALID" });
    }
    engines.registerWorkflow({ id: "w", select: "a" });
    assert.throws(() => engines.registerWorkflow({ id: "w", select: "a" }), { code: "WORKFLOW_INVALID" });
    engines.registerEngine({ id: "a", definitions: all, options: MEMORY });
    assert.throws(() => engines.registerEngine({ id: "a", definitions: all, options: MEMORY }), {
      code: "ENGINE_INVALID",
    });
    assert.throws(() => createEngines({ stratgy: "idle-first" } as never), {
      code: "ENGINE_INVALID",
      message: /strategy/,
    });
    assert.throws(() => engines.engine("b"), { code: "ENGINE_UNKNOWN" });
    assert.throws(() => engines.engineOutbound("b"), { code: "ENGINE_UNKNOWN" });
    await assert.rejects(engines.executeWorkflow("w", 3), { code: "WORKFLOW_INVALID" });
    await assert.rejects(engines.executeWorkflow("w", { a: () => 1 }), { code: "WORKFLOW_INVALID" });
    await assert.rejects(engines.executeWorkflow("w", {}, { timout: 3 } as never), {
      code: "WORKFLOW_INVALID",
    });
  });
});

describe("what an engine says", () => {
  test("is heard by every reader, in order, with what was missed", async () => {
    const held = heldSteps(["a"]);
    await using sluice = held.sluice;
    const engines = enginesOver({ one: sluice }, ["a"], { channel: 3 });
    const [quick, slow] = [engines.engineOutbound("one"), engines.engineOutbound("one")];
    assert.equal(engines.engine("one").readers, 2);
    const heard: EngineMessage[] = [];
    const reading = (async () => {
      for await (const message of quick) if (message.type !== "missed") heard.push(message);
    })();
    for (let time = 0; time < 3; time++) {
      const asked = engines.executeWorkflow("run-a");
      await held.release("a");
      await asked;
    }
    await engines.close();
    await reading;
    const once = ["status_update running", "workflow_response success", "status_update idle"];
    const words = heard.map((message) => `${message.type} ${"status" in message ? message.status : ""}`);
    assert.deepEqual(words, [...once, ...once, ...once, "status_update stopped"]);
    const late: unknown[] = [];
    for await (const message of slow) late.push(message.type === "missed" ? message.count : message.type);
    assert.deepEqual(late, [7, "workflow_response", "status_update", "status_update"]);
  });
});
