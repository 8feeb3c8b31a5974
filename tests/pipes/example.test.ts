/** examples/pipes, started by hand and by what stands in for Dagster. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { start } from "../support/child.ts";
import { inFolder } from "../support/folder.ts";
import { root } from "../support/runtime.ts";
import { handOver } from "./support.ts";

describe("examples/pipes/orders.ts", () => {
  test("prints its reports when nobody else wants them", async () => {
    const { code, stderr } = await start("examples/pipes/orders.ts").ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /INFO: making at most 3 orders of 2026-01-01/);
    assert.match(stderr, /materialized the asset at version 2026-01-01-3: dagster\/row_count=3, total=45/);
    assert.match(stderr, /check has_orders of the asset passed/);
  });

  test("makes the day that it is told", () =>
    inFolder(async (folder) => {
      const day = "2026-02-03";
      const context = {
        partition_key: day,
        partition_key_range: { start: day, end: day },
        extras: { limit: 2 },
      };
      const dagster = handOver(folder, context);
      const { code, stderr } = await start("examples/pipes/orders.ts", [], dagster.variables).ended;
      assert.equal(code, 0, stderr);
      const made = dagster.received().find(({ method }) => method === "report_asset_materialization");
      assert.deepEqual([made?.params.data_version, made?.params.metadata.preview.raw_value.records.length], [
        `${day}-2`,
        2,
      ]);
    }));
});

describe("one file of the example, for a Node that runs no TypeScript", () => {
  const hasNode = process.versions.bun !== undefined && spawnSync("node", ["--version"]).status === 0;
  if (!hasNode) console.log("A bundle for Node: skipped, since it needs Bun to make it and Node to run it");

  if (hasNode) {
    test("reports as the example does", () =>
      inFolder(async (folder) => {
        const file = join(folder, "orders.mjs");
        const build = ["build", "examples/pipes/orders.ts", "--target=node", `--outfile=${file}`];
        assert.equal(spawnSync(process.execPath, build, { cwd: root }).status, 0);
        const dagster = handOver(folder, { extras: { limit: 2 } });
        const env = { ...process.env, ...dagster.variables };
        const { status, stderr } = spawnSync("node", [file], { env, encoding: "utf8" });
        assert.equal(status, 0, stderr);
        assert.deepEqual(dagster.received().map(({ method }) => method), [
          "opened",
          "log",
          "report_asset_materialization",
          "report_asset_check",
          "closed",
        ]);
      }));
  }
});
