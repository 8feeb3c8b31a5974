import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import process from "node:process";
import type { Definitions } from "sluice";
import { here } from "./fixtures/apart.ts";
import { definitions as inProcesses } from "./fixtures/processes.ts";
import { definitions as inWorkers } from "./fixtures/workers.ts";
import { run, runOnce, withOrchestrator } from "./support.ts";

/** What is promised of both tiers alike. */
const TIERS: readonly (readonly [tier: string, definitions: Definitions])[] = [
  ["process", inProcesses],
  ["worker", inWorkers],
];

for (const [tier, apart] of TIERS) {
  describe(`a body in a ${tier}`, () => {
    test("reads, makes, logs, reports and checks as it would inline", async () => {
      await withOrchestrator(apart, {}, async (sluice) => {
        const { result, step, logs } = await run(sluice, "+twice", { tags: { by: "test" } });
        assert.equal(result.status, "success");
        assert.deepEqual([await sluice.load("sum"), await sluice.load("twice")], [6, 12]);
        const [{ metadata }] = step("sum").outputs;
        const { pid, ...rest } = metadata ?? {};
        assert.deepEqual(rest, { calls: 1, run: result.id, attempt: 1, tag: "test" });
        assert.equal(pid === process.pid, tier === "worker");
        // What the module keeps in variables is not what this module here keeps.
        assert.equal(here.calls, 0);
        assert.deepEqual(
          logs.map(({ level, message, fields, attempt }) => [level, message, fields, attempt]),
          [["info", "adding", { count: 3 }, 1], ["warning", "slowly", undefined, 1]],
        );
        const checks = await sluice.checks("sum");
        assert.deepEqual(checks.map(({ check, passed, severity }) => [check, passed, severity]).sort(), [
          ["odd", false, "warn"],
          ["positive", true, "error"],
        ]);
        assert.equal((await sluice.checks("twice"))[0].passed, true);
        assert.equal(step("twice:even").status, "success");
      });
    });

    test("is undone where it runs, with retries, resources and its time limit", async () => {
      await withOrchestrator(apart, {}, async (sluice) => {
        const names = ["paid", "sliced", "held", "falls"];
        const { result, step, logs } = await run(sluice, names, { partitions: "all" });
        assert.equal(result.status, "failed");
        assert.deepEqual(names.map((name) => step(name).status), [
          "undone",
          "undone",
          "undo_failed",
          "failed",
        ]);
        assert.deepEqual([step("paid").undo?.attempts, step("held").undo?.error?.code], [2, "STEP_TIMEOUT"]);
        const told = logs.filter(({ level }) => level === "info").map((
          { message, fields },
        ) => [message, fields]);
        const [[message, fields]] = told.filter(([message]) => String(message).startsWith("42"));
        assert.equal(message, "42 back: fallen");
        const { pid, isHere } = fields as { readonly pid: number; readonly isHere: boolean };
        assert.deepEqual([isHere, pid === process.pid], [true, tier === "worker"]);
        assert.ok(told.some(([message]) => message === "x X"));
        await assert.rejects(async () => await sluice.load("paid"), { code: "VALUE_MISSING" });
        assert.equal(await sluice.load("held"), 1);
      });
    });

    test("gets resources, config, partitions and collections", async () => {
      await withOrchestrator(apart, {}, async (sluice) => {
        await sluice.addPartitions("keys", ["k2", "k1"]);
        const names = ["used", "limited", "letters", "word", "dynamic", "gathered"];
        const config = { limited: { limit: 4 } };
        const { result, step } = await run(sluice, names, { config, partitions: "all" });
        assert.equal(result.status, "success", JSON.stringify(step("gathered").error));
        assert.deepEqual(await sluice.load("used"), { isOpen: true, isHere: true });
        assert.equal(await sluice.load("limited"), 4);
        assert.deepEqual([await sluice.load("word"), await sluice.load("letters", "b")], ["ABC", "B"]);
        assert.equal(await sluice.load("gathered"), "k1k2");
      });
    });

    test("makes batches and several outputs, or some of them", async () => {
      await withOrchestrator(apart, {}, async (sluice) => {
        const batch = await run(sluice, "batch", { partitions: "all" });
        assert.equal(await sluice.load("batch", "y"), "y");
        assert.deepEqual(
          batch.step("batch").outputs.map(({ partition, metadata }) => [partition, metadata]),
          [
            [0, { key: "x" }],
            [1, { key: "y" }],
          ],
        );
        await run(sluice, "pair/right");
        assert.equal(await sluice.load("pair/right"), 2);
        assert.equal((await sluice.materializations("pair/right"))[0].dataVersion, "two");
        await assert.rejects(sluice.load("pair/left"), /VALUE_MISSING/);
      });
    });

    test("skips, and keeps what is unchanged", async () => {
      const { step } = await runOnce(apart, ["empty", "same"]);
      assert.deepEqual([step("empty").status, step("empty").reason], ["skipped", "no rows today"]);
      assert.equal(step("same").status, "success");
      assert.equal(step("same").outputs[0].unchanged, true);
    });

    test("cuts off what is downstream", async () => {
      const { step } = await runOnce(apart, ["gate", "below"]);
      assert.deepEqual([step("gate").status, step("gate").circuit], ["skipped", "all"]);
      assert.deepEqual([step("below").status, step("below").reason], [
        "skipped",
        "cut off upstream: a holiday",
      ]);
    });

    test("fails as it would inline, and is retried as it asks for", async () => {
      const { step } = await runOnce(apart, ["throws", "for-good", "once-more", "blocked"]);
      const { error, attempts } = step("throws");
      assert.deepEqual([error?.name, error?.message, attempts], ["RangeError", "out of range", 2]);
      assert.match(error?.stack ?? "", /apart\.ts/);
      assert.deepEqual([error?.cause?.message, error?.cause?.code], ["deep", "E42"]);
      assert.deepEqual([step("for-good").attempts, step("for-good").error?.name], [1, "StepFailure"]);
      assert.deepEqual([step("once-more").status, step("once-more").attempts], ["success", 3]);
      assert.match(step("blocked").error?.message ?? "", /failed the blocking check holds/);
      assert.equal(step("blocked").outputs.length, 1);
    });

    test("is retried by the class that its error had where it was thrown", async () => {
      const { step } = await runOnce(apart, ["busy", "hopeless"]);
      assert.deepEqual([step("busy").status, step("busy").attempts], ["success", 3]);
      assert.deepEqual([step("hopeless").status, step("hopeless").attempts], ["failed", 1]);
    });

    test("may print and log as much as it likes", async () => {
      const { result, logs } = await runOnce(apart, "noise");
      assert.equal(result.status, "success");
      assert.deepEqual(
        logs.map(({ message }) => message),
        Array.from({ length: 2_000 }, (_, at) => `line ${at}`),
      );
    });
  });
}
