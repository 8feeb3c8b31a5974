/** The exporter for Dagster: a project that `dg` and `dagster` load. */
import { withoutFullCrons } from "../parts/crons.ts";
import { keysAsPools } from "../parts/keys.ts";
import type { Snapshot } from "../../src/model/snapshot/snapshot.ts";
import type { ExportedFile, ExportedProject, ExportOptions } from "../export.ts";
import { reportLosses } from "../loss.ts";
import { specialLosses } from "./losses.ts";
import { instanceYaml, packageName, poolScript, poolsOf, pyproject, runnerModule } from "./project/files.ts";
import { definitionFiles, packageModule } from "./project/package.ts";
import { readme } from "./project/readme.ts";
import { openSite, type Site } from "./site.ts";
import { verdictsOf } from "./verdicts.ts";
import { readVersion } from "./version.ts";

/**
 * Writes a project for Dagster: a statement for each step, check, job and schedule, a fixed helper package that runs
 * steps, and what is needed to install, load and deploy it.
 *
 * A target version of two numbers, such as "1.12", means its first release; the report tells what a version lacks.
 * Options of the target: `pools`, the limits of pools by name (default 1 each).
 *
 * @throws {SluiceError} EXPORT_REFUSED for a name that no project can have, and for a version of Dagster before 1.11.
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
export function exportDagster(snapshot: Snapshot, given: ExportOptions): ExportedProject {
  const { snapshot: written, options } = keysAsPools(withoutFullCrons(snapshot), given);
  const dagster = readVersion(options);
  const site = openSite(written, dagster);
  const packaged = packageName(options);
  const report = reportLosses(
    snapshot,
    { name: "dagster", version: dagster.text, verdicts: verdictsOf(dagster) },
    specialLosses(site, options),
  );
  const files = [
    ...projectFiles(site, options, packaged),
    ...definitionFiles(site).map(({ path, text }) => ({ path: `src/${packaged}/${path}`, text })),
  ];
  return { files: files.sort((a, b) => a.path < b.path ? -1 : 1), report };
}

function projectFiles(
  site: Site,
  options: ExportOptions,
  packaged: string,
): readonly ExportedFile[] {
  const instance = instanceYaml(site);
  const limits = (options.target?.pools ?? {}) as { readonly [pool: string]: unknown };
  return [
    { path: "README.md", text: readme(options, site, packaged) },
    { path: "pyproject.toml", text: pyproject(packaged, site.dagster) },
    { path: `src/${packaged}/__init__.py`, text: packageModule("A graph of assets, exported from Sluice.") },
    { path: `src/${packaged}/runner.py`, text: runnerModule(options) },
    ...instance === undefined ? [] : [{ path: "deploy/dagster.yaml", text: instance }],
    ...poolsOf(site).length === 0 ? [] : [{ path: "deploy/pools.sh", text: poolScript(site, limits) }],
  ];
}
