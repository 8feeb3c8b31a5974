/** Orchestrators that only look. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import {
  createOrchestrator,
  dailyPartitions,
  defineAsset,
  definitions,
  dynamicPartitions,
  formatPlan,
  memoryStore,
  openSqliteStore,
  type Orchestrator,
} from "sluice";
import { start } from "../support/child.ts";
import { inFolder } from "../support/folder.ts";
import { hashTree } from "../support/tree.ts";

const days = dailyPartitions({ start: "2026-01-01", end: "2026-02-01" });
const raw = defineAsset({ key: "raw", partitions: days, run: ({ partition }) => partition.key });
const user = defineAsset({ key: "user", partitions: dynamicPartitions("users"), run: () => 1 });
const all = definitions({ assets: [raw, user], jobs: [] });

/** Every verb that records, on an asset that has values. */
const WRITING: { readonly [verb: string]: (sluice: Orchestrator) => Promise<unknown> } = {
  materialize: (sluice) => sluice.materialize(raw, { partitions: "2026-01-01" }),
  execute: async (sluice) => sluice.execute(await sluice.plan({ select: raw, partitions: "all" })),
  backfill: (sluice) => sluice.backfill({ select: raw }),
  rerun: async (sluice) => sluice.rerun((await sluice.runs())[0].id),
  recover: (sluice) => sluice.recover(),
  report: (sluice) => sluice.report(raw, { partition: "2026-01-01" }),
  wipe: (sluice) => sluice.wipe(raw),
  addPartitions: (sluice) => sluice.addPartitions("users", ["ann"]),
  removePartitions: (sluice) => sluice.removePartitions("users", ["ann"]),
  prune: (sluice) => sluice.prune({ runsBeforeMs: Date.now() }),
};

function lookInto(folder: string): Orchestrator {
  return createOrchestrator(all, { folder, store: { readonly: true } });
}

describe("an orchestrator that only reads", () => {
  test("sees what another one records, while it does", () =>
    inFolder(async (folder) => {
      await using writer = createOrchestrator(all, { folder });
      await writer.materialize(raw, { partitions: "2026-01-01" });
      await using reader = lookInto(folder);
      assert.equal((await reader.runs()).length, 1);
      assert.equal(await reader.load(raw, "2026-01-01"), "2026-01-01");
      await writer.addPartitions("users", ["ann"]);
      await writer.materialize(raw, { partitions: { start: "2026-01-02", end: "2026-01-05" } });
      assert.equal((await reader.partitions(raw)).materialized.size, 5);
      const plan = await reader.plan({ scope: "missing" });
      assert.deepEqual([...plan.sets.values()].map(({ subset }) => subset.size), [26, 1]);
      const again = await reader.parsePlan(JSON.parse(JSON.stringify(formatPlan(plan))));
      assert.equal(again.ranks.length, 2);
      assert.equal((await reader.planBackfill()).cellCount, 27);
      const [{ id }] = await reader.runs();
      assert.deepEqual(await reader.steps(id), await writer.steps(id));
      assert.deepEqual(await reader.materializations(raw), await writer.materializations(raw));
    }));

  test("refuses to record anything, and changes and leaves nothing", () =>
    inFolder(async (folder) => {
      await using writer = createOrchestrator(all, { folder });
      await writer.materialize(raw, { partitions: "2026-01-01" });
      await writer.close();
      const before = hashTree(folder);
      const reader = lookInto(folder);
      for (const [verb, write] of Object.entries(WRITING)) {
        await assert.rejects(write(reader), (error: Error & { code?: string }) => {
          assert.equal(error.code, "STORE_READONLY", `${verb}: ${error}`);
          assert.ok(error.message.includes(`${verb}() writes`), error.message);
          return true;
        });
      }
      assert.equal(await reader.load(raw, "2026-01-01"), "2026-01-01");
      await reader.close();
      assert.deepEqual([...hashTree(folder)], [...before]);
    }));

  test("needs a history, and makes none", () =>
    inFolder(async (folder) => {
      const reader = createOrchestrator(all, { folder: join(folder, "none"), store: { readonly: true } });
      await assert.rejects(reader.runs(), /STORE_INVALID: There is no store at[^]*hint: /);
      await reader.close();
      assert.deepEqual(readdirSync(folder), []);
    }));

  test("shows what a killed process left as interrupted, and leaves it to be recovered", () =>
    inFolder(async (folder) => {
      const child = start("tests/orchestrator/fixtures/slow.ts", [folder]);
      while (!child.output().includes("made 2026-01-06")) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const reader = lookInto(folder);
      assert.equal((await reader.runs())[0].status, "running");
      child.kill("SIGKILL");
      await child.ended;
      const [{ id, status }] = await reader.runs();
      assert.equal(status, "interrupted");
      assert.equal((await reader.run(id))?.status, "interrupted");
      assert.equal((await reader.runs({ status: ["interrupted"] })).length, 1);
      assert.equal((await reader.runs({ status: ["running"] })).length, 0);
      assert.equal((await reader.runs({ status: ["running", "success"] })).length, 0);
      await reader.close();
      await using writer = createOrchestrator(all, { folder });
      assert.equal((await writer.run(id))?.status, "interrupted");
    }));

  test("may be given a store that was opened for reading", () =>
    inFolder(async (folder) => {
      const path = join(folder, "history.sqlite");
      await (await openSqliteStore(path)).close();
      await using reader = createOrchestrator(all, {
        folder,
        store: await openSqliteStore(path, { readonly: true }),
      });
      await assert.rejects(reader.recover(), { code: "STORE_READONLY" });
      assert.equal(memoryStore().isReadOnly ?? false, false);
    }));
});
