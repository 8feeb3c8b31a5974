/** What makes a project of the modules: its manifest, the script that sets a server up, and its README. */
import type { ExportedFile, ExportOptions } from "../export.ts";
import { assignment, pairs } from "../python/expression.ts";
import { numberLiteral, textLiteral } from "../python/literal.ts";
import type { FlowPlan } from "./flows.ts";
import { limitName } from "./names.ts";
import type { PrefectOptions } from "./options.ts";

/** `pyproject.toml`. */
export function manifestFile(name: string, version: string): ExportedFile {
  const text = `[project]
name = "${name}"
version = "0.0.0"
description = "Flows exported from Sluice"
requires-python = ">=3.11"
dependencies = ["prefect>=${version},<4", "tzdata"]

[tool.ruff.lint.pycodestyle]
# Texts and keys of assets stand on one line.
max-line-length = 320
`;
  return { path: "pyproject.toml", text };
}

/** `setup_server.py`: limits are records of the server, which no flow can make by being deployed. */
export function setupFile(
  name: string,
  pools: readonly string[],
  sizes: PrefectOptions["pools"],
): ExportedFile {
  const limits = pools.map((pool) =>
    [textLiteral(limitName(name, pool)), numberLiteral(sizes[pool] ?? 1)] as const
  );
  const text = `"""Makes the global concurrency limits that the steps of this project wait for."""

from prefect.client.orchestration import get_client

${assignment("LIMITS", pairs(limits))}


def main() -> None:
    """Makes each limit, or sets it to its size."""
    with get_client(sync_client=True) as client:
        for name, limit in LIMITS.items():
            client.upsert_global_concurrency_limit_by_name(name, limit)


if __name__ == "__main__":
    main()
`;
  return { path: "setup_server.py", text };
}

/** `README.md`. */
export function readmeFile(
  { name, module }: ExportOptions,
  version: string,
  plans: readonly FlowPlan[],
  { workPool, workers }: PrefectOptions,
  pools: readonly string[],
): ExportedFile {
  const steps = module === undefined
    ? "The steps are in the command itself."
    : "The command loads the module of the definitions, by its path from this folder: both must be on the machine of the worker.";
  const text = `# ${name}

Flows for Prefect, exported from Sluice. They are written for Prefect ${version} and later versions 3; do not edit
them, but export again.

| File              | What it is                                                             |
| ----------------- | ---------------------------------------------------------------------- |
| \`flows.py\`        | The assets, steps and flows of this project                            |
| \`sluice_prefect/\` | What they are made with: processes, partitions, ticks                  |
| \`prefect.yaml\`    | One deployment for each flow, with its schedules                       |
| \`setup_server.py\` | Makes the concurrency limits on the server; run it before the first run |

## Install

    python -m pip install "prefect>=${version},<4" tzdata

Every step runs as a process, by the command in \`COMMAND\` of \`flows.py\`. ${steps}
Values lie where \`SLUICE_IO\` says, resources and secrets come from the environment of the worker: set them there.

## Run

    python -c "import flows; flows.run_all()"

This starts a temporary server unless \`PREFECT_API_URL\` names one. Partitions are a parameter:
\`flows.run_all(partition="...")\` takes a key, a range \`"A...B"\` or a list of keys. One run runs at most ${workers} steps at a time.

## Deploy

    prefect server start
    prefect work-pool create ${workPool} --type process
${pools.length > 0 ? "    python setup_server.py\n" : ""}    prefect --no-prompt deploy --all
    prefect worker start --pool ${workPool}

${
    pools.length > 0
      ? POOLS
      : ""
  }A schedule that is taken out of the definitions stays on the server until \`prefect deployment schedule clear\` is called.

## What a run comes to

A flow is Completed only when nothing in it failed. A skipped step is Cancelled with the name Skipped; steps behind
a skipped or failed one are NotReady. Exit code 78 of a step is never tried again; 75 and others are, as often as the
step says. When a run is cancelled its processes are sent SIGTERM, and SIGKILL after five seconds.
${backfillText(plans)}`;
  return { path: "README.md", text };
}

const POOLS =
  `Steps of a pool wait for a slot of its global concurrency limit, and fail where the server does not have it.
Within one run the sizes of \`PROJECT\` hold as well.

`;

function backfillText(plans: readonly FlowPlan[]): string {
  if (!plans.some(({ isBackfill }) => isBackfill)) return "";
  return `
## Backfill

The flow \`backfill\` makes a range of partitions (\`first\`, \`last\`), a list (\`partitions\`) or all, upstream first; what reads
several partitions of another step waits for these. \`partitions_per_task\` says how many one process takes.
`;
}
