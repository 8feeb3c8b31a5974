import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { defineAsset, defineJob, defineSchedule, definitions, type SluiceError, takeSnapshot } from "sluice";
import { type ExportOptions, FEATURES, requireCarried } from "sluice/adapters";
import { exportAirflow } from "../../../adapters/airflow/export.ts";
import { AIRFLOW_VERDICTS } from "../../../adapters/airflow/verdicts.ts";
import { everything } from "./graph.ts";

const options: ExportOptions = {
  name: "demo",
  module: "definitions.ts",
  command: ["sluice"],
  ticksFromMs: Date.UTC(2026, 10, 1),
};
const golden = fileURLToPath(new URL("./golden/everything.txt", import.meta.url));

describe("exportAirflow", () => {
  test("writes what it wrote before", () => {
    const { files, report } = exportAirflow(takeSnapshot(everything), options);
    const written = [...files, { path: "report.json", text: `${JSON.stringify(report, undefined, 2)}\n` }];
    const all = written.map(({ path, text }) => `=== ${path}\n${text}`).join("\n");
    if (process.env.SLUICE_UPDATE_GOLDEN === "1") writeFileSync(golden, all);
    assert.equal(all, readFileSync(golden, "utf8"));
  });

  test("writes the same again, whatever the order of the declarations", () => {
    const a = defineAsset({ key: "a", run: () => 1 });
    const b = defineAsset({ key: "b", deps: { a }, run: () => 1 });
    const jobs = [defineJob({ name: "x", selection: "*" }), defineJob({ name: "y", selection: [a] })];
    const one = exportAirflow(takeSnapshot(definitions({ assets: [a, b], jobs })), options);
    const other = exportAirflow(
      takeSnapshot(definitions({ assets: [b, a], jobs: jobs.toReversed() })),
      options,
    );
    assert.deepEqual(one, other);
  });

  test("answers for every feature", () => {
    assert.deepEqual(Object.keys(AIRFLOW_VERDICTS), Object.keys(FEATURES));
    for (const [feature, { kind, how, differs, isFatal }] of Object.entries(AIRFLOW_VERDICTS)) {
      assert.ok(how.endsWith("."), feature);
      assert.ok(kind !== "refused" || differs !== undefined, feature);
      assert.equal(isFatal === true, feature === "io.memory");
    }
  });

  test("refuses values in memory", () => {
    const kept = defineAsset({ key: "kept", io: "memory", run: () => 1 });
    const { report } = exportAirflow(takeSnapshot(definitions({ assets: [kept] })), options);
    assert.throws(
      () => requireCarried(report, false),
      (error: SluiceError) => error.code === "EXPORT_REFUSED",
    );
  });

  test("refuses options that do not fit", () => {
    const snapshot = takeSnapshot(definitions({ assets: [defineAsset({ key: "a", run: () => 1 })] }));
    const refuses = (given: Partial<ExportOptions>, message: RegExp) =>
      assert.throws(() => exportAirflow(snapshot, { ...options, ...given }), message);
    refuses({ targetVersion: "2.11.0" }, /3\.1 and later/);
    refuses({ target: { imgae: "x" } }, /no option "imgae"/);
    refuses({ target: { runner: "docker" } }, /needs the image/);
    refuses({ target: { runner: "ssh" } }, /"process", "docker" or "kubernetes"/);
    refuses({ target: { pools: { db: -1 } } }, /slots by name/);
  });

  test("gives Dags ids of their own", () => {
    const a = defineAsset({ key: "a", run: () => 1 });
    const { files } = exportAirflow(
      takeSnapshot(definitions({
        assets: [a],
        jobs: [defineJob({ name: "Same", selection: "*" }), defineJob({ name: "assets", selection: "*" })],
        schedules: [defineSchedule({ name: "same", cron: "@daily", target: a })],
      })),
      options,
    );
    const ids = files.flatMap(({ text }) => [...text.matchAll(/dag_id="([^"]*)"/g)].map(([, id]) => id));
    assert.equal(new Set(ids.map((id) => id.toLowerCase())).size, 3);
    assert.equal(ids.filter((id) => id === "demo.same").length, 1);
  });

  test("writes a large graph in little time", () => {
    const assets = [defineAsset({ key: "a0", run: () => 1 })];
    for (let place = 1; place < 10_000; place++) {
      assets.push(
        defineAsset({ key: `a${place}`, after: [assets[place >> 1], assets[place - 1]], run: () => 1 }),
      );
    }
    const { files, report } = exportAirflow(takeSnapshot(definitions({ assets })), options);
    const tasks = files.map(({ text }) => text.split("SluiceStep(\n").length - 1);
    assert.equal(Math.max(...tasks), 10_000);
    const arrows = files.map(({ text }) => text.split("\n    wait_for(").length - 1);
    assert.equal(Math.max(...arrows), 9_999);
    const [told] = report.entries.filter(({ subject }) => subject === "Dag demo.assets");
    assert.match(String(told.how), /10000 tasks/);
    assert.match(String(told.differs), /again for each task/);
  });
});
