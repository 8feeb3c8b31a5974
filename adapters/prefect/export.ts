/** The exporter for Prefect. */
import { withoutFullCrons } from "../parts/crons.ts";
import { keysAsPools } from "../parts/keys.ts";
import type { Snapshot } from "../../src/model/snapshot/snapshot.ts";
import type { ExportedProject, ExportOptions } from "../export.ts";
import { type Loss, reportLosses } from "../loss.ts";
import { planAutomations } from "./automations.ts";
import { deploymentFile } from "./deployments.ts";
import { planFlows } from "./flows.ts";
import { readGraph } from "./graph.ts";
import { helperFiles } from "./helper/files.ts";
import { flowsFile, poolsOf } from "./module.ts";
import { readOptions, readVersion } from "./options.ts";
import { manifestFile, readmeFile, setupFile } from "./project.ts";
import { scheduleLosses } from "./schedules.ts";
import { LONGEST_DESCRIPTION } from "./steps.ts";
import { VERDICTS } from "./verdicts.ts";

/**
 * Writes a snapshot as a project for Prefect 3: flows and tasks that materialize assets, deployments with schedules, and
 * the helper package that runs steps as processes. Pure: the same snapshot and options give the same bytes.
 *
 * The options of this target are `workers` (how many steps one run runs at a time, 4 by default), `pools` (slots of each
 * pool, 1 by default) and `workPool` (`default` by default).
 *
 * @throws {SluiceError} EXPORT_REFUSED for options that there are not, versions that are not 3.9 or a later 3, and texts that
 * no Python file can hold.
 * @example
 * ```ts
 * import { defineAsset, definitions, takeSnapshot } from "sluice";
 * import { exportPrefect } from "sluice/adapters";
 * import assert from "node:assert/strict";
 *
 * const snapshot = takeSnapshot(definitions({ assets: [defineAsset({ key: "orders", run: () => [] })] }));
 * const { files, report } = exportPrefect(snapshot, {
 *   name: "shop",
 *   module: "../shop.ts",
 *   command: ["sluice"],
 *   ticksFromMs: Date.UTC(2026, 0, 1),
 * });
 * assert.ok(files.some(({ path }) => path === "flows.py"));
 * assert.equal(report.target, "prefect");
 * ```
 */
export function exportPrefect(snapshot: Snapshot, given: ExportOptions): ExportedProject {
  const { snapshot: written, options } = keysAsPools(withoutFullCrons(snapshot), given);
  const settings = readOptions(options);
  const version = readVersion(options.targetVersion);
  const { name, ticksFromMs } = options;
  const graph = readGraph(written);
  const plans = [...planFlows(graph, name, ticksFromMs), ...planAutomations(graph, name)];
  const pools = poolsOf(written.steps.map(({ pool }) => pool));
  const files = [
    flowsFile(graph, plans, options, settings),
    deploymentFile(plans, name, version, settings),
    manifestFile(name, version),
    readmeFile(options, version, plans, settings, pools),
    setupFile(name, pools, settings.pools),
    ...helperFiles(),
  ];
  const target = { name: "prefect", version, verdicts: VERDICTS };
  const special = [
    ...sizeLosses(graph.ordered.length, name),
    ...scheduleLosses(snapshot, ticksFromMs),
    ...descriptionLosses(snapshot),
    ...memoryLosses(snapshot),
  ];
  return {
    files: files.toSorted((a, b) => a.path < b.path ? -1 : 1),
    report: reportLosses(snapshot, target, special),
  };
}

/** From so many steps on the size of a project shows. */
const MANY_STEPS = 2_000;

function sizeLosses(steps: number, name: string): readonly Loss[] {
  if (steps <= MANY_STEPS) return [];
  return [{
    feature: "asset",
    subject: `project ${name}`,
    kind: "native",
    how: `One module of ${steps} tasks.`,
    differs:
      "Prefect imports the module for each flow run, and looks at the source of every task: seconds for 2,000 tasks, and most of a minute for 10,000.",
    advice: "Export the parts of the graph that run by themselves as projects of their own.",
  }];
}

/** Values in memory that another step reads: it would not find them. */
function memoryLosses({ assets, steps }: Snapshot): readonly Loss[] {
  const read = new Set(
    steps.flatMap(({ inputs }) => inputs.filter(({ name }) => name !== undefined).map(({ key }) => key)),
  );
  return assets.filter(({ key, io }) => io?.manager === "memory" && read.has(key)).map(({ key }) => ({
    ...VERDICTS["io.memory"],
    feature: "io.memory",
    subject: `asset ${key}`,
    differs: "A value in memory is gone before another step can read it.",
    isFatal: true,
  }));
}

function descriptionLosses({ assets }: Snapshot): readonly Loss[] {
  return assets.filter(({ description = "" }) => [...description].length > LONGEST_DESCRIPTION).map((
    { key },
  ) => ({
    ...VERDICTS["asset.description"],
    feature: "asset.description",
    subject: `asset ${key}`,
    differs: `Only the first ${LONGEST_DESCRIPTION} characters are kept.`,
    advice: "Keep long texts in the metadata.",
  }));
}
