import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import {
  dailyPartitions,
  defineAsset,
  defineJob,
  definitions,
  freshWithin,
  parseSnapshot,
  type SluiceError,
  takeSnapshot,
} from "sluice";
import {
  exportDagster,
  type ExportedFile,
  type ExportOptions,
  FEATURES,
  featuresOf,
  requireCarried,
} from "sluice/adapters";
import { VERDICTS } from "../../../adapters/dagster/verdicts.ts";
import { NEWEST, OLDEST, readVersion, SINCE } from "../../../adapters/dagster/version.ts";
import { randomDefinitions } from "../../conformance/exports/random_definitions.ts";
import { writeFiles } from "../../support/files.ts";
import { everything } from "./graph.ts";

const options: ExportOptions = {
  name: "demo",
  module: "definitions.ts",
  command: ["sluice"],
  ticksFromMs: Date.UTC(2026, 10, 1),
  target: { pools: { warehouse: 2 } },
};
const golden = fileURLToPath(new URL("./golden/", import.meta.url));

describe("exportDagster", () => {
  test("writes what it wrote before (SLUICE_UPDATE_GOLDEN=1 writes it anew)", () => {
    const { files } = exportDagster(takeSnapshot(everything), options);
    if (process.env.SLUICE_UPDATE_GOLDEN === "1") update(files);
    const known = readdirSync(golden, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile());
    assert.deepEqual(
      known.map((entry) => relative(golden, join(entry.parentPath, entry.name)).replaceAll("\\", "/")).sort(),
      files.map(({ path }) => path).sort(),
    );
    for (const { path, text } of files) assert.equal(readFileSync(join(golden, path), "utf8"), text, path);
  });

  test("writes the same again, whatever the order of the declarations, and from JSON", () => {
    const a = defineAsset({ key: "a", run: () => 1 });
    const b = defineAsset({ key: "b", deps: { a }, run: () => 1 });
    const jobs = [defineJob({ name: "x", selection: "*" }), defineJob({ name: "y", selection: [a] })];
    const one = takeSnapshot(definitions({ assets: [a, b], jobs }));
    const other = takeSnapshot(definitions({ assets: [b, a], jobs: jobs.toReversed() }));
    assert.deepEqual(exportDagster(one, options), exportDagster(other, options));
    const whole = takeSnapshot(everything);
    const read = parseSnapshot(JSON.parse(JSON.stringify(whole)));
    assert.deepEqual(exportDagster(read, options), exportDagster(whole, options));
  });

  test("answers for every feature", () => {
    assert.deepEqual(Object.keys(VERDICTS), Object.keys(FEATURES));
    for (const [feature, { kind, how, differs }] of Object.entries(VERDICTS)) {
      assert.ok(how.endsWith("."), feature);
      assert.ok(kind !== "refused" || differs !== undefined, feature);
    }
    const snapshot = takeSnapshot(everything);
    const told = new Set(
      exportDagster(snapshot, options).report.entries.map((each) => `${each.feature} ${each.subject}`),
    );
    for (const { feature, subject } of featuresOf(snapshot)) {
      assert.ok(told.has(`${feature} ${subject}`), feature);
    }
  });

  test("writes ASCII, and no name of the user's into a path", () => {
    for (let seed = 0; seed < 40; seed++) {
      const { files } = exportDagster(takeSnapshot(randomDefinitions(seed)), options);
      for (const { path, text } of files) {
        assert.match(text, /^[\n\x20-\x7e]*$/, `${path} of ${seed}`);
        assert.match(path, /^[A-Za-z_./0-9]+$/);
      }
    }
  });

  test("writes for older versions what these load, and says what they lack", () => {
    const snapshot = takeSnapshot(definitions({
      assets: [
        defineAsset({
          key: "orders",
          group: "sales/eu",
          pool: "db/heavy",
          freshness: freshWithin({ failMs: 3_600_000 }),
          partitions: dailyPartitions({ start: "2026-01-01", exclusions: ["0 0 * * 0"] }),
          run: () => 1,
        }),
      ],
    }));
    const all = ["groups", "pools", "exclusions", "freshness"];
    const cases = [
      ["1.11", "1.11", all],
      ["1.11.7", "1.11", all],
      ["1.11.16", "1.11.8", ["groups", "pools", "freshness"]],
      ["1.12", "1.12", ["groups", "pools"]],
      ["1.12.22", "1.12.21", ["groups"]],
      ["1.13", "1.12.21", ["groups"]],
      ["1.13.8", "1.13.4", ["groups"]],
      ["1.13.28", "1.13.9", []],
      ["1.14.0rc1", "1.13.9", []],
    ] as const;
    for (const [targetVersion, floor, lost] of cases) {
      const { files, report } = exportDagster(snapshot, { ...options, targetVersion });
      const textOf = (end: string) => files.find(({ path }) => path.endsWith(end))?.text ?? "";
      const losesOf = (word: string) => (lost as readonly string[]).includes(word);
      assert.match(textOf("pyproject.toml"), new RegExp(`"dagster>=${floor.replaceAll(".", "\\.")},<2"`));
      const assets = textOf("assets.py");
      assert.equal(assets.includes('group_name="sales_eu"'), losesOf("groups"), targetVersion);
      assert.equal(assets.includes('pool="db_heavy"'), losesOf("pools"), targetVersion);
      assert.equal(textOf("pools.sh").includes("'db_heavy'"), losesOf("pools"), targetVersion);
      assert.equal(assets.includes("=FreshnessPolicy.time_window("), losesOf("freshness"), targetVersion);
      assert.equal(textOf("dagster.yaml").includes("freshness:"), losesOf("freshness"), targetVersion);
      assert.equal(textOf("partitions.py").includes("exclusions="), !losesOf("exclusions"), targetVersion);
      const verdicts = new Map(report.entries.map((entry) => [entry.feature, entry]));
      assert.equal(verdicts.get("asset.group")?.kind, losesOf("groups") ? "emulated" : "native");
      assert.equal(verdicts.get("pool")?.kind, losesOf("pools") ? "emulated" : "native");
      assert.equal(
        verdicts.get("partitions.time.exclusions")?.kind,
        losesOf("exclusions") ? "refused" : "native",
      );
      assert.equal(verdicts.get("freshness.window")?.differs !== undefined, losesOf("freshness"));
      assert.equal(report.targetVersion, targetVersion);
    }
  });

  test("tells in the docs since when Dagster has what is used", () => {
    const page = readFileSync(new URL("../../../docs/dagster-export.md", import.meta.url), "utf8");
    const told = [...page.matchAll(/^\| (1\.[\d.]+) +\|/gm)].map(([, version]) => version);
    assert.deepEqual(told, Object.values(SINCE));
    assert.match(page, new RegExp(`Dagster ${OLDEST.replace(".", "\\.")} and later`));
    assert.ok(page.includes(`tried, ${NEWEST}`));
    const { floor } = readVersion({});
    assert.ok(page.includes(`dagster>=${floor},<2`));
  });

  test("says which delays are not Dagster's own", () => {
    const backoffs = ["constant", "linear", "exponential", "doubling", "airflow"] as const;
    const assets = backoffs.map((backoff) =>
      defineAsset({ key: backoff, retry: { maxRetries: 2, delayMs: 1000, backoff }, run: () => 1 })
    );
    const { report } = exportDagster(takeSnapshot(definitions({ assets })), options);
    const found = report.entries.filter(({ feature }) => feature === "retry.backoff");
    assert.deepEqual(found.map(({ subject, kind }) => `${subject} ${kind}`), [
      "step airflow emulated",
      "step doubling emulated",
      "step exponential native",
      "step linear native",
    ]);
  });

  test("numbers inputs that Dagster's decorators would give one name, and drop", () => {
    const one = defineAsset({ key: "a/b", run: () => 1 });
    const other = defineAsset({ key: "a_b", run: () => 1 });
    const dotted = defineAsset({ key: "dots.v2", run: () => 1 });
    const both = defineAsset({ key: "both", after: [one, other], run: () => 1 });
    const reader = defineAsset({ key: "reader", after: [dotted], run: () => 1 });
    const snapshot = takeSnapshot(definitions({ assets: [one, other, dotted, both, reader] }));
    const decorated = (targetVersion: string) => {
      const { files } = exportDagster(snapshot, { ...options, targetVersion });
      const text = files.find(({ path }) => path.endsWith("defs/assets.py"))?.text ?? "";
      return [...text.matchAll(/@assets\.step\(\s*name="(\w+)"/g)].map(([, name]) => name);
    };
    assert.deepEqual(decorated("1.13.4"), ["both"]);
    assert.deepEqual(decorated("1.13.3"), ["both", "reader"]);
  });

  test("refuses values in memory that another step reads", () => {
    const kept = defineAsset({ key: "kept", io: "memory", run: () => 1 });
    const alone = exportDagster(takeSnapshot(definitions({ assets: [kept] })), options);
    requireCarried(alone.report, false);
    const reader = defineAsset({ key: "reader", deps: { kept }, run: () => 1 });
    const { report } = exportDagster(takeSnapshot(definitions({ assets: [kept, reader] })), options);
    assert.throws(
      () => requireCarried(report, false),
      (error: SluiceError) => error.code === "EXPORT_REFUSED" && /kept/.test(error.message),
    );
  });

  test("refuses names and versions that it cannot write for, and keeps packages apart from modules", () => {
    const snapshot = takeSnapshot(definitions({ assets: [defineAsset({ key: "a", run: () => 1 })] }));
    assert.throws(() => exportDagster(snapshot, { ...options, name: "a b" }), /EXPORT_REFUSED/);
    assert.throws(() => exportDagster(snapshot, { ...options, name: "../x" }), /EXPORT_REFUSED/);
    for (const targetVersion of ["1.10.21", "1.9", "2.0", "1", "1.x", "1.12.", "0.1.13"]) {
      assert.throws(() => exportDagster(snapshot, { ...options, targetVersion }), /1\.11 and later/);
    }
    const { files } = exportDagster(snapshot, { ...options, name: "Dagster", targetVersion: "1.14.0" });
    assert.ok(files.some(({ path }) => path === "src/dagster_project/definitions.py"));
  });
});

function update(files: readonly ExportedFile[]): void {
  if (existsSync(golden)) rmSync(golden, { recursive: true });
  writeFiles(golden, files);
}
