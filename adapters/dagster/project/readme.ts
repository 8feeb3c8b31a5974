/** The README of an exported project. */
import type { ExportOptions } from "../../export.ts";
import type { Site } from "../site.ts";
import type { DagsterVersion } from "../version.ts";
import { instanceYaml, poolsOf } from "./files.ts";

/** What the README tells of. */
export interface ReadmeFacts {
  readonly packaged: string;
  readonly dagster: DagsterVersion;
  readonly hasPools: boolean;
  readonly hasInstance: boolean;
}

/** What the README of a project tells of. */
export function readmeFacts(site: Site, packaged: string): ReadmeFacts {
  return {
    packaged,
    dagster: site.dagster,
    hasPools: poolsOf(site).length > 0,
    hasInstance: instanceYaml(site) !== undefined,
  };
}

/** The README. It holds no text of the user's but the name of the project. */
export function readme(
  { module }: ExportOptions,
  { packaged, dagster, hasPools }: ReadmeFacts,
): string {
  return `# ${packaged}

A Dagster project, written by \`sluice export dagster\`. Edit the graph in TypeScript and export it again, not these files.

- \`src/${packaged}/defs/\`: the assets, checks, jobs and schedules, a statement for each
- \`src/${packaged}/partitions.py\`: the partitions
- \`src/${packaged}/runner.py\`: the command that starts a step
- \`src/${packaged}/sluice/\`: the code that runs steps; it is the same in every export

## Install

Python 3.10 to 3.14. Written for Dagster ${dagster.text}; ${dagster.floor} and later versions 1 load it.

\`\`\`sh
uv sync
\`\`\`

Or \`pip install -e . dagster-dg-cli dagster-webserver\` in an environment of your own.

## Load and run

\`\`\`sh
uv run dg check defs
uv run dg list defs
uv run dg dev
uv run dg launch --assets '*'
uv run dg launch --assets 'key:"orders"' --partition 2026-01-01
\`\`\`

## What a step needs

Every step is a process of its own: the command of \`runner.py\` with \`step${
    module === undefined ? "" : " MODULE"
  }\`. It gets a request on its stdin, and where values lie from its environment:

| Variable | Says |
| --- | --- |
| \`SLUICE_IO\` | where values lie: a folder or \`s3://bucket/prefix\`; the same for all steps |
| \`SLUICE_CONFIG\` | config by step name, as JSON or \`@FILE\`, where a run brings none |
| \`NAME\` or \`NAME_FILE\` | the value of \`secret("NAME")\`, or the file that holds it |

${
    module === undefined
      ? "The command holds the code of the steps."
      : "The module is looked for from the folder of this README. An installed package has no such folder: there, bundle the\nmodule with `sluice bundle`, and name the bundle as the command."
  }

## Deploy

Build the package (\`uv build\`) or an image with this folder in it, with the command of the steps on its PATH, and name
\`${packaged}.definitions\` as the module of the code location. Runs that are launched elsewhere (containers, pods) need the
same variables. Schedules that are on in the graph start with the daemon.
${
    hasPools
      ? "\nLimits of pools belong to the instance: merge `deploy/dagster.yaml` into its own, and run `deploy/pools.sh`.\n"
      : ""
  }
\`loss-report.json\` beside this file says what Dagster does otherwise than Sluice.
`;
}
