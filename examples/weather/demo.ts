/**
 * The demo: plan, backfill four years, read a report, change one day, see what became stale, repair only that; then
 * carry the same graph to Dagster, Airflow and Prefect.
 *
 * It can be killed at any time and started again: what was recorded is not made twice. `--fresh` starts over,
 * `--runs N` cuts the backfill into at most N runs per group, `--folder DIR` says where everything is kept.
 */
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createOrchestrator, explain, type Orchestrator, type RunPlan, takeSnapshot } from "sluice";
import { isLoss, loadTarget, TARGETS, writeProject } from "sluice/adapters";
import weather, { chart, day, kind, month, raw, report, station } from "./definitions.ts";
import { followProgress } from "./progress.ts";
import { lineVersion, packagedRecords, readRecords } from "./records.ts";

const { values: options } = parseArgs({
  options: {
    folder: { type: "string", default: ".sluice/weather" },
    fresh: { type: "boolean", default: false },
    runs: { type: "string", default: "1" },
  },
});
const folder = resolve(options.folder);
const recordsFile = `${folder}/seattle-weather.csv`;
const CHANGED_DAY = "2014-07-20";

if (options.fresh) await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
await copyFile(packagedRecords, recordsFile);
process.env.WEATHER_RECORDS = recordsFile;

const startedMs = performance.now();
await using sluice = createOrchestrator(weather, { folder });

await timed("Looking for what an earlier start left", () => finishEarlier(sluice));
await timed("Reading the versions of 1,461 records", () => reportRecords(sluice));
await timed("Backfilling 2012 to 2015", () => makeWhatIsDue(sluice, "stale"));
await showReport(sluice, "2015");
await timed(`Changing the record of ${CHANGED_DAY}`, () => changeDay(sluice, CHANGED_DAY));
await timed("Repairing only what became stale", () => makeWhatIsDue(sluice, "stale"));
await timed("Carrying the same graph to other engines", exportGraph);
console.log(
  `\nAll done in ${seconds(performance.now() - startedMs)}. Start it again: it makes only what differs.`,
);

/** Does something under a heading, and says how long it took. */
async function timed(what: string, work: () => Promise<void>): Promise<void> {
  console.log(`\n${what}`);
  const beganMs = performance.now();
  await work();
  console.log(`  ${seconds(performance.now() - beganMs)}`);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

/** Finishes the run that a killed process left behind, if there is one. */
async function finishEarlier(sluice: Orchestrator): Promise<void> {
  const interrupted = await sluice.runs({ status: ["interrupted", "running", "queued"] });
  if (interrupted.length === 0) return console.log("  nothing was interrupted");
  for (const { id, steps } of interrupted) {
    console.log(`  run ${id} was interrupted after ${steps.success} of ${steps.total} steps: finishing it`);
  }
  const progress = followProgress(sluice, 0);
  await sluice.recover();
  progress.end();
}

/** Tells the history which version of each day's record there is. Versions that did not change change nothing. */
async function reportRecords(sluice: Orchestrator): Promise<void> {
  const records = await readRecords(recordsFile);
  const reports = [...records.values()].map((line) => ({
    partition: line.date,
    dataVersion: lineVersion(line),
  }));
  await sluice.report(station, reports);
}

/** Shows the plan, executes it with a progress bar, and says what came of it. */
async function makeWhatIsDue(sluice: Orchestrator, scope: "missing" | "stale"): Promise<void> {
  const plan = await sluice.planBackfill({ scope, runs: Number(options.runs) });
  if (plan.cellCount === 0) return console.log("  nothing to do: everything is there and up to date");
  showPlan(plan.whole);
  const progress = followProgress(sluice, plan.cellCount);
  const result = await sluice.backfill(plan);
  progress.end();
  console.log(`  ${result.status}: ${plan.cellCount} steps in ${result.runs.length} runs`);
  if (result.status !== "success") process.exitCode = 1;
}

/** Prints what would be made, and why. */
function showPlan(plan: RunPlan): void {
  for (const { step, because } of explain(plan)) {
    for (const { text, partitions } of because) {
      const which = !partitions
        ? "one value"
        : partitions.count === 1
        ? `partition ${partitions.first}`
        : `${partitions.count} partitions, ${partitions.first} to ${partitions.last}`;
      console.log(`  ${step.padEnd(30)} ${which.padEnd(46)} ${text}`);
    }
  }
}

async function showReport(sluice: Orchestrator, year: string): Promise<void> {
  console.log(`\n${String(await sluice.load(report, year)).trimEnd()}\n`);
  console.log("Written:");
  const examples = [
    [raw, "2012-01-01"],
    [day, "2012-01-01"],
    [month, "2015-12"],
    [kind, "sun|2015"],
    [report, year],
    [chart, year],
  ] as const;
  for (const [asset, partition] of examples) {
    const { materialized } = await sluice.partitions(asset);
    console.log(
      `  ${String(materialized.size).padStart(5)} of ${asset.key}, such as ${
        sluice.locate(asset, partition)
      }`,
    );
  }
}

/** Changes one line of the file, as the station would when it corrects a record. */
async function changeDay(sluice: Orchestrator, day: string): Promise<void> {
  const text = await readFile(recordsFile, "utf8");
  const before = text.split("\n").find((line) => line.startsWith(day)) as string;
  const after = before.split(",").with(1, "41.5").with(5, "rain").join(",");
  await writeFile(recordsFile, text.replace(before, after));
  console.log(`  ${before}  becomes  ${after}`);
  await reportRecords(sluice);
}

/** Writes a project for each engine. The step processes that it starts run the module that this demo has run. */
async function exportGraph(): Promise<void> {
  const snapshot = takeSnapshot(weather);
  const module = fileURLToPath(new URL("definitions.ts", import.meta.url));
  for (const target of TARGETS) {
    const project = `${folder}/exports/${target}`;
    const plugin = await loadTarget(target);
    const { files, report } = await plugin.createDefinitions(snapshot, {
      name: "weather",
      module: relative(project, module).replaceAll("\\", "/"),
      command: ["sluice"],
      ticksFromMs: Date.UTC(2026, 0, 1),
    });
    writeProject(project, files);
    const losses = new Set(report.entries.filter(isLoss).map(({ feature }) => feature));
    const told = losses.size === 0
      ? "nothing is different there"
      : `different there: ${[...losses].join(", ")}`;
    console.log(`  ${target.padEnd(8)} ${String(files.length).padStart(2)} files; ${told}`);
  }
}
