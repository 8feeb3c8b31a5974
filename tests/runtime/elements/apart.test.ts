import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import type { Definitions, Orchestrator } from "sluice";
import { run, withOrchestrator } from "../isolation/support.ts";
import { definitions as inProcesses } from "./fixtures/processes.ts";
import { definitions as inWorkers } from "./fixtures/workers.ts";
import { told } from "./support.ts";

const TIERS: readonly (readonly [tier: string, definitions: Definitions])[] = [
  ["process", inProcesses],
  ["worker", inWorkers],
];

async function elementsOf(sluice: Orchestrator, runId: string): Promise<readonly string[]> {
  return told(await sluice.elements(runId)).toSorted();
}

for (const [tier, apart] of TIERS) {
  describe(`elements in a ${tier}`, () => {
    test("are recorded as they end, with their lines", async () => {
      await withOrchestrator(apart, {}, async (sluice) => {
        const { result, logs } = await run(sluice, "pages");
        assert.equal(result.status, "success");
        const value = ["a", "b", "c"].map((item) => ({ item, parts: [1, null] }));
        assert.deepEqual(await sluice.load("pages"), value);
        const paths = ["a", "b", "c"].flatMap((item) => [item, `${item}/0`, `${item}/1`]);
        assert.deepEqual(await elementsOf(sluice, result.id), paths.map((path) => `${path} success 1`));
        assert.deepEqual(
          logs.map(({ element, message, fields }) => [element, message, fields]),
          ["a", "b", "c"].map((item) => [item, `at ${item}`, { item }]),
        );
      });
    });

    test("are not made again by the next attempt", async () => {
      await withOrchestrator(apart, {}, async (sluice) => {
        const { result, step, logs } = await run(sluice, "flaky");
        assert.deepEqual([result.status, step("flaky").attempts], ["success", 3]);
        assert.deepEqual(logs.map(({ message }) => message).toSorted(), ["a1", "b1", "b2", "b3", "c1"]);
        assert.deepEqual(await sluice.load("flaky"), [
          { attempt: 1, of: "a" },
          { attempt: 3, of: "b" },
          null,
        ]);
        assert.deepEqual(await elementsOf(sluice, result.id), ["a success 1", "b success 3", "c skipped 1"]);
      });
    });

    test("are kept when what runs them dies", async () => {
      await withOrchestrator(apart, {}, async (sluice) => {
        const { result } = await run(sluice, "dies");
        assert.equal(result.status, "success");
        assert.deepEqual(await sluice.load("dies"), [1, 2, 2]);
        assert.deepEqual(await elementsOf(sluice, result.id), ["a success 1", "b success 2", "c success 1"]);
      });
    });

    test("are canceled with a step that has timed out", async () => {
      await withOrchestrator(apart, { isolation: { graceMs: 200 } }, async (sluice) => {
        const { result, step } = await run(sluice, "endless");
        assert.equal(step("endless").error?.code, "STEP_TIMEOUT");
        assert.deepEqual(await elementsOf(sluice, result.id), [
          "a success 1",
          "b canceled 1",
          "c canceled 1",
        ]);
      });
    });

    test("are waited for by their body", async () => {
      await withOrchestrator(apart, {}, async (sluice) => {
        const { step } = await run(sluice, "floating");
        assert.match(step("floating").error?.message ?? "", /returned while elements were under way/);
      });
    });

    test("pass the pools of the orchestrator from a worker, and none from a process", async () => {
      await withOrchestrator(
        apart,
        { pools: { web: 1 }, isolation: { workers: 2, graceMs: 200 } },
        async (sluice) => {
          if (tier === "worker") {
            // What one that is given up has held is given back.
            assert.equal((await run(sluice, "holds")).step("holds").error?.code, "STEP_TIMEOUT");
            const { result } = await run(sluice, ["pooled", "alike"]);
            assert.equal(result.status, "success");
            const values = await Promise.all(["pooled", "alike"].map((key) => sluice.load(key)));
            const times = (values.flat() as [number, number][]).sort(([a], [b]) => a - b);
            assert.equal(times.length, 6);
            for (const [place, [beganMs]] of times.entries()) {
              if (place > 0) assert.ok(beganMs >= times[place - 1][1], `${place}`);
            }
            return assert.deepEqual(sluice.waiting(), []);
          }
          const { step } = await run(sluice, "pooled");
          assert.equal(step("pooled").error?.code, "ELEMENT_INVALID");
          assert.match(
            step("pooled").error?.message ?? "",
            /asks for slots of the pool "web" for its elements/,
          );
        },
      );
    });
  });
}
