/** What went wrong in the design that engines are made after: nine defects, each with a test that fails where it is. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { assetRef, createEngines, defineAsset, definitions } from "sluice";
import { z } from "zod";
import { enginesOver, heldSteps, MEMORY, settle, until } from "./support.ts";

describe("defects of the earlier design", () => {
  test("GO-7 (a): two readers of one channel took messages from each other, and a caller waited for ever", async () => {
    const held = heldSteps(["a"]);
    await using sluice = held.sluice;
    const engines = enginesOver({ one: sluice }, ["a"]);
    const readers = [engines.engineOutbound("one"), engines.engineOutbound("one")];
    const responses = readers.map(async (reader) => {
      let count = 0;
      for await (const message of reader) if (message.type === "workflow_response") count++;
      return count;
    });
    for (let time = 0; time < 5; time++) {
      const asked = engines.executeWorkflow("run-a", {}, { correlationId: `c${time}`, timeoutMs: 10_000 });
      await held.release("a");
      assert.equal((await asked).correlationId, `c${time}`, "every caller gets its own answer");
    }
    await engines.close();
    assert.deepEqual(await Promise.all(responses), [5, 5], "and every reader hears of all of them");
  });

  test("GO-7 (b): a run with a failed node was reported as a success", async () => {
    const held = heldSteps(["a", "b"]);
    await using sluice = held.sluice;
    await using engines = enginesOver({ one: sluice }, []);
    engines.registerWorkflow({ id: "both", select: "*", outputs: ["b"] });
    const asked = engines.executeWorkflow("both");
    await held.release("a", new Error("no luck"));
    const { success, status, error, outputs } = await asked;
    assert.deepEqual([success, status, error?.message], [false, "failed", "no luck"]);
    assert.deepEqual(outputs, {}, "and there are no values of an earlier run");
  });

  test("GO-7 (c): a failed node kept its lock, and what depended on it had no status", async () => {
    // All steps share a pool of one slot.
    const held = heldSteps(["a", "b"], ["c"]);
    await using sluice = held.sluice;
    await using engines = enginesOver({ one: sluice }, ["c"]);
    engines.registerWorkflow({ id: "chain", select: "a or b" });
    const asked = engines.executeWorkflow("chain");
    await held.release("a", new Error("no luck"));
    const { runId = "" } = await asked;
    const steps = await sluice.steps(runId);
    assert.deepEqual(steps.map(({ name, status }) => [name, status]), [["a", "failed"], [
      "b",
      "upstream_failed",
    ]]);
    const next = engines.executeWorkflow("run-c", {}, { timeoutMs: 10_000 });
    await held.release("c");
    assert.equal((await next).success, true, "the slot is free");
  });

  test("GO-7 (d): inputs and upstream outputs never reached tasks, and outputs were always empty", async () => {
    const base = defineAsset({
      key: "base",
      config: z.object({ times: z.number() }),
      run: ({ config }) => config.times,
    });
    const twice = defineAsset({ key: "twice", deps: { base }, run: ({ inputs }) => inputs.base * 2 });
    await using engines = createEngines();
    engines.registerEngine({
      id: "own",
      definitions: definitions({ assets: [base, twice] }),
      options: MEMORY,
    });
    engines.registerWorkflow({ id: "double", select: "*", outputs: [twice] });
    const { outputs } = await engines.executeWorkflow("double", { base: { times: 21 } });
    assert.deepEqual({ ...outputs }, { twice: 42 });
  });

  test("GO-7 (e): a graph with only cyclic nodes succeeded at once", () => {
    const one = defineAsset({ key: "one", after: [assetRef("two")], run: () => 1 });
    const two = defineAsset({ key: "two", after: [assetRef("one")], run: () => 2 });
    assert.throws(() => definitions({ assets: [one, two] }), { code: "DEPENDENCY_CYCLE" });
  });

  test("GO-7 (f): stop waited for loops that nobody had told to end", async () => {
    const held = heldSteps(["a"]);
    await using sluice = held.sluice;
    const engines = enginesOver({ one: sluice }, ["a"]);
    const reader = engines.engineOutbound("one");
    const asked = engines.executeWorkflow("run-a");
    await until(() => held.started.length === 1);
    await engines.stopEngine("one", { graceMs: 10 });
    assert.equal((await asked).status, "canceled", "what did not end in its time is told to");
    assert.equal(engines.engine("one").status, "stopped");
    for await (const _ of reader);
    await engines.stopEngine("one");
    await engines.close();
  });

  test("GO-7 (g): pause canceled what was running, and `idle` overwrote `paused`", async () => {
    const held = heldSteps(["a", "b"], ["c"]);
    await using sluice = held.sluice;
    await using engines = enginesOver({ one: sluice }, ["c"]);
    engines.registerWorkflow({ id: "chain", select: "a or b" });
    const asked = engines.executeWorkflow("chain");
    await until(() => held.started.length === 1);
    await engines.pauseEngine("one");
    assert.equal(engines.engine("one").status, "paused");
    await held.release("a");
    const queued = engines.executeWorkflow("run-c");
    await settle();
    assert.deepEqual(held.started, ["a"], "the step that was running has ended, and no other has begun");
    assert.deepEqual([engines.engine("one").status, engines.waiting], ["paused", 1]);
    const canceled = new AbortController();
    const third = engines.executeWorkflow("run-c", {}, { signal: canceled.signal });
    canceled.abort();
    await assert.rejects(third, { code: "CANCELED" });
    assert.equal(engines.engine("one").status, "paused", "nothing that ends overwrites it");
    await engines.resumeEngine("one");
    await held.release("b");
    assert.equal((await asked).success, true);
    await held.release("c");
    assert.equal((await queued).success, true);
    assert.equal(engines.engine("one").status, "idle");
  });

  test("GO-7 (h): two callers were given the same idle engine", async () => {
    const [left, right] = [heldSteps(["a"]), heldSteps(["a"])];
    await using one = left.sluice;
    await using two = right.sluice;
    await using engines = enginesOver({ one, two }, ["a"], { capacity: 1 });
    const asked = [1, 2, 3].map(() => engines.executeWorkflow("run-a"));
    await settle();
    const { engines: states, waiting } = engines;
    assert.deepEqual([states.map(({ current }) => current.length), waiting], [[1, 1], 1]);
    await left.release("a");
    await right.release("a");
    await left.release("a").then(() => asked[0]);
    await Promise.race([asked[2], right.release("a")]);
    const ids = (await Promise.all(asked)).map(({ engineId }) => engineId);
    assert.deepEqual(new Set(ids.slice(0, 2)), new Set(["one", "two"]));
  });

  test("GO-7 (i): executing a workflow swapped the graph of its engine under another caller", async () => {
    const held = heldSteps(["a"], ["b"], ["c"], ["d"]);
    await using sluice = held.sluice;
    await using engines = enginesOver({ one: sluice }, ["a", "b", "c", "d"]);
    const keys = ["a", "b", "c", "d", "b", "a"];
    const asked = keys.map((key) => engines.executeWorkflow(`run-${key}`));
    // One slot for all of them: each is let go when its turn comes.
    const releasing = (async () => {
      for (let ended = 0; ended < keys.length; ended++) {
        await until(() => held.started.length > ended);
        await held.release(held.started[ended]);
      }
    })();
    const responses = await Promise.all(asked);
    await releasing;
    assert.deepEqual(
      responses.map(({ workflowId, outputs }) => [workflowId, { ...outputs }]),
      keys.map((key) => [`run-${key}`, { [key]: `${key} made` }]),
    );
  });
});
