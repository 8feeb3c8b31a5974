/** `sluice export`: the graph as a project of another orchestrator. */
import { basename, relative, resolve } from "node:path";
import { FEATURES } from "../../../../adapters/features.ts";
import { isLoss, type Loss, type LossReport, requireCarried } from "../../../../adapters/loss.ts";
import { loadTarget, TARGETS } from "../../../../adapters/targets.ts";
import { writeProject, type WrittenProject } from "../../../../adapters/write_project.ts";
import { takeSnapshot } from "../../../model/snapshot/take.ts";
import { type Command, defineCommand } from "../../command.ts";
import { findModule } from "../../module/load.ts";
import { formatColumns } from "../../print/columns.ts";
import { plural } from "../../print/number.ts";
import type { Page } from "../../print/page.ts";
import { readPairs } from "../../values.ts";
import { usageError } from "../../line/usage.ts";

/** Exports the graph. */
export const exportGraph: Command = defineCommand({
  name: "export",
  summary: "Writes the graph as a project of Dagster, Airflow or Prefect",
  description: [
    "The project loads in the engine by itself, and runs the same TypeScript code, one step per process, by `sluice step`. " +
    "What the engine cannot do is told: as a table here, and in loss-report.json beside the project.",
    "Only what an older export wrote is replaced. The README in the project says how to install, run and deploy it.",
  ],
  takesModule: "second",
  args: { target: { arity: "one", summary: `Where to: ${TARGETS.join(", ")}` } },
  options: {
    out: { type: "text", value: "FOLDER", summary: "Where the project is written" },
    name: { type: "text", value: "NAME", summary: "The name of the project; that of the module by default" },
    "target-version": { type: "text", value: "VERSION", summary: "The version of the engine to write for" },
    command: {
      type: "text",
      value: "WORDS",
      summary: "How the engine starts a step: words between spaces, without a shell",
      default: "sluice",
    },
    bundle: {
      type: "text",
      value: "PATH",
      summary: "The executable of `sluice bundle` that runs the steps, in the place of --command",
    },
    set: {
      type: "text",
      value: "NAME=VALUE",
      summary: "An option of the target; its value is JSON or a text",
      repeats: true,
    },
    strict: { type: "flag", summary: "Fails when anything would be different there" },
    force: { type: "flag", summary: "Writes over files that no export wrote, and over those changed since" },
    "dry-run": { type: "flag", summary: "Shows what would be lost, and writes nothing" },
  },
  examples: [
    { line: "export dagster weather.ts --out deploy/dagster", summary: "A project for Dagster" },
    { line: "export airflow weather.ts --dry-run --strict", summary: "Whether Airflow can do all of it" },
  ],
  async run(call) {
    const { args, options, session, host, notes } = call;
    const plugin = await loadTarget(args.target);
    const definitions = await session.definitions();
    const module = findModule(session.moduleName ?? "", host.cwd);
    const { out } = options;
    if (out === undefined && !options["dry-run"]) {
      throw usageError(
        "sluice export needs a folder to write to.",
        "Write `--out deploy`, or --dry-run to only look.",
      );
    }
    const folder = resolve(host.cwd, out ?? "export");
    const { files, report } = await plugin.createDefinitions(takeSnapshot(definitions), {
      name: options.name ?? projectName(module),
      ticksFromMs: Date.UTC(new Date(host.clock.now()).getUTCFullYear(), 0, 1),
      ...stepCommand(options, relative(folder, module)),
      ...(options["target-version"] !== undefined && { targetVersion: options["target-version"] }),
      ...(options.set.length > 0 && { target: readPairs("--set", options.set) }),
    });
    requireCarried(report, options.strict);
    const written = options["dry-run"] ? undefined : writeProject(folder, files, { force: options.force });
    if (written) notes.note(`Wrote ${told(written)} to ${relative(host.cwd, folder) || "."}.`);
    return {
      text: (page) => formatReport(report, page),
      json: () => ({ target: report.target, folder: written && folder, ...written, report }),
    };
  },
});

function stepCommand(
  { command, bundle }: { readonly command: string; readonly bundle: string | undefined },
  module: string,
): { readonly command: readonly string[]; readonly module?: string } {
  if (bundle !== undefined) return { command: [bundle] };
  const words = command.split(" ").filter((word) => word !== "");
  if (words.length === 0) throw usageError("--command is empty.", "Write `--command sluice`.");
  return { command: words, module: module.replaceAll("\\", "/") };
}

/** A name for a project, from the name of its module. */
function projectName(module: string): string {
  const name = basename(module).replace(/\.[cm]?[jt]sx?$/, "").replace(/[^A-Za-z0-9_]+/g, "_");
  return /^[A-Za-z]/.test(name) ? name : `sluice_${name}`;
}

function told({ written, unchanged, removed }: WrittenProject): string {
  const parts = [
    plural(written.length, "file"),
    ...(unchanged.length > 0 ? [`${unchanged.length} unchanged`] : []),
    ...(removed.length > 0 ? [`${removed.length} removed`] : []),
  ];
  return parts.join(", ");
}

function formatReport({ target, targetVersion, entries }: LossReport, page: Page): string[] {
  const losses = entries.filter(isLoss);
  const count = (kind: Loss["kind"]) => entries.filter((entry) => entry.kind === kind).length;
  const summary = `${target} ${targetVersion}: ${count("native")} native, ${count("emulated")} emulated, ${
    count("refused")
  } refused`;
  if (losses.length === 0) return [`${summary}. Nothing is different there.`];
  return [
    ...formatColumns(losses, [
      { title: "subject", text: ({ subject }) => subject },
      { title: "feature", text: ({ feature }) => FEATURES[feature] },
      { title: "there", text: ({ kind }) => kind },
      { title: "what is different", text: ({ differs, how }) => differs ?? how },
      { title: "advice", text: ({ advice }) => advice ?? "" },
    ], page),
    "",
    `${summary}.`,
  ];
}
