/** What a dead process leaves: runs interrupted in a history that the next process opens. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  createOrchestrator,
  dailyPartitions,
  defineAsset,
  definitions,
  monthlyPartitions,
  selfDep,
  timeWindowMapping,
  type,
} from "sluice";
import { start } from "../support/child.ts";
import { inFolder } from "../support/folder.ts";

const days = dailyPartitions({ start: "2026-01-01", end: "2026-02-01" });

/** Definitions as the script of the dead process had them, and as they are later. */
const slow = defineAsset({ key: "slow", partitions: days, run: ({ partition }) => partition.key });
const count = defineAsset({ key: "count", deps: { slow }, run: ({ inputs }) => inputs.slow.size });
const extra = defineAsset({ key: "extra", run: () => 1 });

/** Leaves an interrupted run of `slow` and `count` in a folder, killed when some days are made. */
async function leaveInterrupted(folder: string): Promise<void> {
  const child = start("tests/orchestrator/fixtures/slow.ts", [folder]);
  while (!child.output().includes("made 2026-01-06")) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill("SIGKILL");
  await child.ended;
}

describe("recover", () => {
  test("finishes an interrupted run under its own id, and makes nothing twice", async () => {
    await inFolder(async (folder) => {
      await leaveInterrupted(folder);
      await using sluice = createOrchestrator(definitions({ assets: [slow, count] }), { folder });
      const [lost] = await sluice.runs();
      assert.equal(lost.status, "interrupted");
      const before = (await sluice.steps(lost.id)).filter((step) => step.status === "success");
      assert.ok(before.length >= 1 && before.length < 31, String(before.length));
      const [result] = await sluice.recover();
      assert.deepEqual([result.id, result.status], [lost.id, "success"]);
      assert.equal(await sluice.load(count), 31);
      const after = await sluice.steps(lost.id);
      for (const { step, finishedMs } of before) assert.equal(after[step].finishedMs, finishedMs);
      assert.deepEqual(await sluice.recover(), []);
    });
  });

  test("goes on under a new id when the steps are numbered in another way, and only once", async () => {
    await inFolder(async (folder) => {
      await leaveInterrupted(folder);
      const renamed = defineAsset({
        key: "slow",
        partitions: dailyPartitions({ start: "2025-12-30", end: "2026-02-01" }),
        run: ({ partition }) => partition.key,
      });
      const total = defineAsset({
        key: "count",
        deps: { slow: renamed },
        run: ({ inputs }) => inputs.slow.size,
      });
      await using sluice = createOrchestrator(definitions({ assets: [extra, renamed, total] }), { folder });
      const [lost] = await sluice.runs();
      const results = await sluice.recover();
      assert.ok(results.every((result) => result.status === "success" || result.status === "failed"));
      assert.notEqual((await sluice.run(lost.id))?.status, "interrupted");
      assert.deepEqual(await sluice.recover(), []);
    });
  });

  test("gives up what no longer fits, and lets the rest go on", async () => {
    await inFolder(async (folder) => {
      await leaveInterrupted(folder);
      await using sluice = createOrchestrator(definitions({ assets: [extra] }), { folder });
      assert.deepEqual(await sluice.recover(), []);
      const [lost] = await sluice.runs();
      assert.deepEqual([lost.status, lost.error?.code], ["failed", "PLAN_OUTDATED"]);
      assert.equal((await sluice.materialize(extra)).status, "success");
    });
  });
});

describe("a sequential backfill", () => {
  test("that fails leaves out what depends on its later runs too", async () => {
    const balance = defineAsset({
      key: "balance",
      partitions: days,
      deps: { before: selfDep(type<number>(), days, timeWindowMapping({ startOffset: -1, endOffset: -1 })) },
      run: ({ partition }) => {
        if (partition.key === "2026-01-10") throw new Error("no");
        return 1;
      },
    });
    const months = monthlyPartitions({ start: "2026-01-01", end: "2026-02-01" });
    const month = defineAsset({ key: "month", deps: { balance }, partitions: months, run: () => 1 });
    await using sluice = createOrchestrator(definitions({ assets: [balance, month] }), {
      store: "memory",
      defaultIO: "memory",
    });
    const { status, runs } = await sluice.backfill({ partitionsPerRun: 5 });
    assert.deepEqual([status, runs.length], ["failed", 2]);
    assert.equal((await sluice.partitions(balance)).materialized.size, 9);
    assert.equal((await sluice.partitions(month)).materialized.size, 0);
  });
});
