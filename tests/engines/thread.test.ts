import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { threadId } from "node:worker_threads";
import { createEngines, type Engines } from "sluice";
import { until } from "./support.ts";

const MODULE = new URL("./fixtures/definitions.ts", import.meta.url).href;
const BROKEN = new URL("./fixtures/broken.ts", import.meta.url).href;

function open(ids: readonly string[], options: Parameters<typeof createEngines>[0] = {}): Engines {
  const engines = createEngines(options);
  for (const id of ids) engines.registerEngine({ id, module: MODULE });
  engines.registerWorkflow({ id: "words", job: "words", outputs: ["where"] });
  for (const key of ["slow", "quick", "deadly", "stray", "busy"]) {
    engines.registerWorkflow({ id: key, select: key, outputs: [key] });
  }
  return engines;
}

describe("engines in threads", () => {
  test("execute the definitions of their module, each in its own thread", async () => {
    await using engines = open(["one", "two"]);
    const responses = await Promise.all([
      engines.executeWorkflow("words"),
      engines.executeWorkflow("words", { where: { word: "mine" } }),
    ]);
    const values = responses.map(({ outputs }) => outputs.where as { word: string; threadId: number });
    assert.deepEqual(values.map(({ word }) => word), ["of the job", "mine"]);
    assert.equal(new Set([...values.map((value) => value.threadId), threadId]).size, 3);
    await assert.rejects(engines.executeWorkflow("words", { where: { word: 3 } }), {
      code: "CONFIG_INVALID",
    });
    await assert.rejects(engines.executeWorkflow("words", { were: {} }), {
      code: "CONFIG_INVALID",
      message: /Did you mean "?where/,
    });
  });

  test("are canceled, paused, resumed and stopped", async () => {
    await using engines = open(["one"]);
    const controller = new AbortController();
    const slow = engines.executeWorkflow("slow", {}, { signal: controller.signal });
    await engines.executeWorkflow("quick", { quick: { ms: 1 } });
    controller.abort("changed my mind");
    await assert.rejects(slow, { code: "CANCELED" });
    await until(() => engines.engine("one").current.length === 0);
    assert.equal(engines.engine("one").status, "idle");

    await engines.pauseEngine("one");
    const waiting = engines.executeWorkflow("quick", { quick: { ms: 2 } });
    assert.deepEqual([engines.engine("one").status], ["paused"]);
    await engines.resumeEngine("one");
    assert.equal((await waiting).outputs.quick, 2);

    const left = engines.executeWorkflow("slow");
    await engines.executeWorkflow("quick", { quick: { ms: 1 } });
    await engines.stopEngine("one", { graceMs: 1 });
    const { status, runId } = await left;
    assert.deepEqual([status, typeof runId], ["interrupted", "string"]);
    await assert.rejects(engines.pauseEngine("one"), { code: "ENGINE_STOPPED" });
  });

  for (
    const [how, why] of [["deadly", /exit code|event told so/], ["stray", /nobody catches this/]] as const
  ) {
    test(`answer all their requests when the thread dies (${how}), and can be replaced`, async () => {
      await using engines = open(["one"], { healthMs: 50 });
      const reader = engines.engineOutbound("one");
      await engines.executeWorkflow("quick", { quick: { ms: 1 } });
      const others = [engines.executeWorkflow("slow"), engines.executeWorkflow("slow")];
      const dead = engines.executeWorkflow(how);
      for (const request of [dead, ...others]) {
        await assert.rejects(request, { code: "ENGINE_LOST", message: why });
      }
      const { status, current } = engines.engine("one");
      assert.deepEqual([status, current], ["error", []]);
      await assert.rejects(engines.executeWorkflow("quick"), { code: "ENGINE_UNKNOWN" });
      const said: string[] = [];
      for await (const message of reader) if (message.type === "status_update") said.push(message.status);
      assert.equal(said.at(-1), "error");
      engines.registerEngine({ id: "one", module: MODULE });
      assert.equal((await engines.executeWorkflow("quick", { quick: { ms: 3 } })).outputs.quick, 3);
    });
  }

  test("have the status error while they do not answer, and are taken up again when they do", async () => {
    await using engines = open(["one"], { healthMs: 30, missedChecks: 3 });
    await engines.executeWorkflow("quick", { quick: { ms: 1 } });
    const busy = engines.executeWorkflow("busy", { busy: { ms: 1_500 } });
    await until(() => engines.engine("one").status === "error");
    assert.match(engines.engine("one").reason ?? "", /not answered 3 checks in a row/);
    const waiting = engines.executeWorkflow("quick", { quick: { ms: 1 } });
    assert.equal((await busy).success, true);
    assert.equal((await waiting).success, true, "it waits until the engine is well again");
    await until(() => engines.engine("one").status === "idle");
  });

  test("say why they could not begin", async () => {
    await using engines = createEngines();
    engines.registerWorkflow({ id: "any", select: "*" });
    engines.registerEngine({ id: "broken", module: BROKEN });
    await assert.rejects(engines.executeWorkflow("any"), {
      code: "ENGINE_LOST",
      message: /broken\.ts exports no definitions/,
    });
    engines.registerEngine({ id: "broken", module: new URL("./fixtures/missing.ts", import.meta.url).href });
    await assert.rejects(engines.executeWorkflow("any"), { code: "ENGINE_LOST" });
  });

  test("take hundreds of requests through bounded channels", async () => {
    await using engines = createEngines({ queue: 1_000, channel: 4 });
    for (const id of ["one", "two"]) engines.registerEngine({ id, module: MODULE, capacity: 50 });
    engines.registerWorkflow({ id: "words", job: "words", outputs: ["where"] });
    const words = Array.from({ length: 300 }, (_, place) => `word ${place}`);
    const responses = await Promise.all(
      words.map((word) => engines.executeWorkflow("words", { where: { word } })),
    );
    assert.deepEqual(responses.map(({ success }) => success), words.map(() => true));
    assert.equal(new Set(responses.map(({ correlationId }) => correlationId)).size, 300);
  });
});
