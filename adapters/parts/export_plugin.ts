/** What the plugins of all targets that are exported to have in common. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { ScheduleSnapshot, Snapshot } from "../../src/model/snapshot/snapshot.ts";
import { type Issue, SluiceError } from "../../src/model/issue.ts";
import { parseName } from "../../src/model/name.ts";
import { quote } from "../../src/model/quote.ts";
import { parseSnapshot } from "../../src/model/snapshot/parse.ts";
import { openCadence } from "../../src/model/time/cadence.ts";
import type { JsonRecord } from "../../src/model/snapshot/snapshot.ts";
import type { ExportedFile, ExportedProject, Exporter, ExportOptions } from "../export.ts";
import { asciiJson } from "../ascii_json.ts";
import { requireCarried } from "../loss.ts";
import { isProjectName } from "../project_name.ts";
import type { ConnectionOptions, HelmOptions, OrchestratorPlugin } from "../plugin.ts";
import { PLUGIN_API_VERSION } from "../plugin.ts";
import { type Probe, probeService } from "./connection.ts";
import { type LineageOptions, sendLineage } from "./lineage.ts";
import { resourcesOf } from "./sizes.ts";
import { assetsFromTransforms } from "./transforms.ts";

/** What a user may set for the plugin of a target. */
export interface ExportPluginOptions {
  /** What exports are written with, unless a call says otherwise. */
  readonly export?: Partial<ExportOptions>;
  /** Where lineage events go. Default: nowhere. */
  readonly lineage?: LineageOptions;
}

/** What tells the plugin of one target from that of another. */
export interface TargetSpec {
  /** The target's name. */
  readonly name: string;
  /** What it is, for people. */
  readonly description: string;
  /** Writes a graph for it. */
  readonly exporter: Exporter;
  /** The variable of the environment that names the service's address, and the address without it. */
  readonly address: { readonly variable: string; readonly local: string };
  /** How the service is looked at. */
  readonly probe: Omit<Probe, "url">;
  /** The name and the text of the file by which the target finds an exported project. */
  readonly entryPoint: (productName: string) => ExportedFile;
  /** Values for the chart. */
  readonly helmValues: (options: HelmOptions) => JsonRecord;
}

/** The version of the plugins that come with Sluice. */
const VERSION = "0.1.0";

/** The plugin of a target. */
export function createExportPlugin(
  target: TargetSpec,
  options: ExportPluginOptions,
): OrchestratorPlugin<ExportedProject> {
  const scheduled = new Map<string, ScheduleSnapshot>();
  const write = (snapshot: Snapshot, given?: Partial<ExportOptions>): ExportedProject =>
    target.exporter(snapshot, { ...DEFAULTS, ...options.export, ...given });
  const writeAll = (snapshot: Snapshot, given?: Partial<ExportOptions>): ExportedProject =>
    write(withSchedules(snapshot, scheduled), given);
  return Object.freeze(
    {
      name: target.name,
      version: VERSION,
      apiVersion: PLUGIN_API_VERSION,
      description: target.description,
      dependencies: Object.freeze([]),
      createDefinitions: (snapshot: unknown, given?: Partial<ExportOptions>) =>
        withReport(writeAll(parseSnapshot(snapshot), given)),
      createAssetsFromTransforms: assetsFromTransforms,
      generateAssets: (snapshot: Snapshot, given?: Partial<ExportOptions>) =>
        write(assetsOnly(snapshot), given).files,
      generateSchedules: (snapshot: Snapshot, given?: Partial<ExportOptions>) =>
        addedFiles(write({ ...snapshot, schedules: [] }, given).files, writeAll(snapshot, given).files),
      generateSensors: () => [],
      generateEntryPointCode: async ({ productName, outputDir }) => {
        const { path, text } = target.entryPoint(requireProductName(productName));
        await mkdir(outputDir, { recursive: true });
        const file = join(outputDir, path);
        await writeFile(file, text);
        return file;
      },
      getHelmValues: (given: HelmOptions = {}) => target.helmValues(given),
      validateConnection: (given: ConnectionOptions = {}) => {
        const { variable, local } = target.address;
        const url = (given.url ?? process.env[variable] ?? local).replace(/\/+$/, "");
        return probeService({ ...target.probe, url }, given);
      },
      getResourceRequirements: resourcesOf,
      emitLineageEvent: (event) => sendLineage(event, options.lineage ?? {}),
      scheduleJob: (jobName: string, cron: string, timezone: string) => {
        parseName("job", jobName);
        openCadence(cron, timezone);
        scheduled.set(jobName, scheduleOf(jobName, cron, timezone));
      },
    } satisfies OrchestratorPlugin<ExportedProject>,
  );
}

/** The project with its loss report as a file; what would do something else there is refused. */
function withReport({ files, report }: ExportedProject): ExportedProject {
  requireCarried(report, false);
  const all = [...files, { path: "loss-report.json", text: asciiJson(report) }];
  return { files: all.sort((a, b) => a.path < b.path ? -1 : 1), report };
}

const DEFAULTS: ExportOptions = Object.freeze({ name: "sluice", command: ["sluice"], ticksFromMs: 0 });

function scheduleOf(job: string, cron: string, timezone: string): ScheduleSnapshot {
  return {
    name: `${job}_schedule`,
    crons: [cron],
    timezone,
    job,
    selection: [],
    assets: [],
    runs: "last",
    enabled: true,
    catchUp: false,
    config: {},
    tags: {},
  };
}

/** The snapshot with the schedules that were added by hand, each with what its job runs. */
function withSchedules(snapshot: Snapshot, scheduled: ReadonlyMap<string, ScheduleSnapshot>): Snapshot {
  if (scheduled.size === 0) return snapshot;
  const issues: Issue[] = [];
  const added = [...scheduled.values()].flatMap((schedule) => {
    const job = snapshot.jobs.find(({ name }) => name === schedule.job);
    if (!job) {
      const message = `The schedule of the job ${quote(schedule.job ?? "")} has no job to run.`;
      const hint = `Jobs are ${snapshot.jobs.map(({ name }) => name).join(", ") || "none"}.`;
      issues.push({ code: "PLUGIN_INVALID", message, path: ["schedules", schedule.name], hint });
      return [];
    }
    const { selection, assets, config, tags } = job;
    const steps = snapshot.assets.filter(({ key, isExternal }) => !isExternal && assets.includes(key));
    const partitions = steps.find((asset) => asset.partitions !== undefined)?.partitions;
    return [{
      ...schedule,
      selection,
      assets,
      config,
      tags,
      ...(partitions !== undefined && { partitions }),
    }];
  });
  const [first, ...rest] = issues;
  if (first) throw new SluiceError([first, ...rest]);
  const kept = snapshot.schedules.filter(({ name }) => !added.some((schedule) => schedule.name === name));
  return { ...snapshot, schedules: [...kept, ...added].sort((a, b) => a.name < b.name ? -1 : 1) };
}

function assetsOnly(snapshot: Snapshot): Snapshot {
  return { ...snapshot, jobs: [], schedules: [] };
}

/** The files that are new or other than before. */
function addedFiles(
  before: readonly ExportedFile[],
  after: readonly ExportedFile[],
): readonly ExportedFile[] {
  const texts = new Map(before.map(({ path, text }) => [path, text]));
  return after.filter(({ path, text }) => texts.get(path) !== text);
}

/** A name that can stand in code and in paths. */
function requireProductName(name: string): string {
  if (isProjectName(name)) return name;
  throw new SluiceError({
    code: "PLUGIN_INVALID",
    message: `${quote(String(name))} cannot be the name of a product.`,
    path: ["productName"],
    hint: "A name is a letter, then letters, digits, _ and -.",
  });
}
