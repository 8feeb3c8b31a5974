/** The definitions of an exported project, module by module, and the helpers that they use. */
import type { ExportedFile } from "../../export.ts";
import { externalStatement, stepStatement } from "../definitions/assets.ts";
import { checkStatement } from "../definitions/checks.ts";
import { jobStatements } from "../definitions/jobs.ts";
import type { Statement } from "../definitions/names.ts";
import { scheduleStatements } from "../definitions/schedules.ts";
import { sensorStatements } from "../definitions/sensors.ts";
import { hookStatements } from "../definitions/hooks.ts";
import { undoStatements } from "../definitions/undo.ts";
import { userSensorStatements } from "../definitions/user_sensors.ts";
import { ASSETS } from "../helper/assets.ts";
import { CONDITIONS } from "../helper/conditions.ts";
import { OUTPUTS } from "../helper/outputs.ts";
import { STEPS } from "../helper/steps.ts";
import { HOOKS } from "../helper/hooks.ts";
import { LOOKS } from "../helper/looks.ts";
import { TICKS } from "../helper/ticks.ts";
import { UNDO } from "../helper/undo.ts";
import type { Site } from "../site.ts";
import { definitionsModule } from "./definitions.ts";
import { HELPERS, pythonModule } from "./python.ts";

/** Statements of one module: larger ones are cut. */
const MOST_STATEMENTS = 500;

/** A module of the folder `defs`. */
interface Module {
  readonly name: string;
  readonly text: string;
}

/** The files below the package. Partitions come last: writing the others names mappings in them. */
export function definitionFiles(site: Site): readonly ExportedFile[] {
  const { assets, checks } = stepModules(site);
  const { snapshot } = site;
  const jobs = snapshot.jobs.flatMap((job) => jobStatements(job, site));
  const schedules = snapshot.schedules.flatMap((schedule) => scheduleStatements(schedule, site));
  const sensors = sensorStatements(site);
  const declared = (snapshot.sensors ?? []).map((sensor) => userSensorStatements(sensor, site));
  const targets = declared.flatMap((each) => each.jobs);
  const looking = declared.flatMap((each) => each.sensors);
  const undoing = undoStatements(site);
  const hooks = hookStatements(site);
  const modules = [
    ...assets,
    ...checks,
    ...moduleOf("schedules", "The jobs and schedules.", [...jobs, ...schedules, ...targets, ...looking]),
    ...moduleOf("sensors", "The sensors.", sensors),
    ...moduleOf("hooks", "What tells hooks of jobs about their runs.", hooks),
    ...moduleOf("undo", "What undoes the runs that have failed.", undoing.all),
  ];
  const contents = {
    assets: assets.map(({ name }) => name),
    checks: checks.map(({ name }) => name),
    jobs: [...namesIn("schedules", [...jobs, ...targets]), ...namesIn("undo", undoing.jobs)],
    schedules: namesIn("schedules", schedules),
    sensors: [
      ...namesIn("sensors", sensors),
      ...namesIn("schedules", looking),
      ...namesIn("hooks", hooks.slice(1)),
      ...namesIn("undo", undoing.sensors),
    ],
  };
  const partitions = site.partitions.write();
  return [
    { path: "definitions.py", text: definitionsModule(contents, site) },
    { path: "defs/__init__.py", text: packageModule("What `definitions.py` loads.") },
    ...modules.map(({ name, text }) => ({ path: `defs/${name}.py`, text })),
    ...partitions === undefined ? [] : [{ path: "partitions.py", text: partitions }],
    ...helperFiles(modules),
  ];
}

/** An empty package. */
export function packageModule(docstring: string): string {
  return `"""${docstring}"""\n`;
}

function stepModules(
  site: Site,
): { readonly assets: readonly Module[]; readonly checks: readonly Module[] } {
  const { assets, steps } = site.snapshot;
  const made = steps.filter(({ kind }) => kind === "asset" || kind === "multi-asset");
  const checks = steps.filter(({ kind }) => kind === "check");
  return {
    assets: modulesOf("assets", "The assets.", [
      ...assets.filter(({ isExternal }) => isExternal).map((asset) => externalStatement(asset, site)),
      ...made.map((step) => stepStatement(step, site)),
    ]),
    checks: modulesOf(
      "checks",
      "The checks that are steps of their own.",
      checks.map((step) => checkStatement(step, site)),
    ),
  };
}

function modulesOf(name: string, docstring: string, blocks: readonly string[]): readonly Module[] {
  const count = Math.ceil(blocks.length / MOST_STATEMENTS);
  return Array.from({ length: count }, (_, index) => ({
    name: count === 1 ? name : `${name}_${String(index + 1).padStart(3, "0")}`,
    text: moduleText(docstring, blocks.slice(index * MOST_STATEMENTS, (index + 1) * MOST_STATEMENTS)),
  }));
}

function moduleOf(name: string, docstring: string, statements: readonly Statement[]): readonly Module[] {
  return statements.length === 0
    ? []
    : [{ name, text: moduleText(docstring, statements.map(({ text }) => text)) }];
}

function namesIn(module: string, statements: readonly Statement[]): readonly string[] {
  return statements.map(({ variable }) => `${module}.${variable}`);
}

function moduleText(docstring: string, blocks: readonly string[]): string {
  return pythonModule({ docstring, blocks, gap: 2 });
}

/** The fixed modules that are used. */
function helperFiles(modules: readonly Module[]): readonly ExportedFile[] {
  const lines = modules.flatMap(({ text }) =>
    /^from \.\.sluice import (.+)$/m.exec(text)?.[1].split(", ") ?? []
  );
  const used = new Set([...lines, ...lines.includes("looks") ? ["ticks"] : []]);
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
  hooks: HOOKS,
  looks: LOOKS,
  ticks: TICKS,
  undo: UNDO,
};
