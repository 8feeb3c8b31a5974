/** Files of earlier versions, as these wrote them: opened, read and written on by this one. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  createOrchestrator,
  dailyPartitions,
  defineAsset,
  type Definitions,
  definitions,
  openSqliteStore,
} from "sluice";
import { connect, withFolder } from "../../support.ts";

/** What the file was made with. */
function shop(): Definitions {
  const days = dailyPartitions({ start: "2026-01-01", end: "2026-01-04" });
  const orders = defineAsset({ key: "orders", partitions: days, run: ({ partition }) => partition.key });
  const sums = defineAsset({
    key: "sums",
    deps: { orders },
    partitions: days,
    run: ({ inputs }) => inputs.orders,
  });
  return definitions({ assets: [orders, sums] });
}

function write(path: string): void {
  const connection = connect(path);
  connection.exec(readFileSync(new URL("fixtures/version_1.sql", import.meta.url), "utf8"));
  connection.close();
}

describe("a history of version 1", () => {
  test("tells what it told then, and is gone on with", () =>
    withFolder(async (folder) => {
      const path = join(folder, "history.sqlite");
      write(path);
      await using sluice = createOrchestrator(shop(), { folder, store: { path }, defaultIO: "memory" });
      const [run, ...others] = await sluice.runs();
      assert.equal(others.length, 0);
      assert.deepEqual([run.status, run.tags, run.priority, run.recoveries], [
        "failed",
        { by: "version 1" },
        0,
        0,
      ]);
      assert.deepEqual([run.steps.total, run.steps.success, run.steps.failed], [6, 5, 1]);
      const failed = (await sluice.steps(run.id)).filter(({ status }) => status === "failed");
      assert.deepEqual(failed.map(({ partitionKeys, error }) => [partitionKeys, error?.message]), [
        [["2026-01-02"], "not today"],
      ]);
      assert.deepEqual((await sluice.logs(run.id)).map(({ message }) => message), ["made", "made", "made"]);
      assert.equal((await sluice.checks("sums")).length, 2);
      const [told] = await sluice.materializations("orders");
      assert.deepEqual([told.dataVersion, told.partitionKey], ["told", "2026-01-03"]);
      const missing = await sluice.plan({ scope: "missing" });
      assert.deepEqual([...missing.ranks].length, 1);
      const { status } = await sluice.materialize("*", { partitions: "all" });
      assert.equal(status, "success");
      assert.ok(existsSync(`${path}.v1.backup`));
    }));

  test("is read without being changed", () =>
    withFolder(async (folder) => {
      const path = join(folder, "history.sqlite");
      write(path);
      const before = readFileSync(path);
      const store = await openSqliteStore(path, { readonly: true });
      const [{ status, recoveries, priority, waitsFor, steps }] = await store.runs();
      assert.deepEqual([status, recoveries, priority, waitsFor], ["failed", 0, 0, undefined]);
      assert.deepEqual([steps.total, steps.undone], [6, undefined]);
      assert.deepEqual([await store.triggers(), await store.ticks()], [[], []]);
      assert.equal((await store.run((await store.runs())[0].id))?.status, "failed");
      await store.close();
      assert.deepEqual(readFileSync(path), before);
    }));
});
