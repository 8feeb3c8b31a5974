/** The exporter for Dagster: a project that `dg` and `dagster` load. */
import type { Snapshot } from "../../src/model/snapshot/snapshot.ts";
import type { ExportedFile, ExportedProject, ExportOptions } from "../export.ts";
import { reportLosses } from "../loss.ts";
import { externalStatement, stepStatement } from "./definitions/assets.ts";
import { checkStatement } from "./definitions/checks.ts";
import { ASSETS } from "./helper/assets.ts";
import { CONDITIONS } from "./helper/conditions.ts";
import { OUTPUTS } from "./helper/outputs.ts";
import { STEPS } from "./helper/steps.ts";
import { TICKS } from "./helper/ticks.ts";
import { jobStatements } from "./definitions/jobs.ts";
import { specialLosses } from "./losses.ts";
import { HELPERS, pythonModule } from "./project/python.ts";
import {
  definitionsModule,
  INSTANCE_YAML,
  longestChain,
  packageModule,
  packageName,
  poolScript,
  poolsOf,
  pyproject,
  runnerModule,
  targetVersion,
} from "./project/files.ts";
import { readme } from "./project/readme.ts";
import { scheduleStatements } from "./definitions/schedules.ts";
import { openSite, type Site } from "./site.ts";
import { sensorStatements } from "./definitions/sensors.ts";
import { VERDICTS } from "./verdicts.ts";

/** Statements of one module: larger ones are cut. */
const MOST_STATEMENTS = 500;

/**
 * Writes a project for Dagster: a statement for each step, check, job and schedule, a fixed helper package that runs
 * steps, and what is needed to install, load and deploy it.
 *
 * Options of the target: `pools`, the limits of pools by name (default 1 each).
 *
 * @throws {SluiceError} EXPORT_REFUSED for a name that no project can have, and for a version of Dagster before 1.13.
 * @example
 * ```ts
 * import { defineAsset, definitions, takeSnapshot } from "sluice";
 * import { exportDagster } from "sluice/adapters";
 * import assert from "node:assert/strict";
 *
 * const orders = defineAsset({ key: "raw/orders", run: () => [] });
 * const { files } = exportDagster(takeSnapshot(definitions({ assets: [orders] })), {
 *   name: "shop",
 *   module: "shop.ts",
 *   command: ["sluice"],
 *   ticksFromMs: Date.UTC(2026, 0, 1),
 * });
 * const assets = files.find(({ path }) => path === "src/shop/defs/assets.py");
 * assert.match(String(assets?.text), /dg.AssetKey\(\["raw", "orders"\]\)/);
 * ```
 */
export function exportDagster(snapshot: Snapshot, options: ExportOptions): ExportedProject {
  const site = openSite(snapshot);
  const packaged = packageName(options);
  const version = targetVersion(options);
  const report = reportLosses(
    snapshot,
    { name: "dagster", version, verdicts: VERDICTS },
    specialLosses(site, options),
  );
  const files = [
    ...projectFiles(site, options, { packaged, version }),
    ...definitionFiles(snapshot, site).map(({ path, text }) => ({ path: `src/${packaged}/${path}`, text })),
  ];
  return { files: files.sort((a, b) => a.path < b.path ? -1 : 1), report };
}

function projectFiles(
  site: Site,
  options: ExportOptions,
  { packaged, version }: { readonly packaged: string; readonly version: string },
): readonly ExportedFile[] {
  const pools = poolsOf(site);
  const limits = (options.target?.pools ?? {}) as { readonly [pool: string]: unknown };
  return [
    { path: "README.md", text: readme(options, { packaged, version, hasPools: pools.length > 0 }) },
    { path: "pyproject.toml", text: pyproject(packaged) },
    { path: `src/${packaged}/__init__.py`, text: packageModule("A graph of assets, exported from Sluice.") },
    { path: `src/${packaged}/definitions.py`, text: definitionsModule(longestChain(site)) },
    { path: `src/${packaged}/runner.py`, text: runnerModule(options) },
    ...pools.length > 0
      ? [
        { path: "deploy/dagster.yaml", text: INSTANCE_YAML },
        { path: "deploy/pools.sh", text: poolScript(pools, limits) },
      ]
      : [],
  ];
}

/** What the package holds beside its entry points. Partitions come last: writing the others names mappings in them. */
function definitionFiles(snapshot: Snapshot, site: Site): readonly ExportedFile[] {
  const modules = [
    ...moduleFiles("assets", "The assets.", [
      ...snapshot.assets.filter(({ isExternal }) => isExternal).map((asset) =>
        externalStatement(asset, site)
      ),
      ...snapshot.steps.filter(({ kind }) => kind === "asset" || kind === "multi-asset")
        .map((step) => stepStatement(step, site)),
    ]),
    ...moduleFiles(
      "checks",
      "The checks that are steps of their own.",
      snapshot.steps.filter(({ kind }) => kind === "check").map((step) => checkStatement(step, site)),
    ),
    ...moduleFiles("sensors", "The sensors.", sensorStatements(site)),
    ...automationFiles(snapshot, site),
  ];
  const partitions = site.partitions.write();
  return [
    { path: "defs/__init__.py", text: packageModule("Everything in this folder is loaded.") },
    ...modules,
    ...partitions === undefined ? [] : [{ path: "partitions.py", text: partitions }],
    ...helperFiles(modules),
  ];
}

function automationFiles(snapshot: Snapshot, site: Site): readonly ExportedFile[] {
  const jobs = snapshot.jobs.flatMap((job) => jobStatements(job, site));
  const schedules = snapshot.schedules.flatMap((schedule) => scheduleStatements(schedule, site));
  const blocks = [...jobs, ...schedules];
  return blocks.length === 0 ? [] : [{
    path: "defs/schedules.py",
    text: moduleText("The jobs and schedules.", blocks),
  }];
}

function moduleFiles(name: string, docstring: string, blocks: readonly string[]): readonly ExportedFile[] {
  const count = Math.ceil(blocks.length / MOST_STATEMENTS);
  return Array.from({ length: count }, (_, index) => ({
    path: `defs/${name}${count === 1 ? "" : `_${String(index + 1).padStart(3, "0")}`}.py`,
    text: moduleText(docstring, blocks.slice(index * MOST_STATEMENTS, (index + 1) * MOST_STATEMENTS)),
  }));
}

function moduleText(docstring: string, blocks: readonly string[]): string {
  return pythonModule({ docstring, blocks, gap: 2 });
}

/** The fixed modules that are used. */
function helperFiles(modules: readonly ExportedFile[]): readonly ExportedFile[] {
  const lines = modules.flatMap(({ text }) =>
    /^from \.\.sluice import (.+)$/m.exec(text)?.[1].split(", ") ?? []
  );
  const used = new Set(lines);
  return [
    {
      path: "sluice/__init__.py",
      text: packageModule("Runs the steps of a graph; the same in every export."),
    },
    { path: "sluice/outputs.py", text: OUTPUTS },
    { path: "sluice/steps.py", text: STEPS },
    ...HELPERS.filter((module) => used.has(module)).map((module) => ({
      path: `sluice/${module}.py`,
      text: HELPER_TEXTS[module],
    })),
  ];
}

const HELPER_TEXTS: { readonly [module in typeof HELPERS[number]]: string } = {
  assets: ASSETS,
  conditions: CONDITIONS,
  ticks: TICKS,
};
