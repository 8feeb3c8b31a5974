/** The README of an exported project. */
import type { ExportOptions } from "../../export.ts";
import type { Site } from "../site.ts";
import { type Example, exampleOf } from "./example.ts";
import { instanceYaml, poolsOf } from "./files.ts";

/** Words of a command that mean nothing to a shell, and nothing in Markdown. */
const PLAIN_WORD = /^[A-Za-z0-9_./:@=+-]+$/;

/** The README. Of the user's text it holds only what is plain: names without signs. */
export function readme(options: ExportOptions, site: Site, packaged: string): string {
  return [
    head(site, packaged),
    install(options, site),
    launch(exampleOf(site, options.ticksFromMs), site, packaged),
    variables(options, site),
    deploy(site, packaged),
  ].join("\n");
}

function head({ snapshot }: Site, packaged: string): string {
  const folder = `src/${packaged}`;
  const hasPartitions = snapshot.partitions.length > 0;
  return `# ${packaged}

A Dagster project, written by \`sluice export dagster\`. The code of its steps is TypeScript, and runs in processes of
its own. Edit the graph in TypeScript and export it again, not these files.

- \`${folder}/defs/\`: the assets, checks, jobs and schedules, a statement for each
${hasPartitions ? `- \`${folder}/partitions.py\`: the partitions\n` : ""}\
- \`${folder}/definitions.py\`: what is loaded
- \`${folder}/runner.py\`: the command that starts a step
- \`${folder}/sluice/\`: the code that runs steps; it is the same in every export
- \`loss-report.json\`: what Dagster does otherwise than Sluice, if anything
`;
}

function install({ command, module }: ExportOptions, { dagster }: Site): string {
  const [program] = command;
  const named = PLAIN_WORD.test(program) ? `\`${program}\`` : "the first word of the command in `runner.py`";
  const code = module === undefined
    ? "It holds the code of the steps."
    : "It loads the module that `runner.py` names, whose path counts from the folder of this README.";
  return `## Install

Python 3.10 to 3.14, and Dagster ${dagster.floor} or a later version 1; it was written for ${dagster.text}.

\`\`\`sh
uv sync
\`\`\`

Or, in an environment of your own, \`pip install -e . dagster-dg-cli dagster-webserver\`; then leave out \`uv run\` below.

Steps are started by ${named}, which must be on the PATH of Dagster's processes. ${code}
`;
}

function launch(example: Example | undefined, { snapshot, ops }: Site, packaged: string): string {
  const configured = snapshot.steps.find(({ takesConfig }) => takesConfig);
  const partition = example?.partition === undefined ? "" : ` --partition '${example.partition}'`;
  const line = `uv run dg launch --assets '${example?.selection ?? 'key:"NAME"'}'${partition}`;
  return `## Load and run

\`\`\`sh
uv run dg check defs
uv run dg list defs
export SLUICE_IO="$PWD/values"
${line}
uv run dg dev
\`\`\`

\`dg launch\` runs what is selected, with the partition that is named${
    example ? "" : " by `--partition`, if there are any"
  }; \`dg dev\` serves the UI, where ranges of partitions
are backfilled. Both forget their runs unless DAGSTER_HOME names a folder. Without \`dg\`, it is
\`dagster dev -m ${packaged}.definitions\`.
${
    configured
      ? `\nConfig of a run names steps by their ops: \`{"ops": {"${
        ops.get(configured.name)
      }": {"config": {"config": ...}}}}\`.\n`
      : ""
  }`;
}

function variables({ module }: ExportOptions, { snapshot }: Site): string {
  const takesConfig = snapshot.steps.some((step) => step.takesConfig);
  return `## What a step needs

A step is the command of \`runner.py\` with \`step${
    module === undefined ? "" : " MODULE"
  }\` behind it. Its request comes on its stdin, and the rest from the environment of
Dagster's processes:

| Variable | Says |
| --- | --- |
| \`SLUICE_IO\` | where values lie: a folder or \`s3://bucket/prefix\`, the same for all steps; default \`.sluice/values\` here |
${takesConfig ? "| `SLUICE_CONFIG` | config by step, as JSON or `@FILE`, where a run brings none |\n" : ""}\
| \`NAME\` or \`NAME_FILE\` | the value of \`secret("NAME")\`, or the file that holds it |
`;
}

function deploy(site: Site, packaged: string): string {
  const hasInstance = instanceYaml(site) !== undefined;
  const hasPools = poolsOf(site).length > 0;
  const schedules = site.snapshot.schedules.length > 0 ||
    site.snapshot.assets.some((asset) => asset.automation);
  return `## Deploy

Put this folder into an image, with the command of the steps, and name \`${packaged}.definitions\` as the module of the code
location. A package (\`uv build\`) loads too, but has no folder that a module could be found from: export with the executable
of \`sluice bundle\` as the command then. Runs that are launched elsewhere (containers, pods) need the same variables.
${schedules ? "Schedules and sensors that are on in the graph start with the daemon.\n" : ""}${
    hasInstance
      ? `\nWhat belongs to the instance: merge \`deploy/dagster.yaml\` into its own${
        hasPools ? ", and run `deploy/pools.sh` for the limits of pools" : ""
      }.\n`
      : ""
  }`;
}
