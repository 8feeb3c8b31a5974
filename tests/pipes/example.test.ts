/** examples/pipes, started by hand and by what stands in for Dagster. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { start } from "../support/child.ts";
import { inFolder } from "../support/folder.ts";
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
