import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import {
  defineAsset,
  defineJob,
  defineSchedule,
  definitions,
  parseSnapshot,
  type SluiceError,
  takeSnapshot,
} from "sluice";
import { type ExportOptions, exportPrefect, FEATURES, featuresOf, requireCarried } from "sluice/adapters";
import { VERDICTS } from "../../../adapters/prefect/verdicts.ts";
import { randomDefinitions } from "../../conformance/exports/random_definitions.ts";
import { everything } from "./graph.ts";

const options: ExportOptions = {
  name: "shop",
  module: "../shop.ts",
  command: ["sluice"],
  ticksFromMs: Date.UTC(2026, 0, 1),
  target: { pools: { "warehouse/main": 2 } },
};
const golden = fileURLToPath(new URL("./golden/", import.meta.url));
/** The helper package is its own golden file. */
const own = /^[^/]+$/;

describe("exportPrefect", () => {
  test("writes what it wrote before (SLUICE_UPDATE_GOLDEN=1 writes it anew)", () => {
    const { files, report } = exportPrefect(takeSnapshot(everything), options);
    const texts = new Map(files.filter(({ path }) => own.test(path)).map(({ path, text }) => [path, text]));
    texts.set(
      "losses.json",
      `${JSON.stringify(report.entries.filter(({ differs }) => differs !== undefined), null, 2)}\n`,
    );
    if (process.env.SLUICE_UPDATE_GOLDEN === "1") update(texts);
    for (const [path, text] of texts) assert.equal(readFileSync(golden + path, "utf8"), text, path);
  });

  test("writes the same again, whatever the order of the declarations, and from JSON", () => {
    const a = defineAsset({ key: "a", run: () => 1 });
    const b = defineAsset({ key: "b", deps: { a }, run: () => 1 });
    const jobs = [defineJob({ name: "x", selection: "*" }), defineJob({ name: "y", selection: [a] })];
    const one = takeSnapshot(definitions({ assets: [a, b], jobs }));
    const other = takeSnapshot(definitions({ assets: [b, a], jobs: jobs.toReversed() }));
    assert.deepEqual(exportPrefect(one, options), exportPrefect(other, options));
    const whole = takeSnapshot(everything);
    const read = parseSnapshot(JSON.parse(JSON.stringify(whole)));
    assert.deepEqual(exportPrefect(read, options), exportPrefect(whole, options));
  });

  test("answers for every feature", () => {
    assert.deepEqual(Object.keys(VERDICTS), Object.keys(FEATURES));
    for (const [feature, { kind, how, differs, advice }] of Object.entries(VERDICTS)) {
      assert.match(how, /\.$/, feature);
      if (kind === "refused") assert.ok(differs !== undefined && advice !== undefined, feature);
    }
    const snapshot = takeSnapshot(everything);
    const { report } = exportPrefect(snapshot, options);
    const told = new Set(report.entries.map((each) => `${each.feature} ${each.subject}`));
    for (const { feature, subject } of featuresOf(snapshot)) {
      assert.ok(told.has(`${feature} ${subject}`), feature);
    }
  });

  test("names the instants at which Prefect fires otherwise", () => {
    const { report } = exportPrefect(takeSnapshot(everything), options);
    const [nightly] = report.entries.filter(({ subject, instants }) =>
      subject === "schedule nightly" && instants
    );
    assert.equal(nightly.feature, "schedule.zone");
    assert.deepEqual(nightly.instants, [
      "2026-03-08T07:00:00.000Z",
      "2026-03-08T07:30:00.000Z",
      "2027-03-14T07:00:00.000Z",
      "2027-03-14T07:30:00.000Z",
    ]);
    const [off] = report.entries.filter(({ feature, subject }) =>
      feature === "schedule.crons" && subject === "schedule off"
    );
    assert.equal(off.differs, undefined);
    assert.deepEqual(
      report.entries.filter(({ subject, instants }) => subject === "schedule windows" && instants),
      [],
    );
  });

  test("writes ASCII, and no name of the user's into a path", () => {
    const paths = exportPrefect(takeSnapshot(everything), options).files.map(({ path }) => path);
    for (let seed = 0; seed < 40; seed++) {
      const { files } = exportPrefect(takeSnapshot(randomDefinitions(seed)), options);
      assert.deepEqual(files.map(({ path }) => path), paths);
      for (const { path, text } of files) assert.match(text, /^[\n\x20-\x7e]*$/, `${path} of ${seed}`);
    }
  });

  test("refuses values in memory that another step reads", () => {
    const kept = defineAsset({ key: "kept", io: "memory", run: () => 1 });
    requireCarried(exportPrefect(takeSnapshot(definitions({ assets: [kept] })), options).report, false);
    const reader = defineAsset({ key: "reader", deps: { kept }, run: () => 1 });
    const { report } = exportPrefect(takeSnapshot(definitions({ assets: [kept, reader] })), options);
    assert.throws(
      () => requireCarried(report, false),
      (error: SluiceError) => error.code === "EXPORT_REFUSED" && /kept/.test(error.message),
    );
  });

  test("refuses options that there are not, and versions that fire otherwise", () => {
    const snapshot = takeSnapshot(definitions({ assets: [defineAsset({ key: "a", run: () => 1 })] }));
    const refused = (change: Partial<ExportOptions>) =>
      assert.throws(
        () => exportPrefect(snapshot, { ...options, ...change }),
        /EXPORT_REFUSED/,
        JSON.stringify(change),
      );
    refused({ name: "a b" });
    refused({ name: "../x" });
    refused({ targetVersion: "3.8.8" });
    refused({ targetVersion: "4.0.0" });
    refused({ targetVersion: "newest" });
    refused({ target: { workers: 0 } });
    refused({ target: { pools: { a: "1" } } });
    refused({ target: { workPool: "a b" } });
    refused({ target: { worker: 3 } });
    assert.equal(exportPrefect(snapshot, { ...options, targetVersion: "3.10" }).report.targetVersion, "3.10");
  });

  test("writes one function for each of many assets", () => {
    const assets = Array.from({ length: 500 }, (_, at) => defineAsset({ key: `a/${at}`, run: () => 1 }));
    const { files } = exportPrefect(takeSnapshot(definitions({ assets })), options);
    assert.equal(files.find(({ path }) => path === "flows.py")?.text.match(/^def a_/gm)?.length, 500);
  });

  test("tells of projects whose size shows", () => {
    const sizeOf = (count: number) => {
      const assets = Array.from({ length: count }, (_, at) => defineAsset({ key: `a/${at}`, run: () => 1 }));
      const { entries } = exportPrefect(takeSnapshot(definitions({ assets })), options).report;
      return entries.filter(({ subject }) => subject === "project shop").map(({ how }) => how);
    };
    assert.deepEqual(sizeOf(2_000), []);
    assert.deepEqual(sizeOf(2_001), ["One module of 2001 tasks."]);
  });

  test("gives a deployment crons that name no instant twice, and tells of those that do", () => {
    const a = defineAsset({ key: "a", run: () => 1 });
    const schedules = [
      defineSchedule({ name: "apart", cron: ["0 */6 * * *", "0 12 * * 1"], target: a }),
      defineSchedule({ name: "meeting", cron: ["0 6 1 * *", "0 6 * * 1"], target: a }),
    ];
    const { files, report } = exportPrefect(takeSnapshot(definitions({ assets: [a], schedules })), options);
    const yaml = files.find(({ path }) => path === "prefect.yaml")?.text ?? "";
    const crons = [...yaml.matchAll(/cron: "([^"]*)"/g)].map(([, cron]) => cron);
    assert.deepEqual(crons, ["0 0,6,12,18 * * *", "0 6 1 * *", "0 6 * * 1"]);
    const told = report.entries.filter(({ feature, differs }) => feature === "schedule.crons" && differs);
    assert.deepEqual(told.map(({ subject }) => subject), ["schedule meeting"]);
    assert.equal(told[0].instants?.[0], "2026-06-01T06:00:00.000Z");
  });
});

function update(texts: ReadonlyMap<string, string>): void {
  if (existsSync(golden)) rmSync(golden, { recursive: true });
  mkdirSync(golden);
  for (const [path, text] of texts) writeFileSync(golden + path, text);
}
