/** What an exported project has around its definitions: how it is installed, how it is loaded, how steps are started. */
import type { Snapshot } from "../../../src/model/snapshot/snapshot.ts";
import { KEY_TAG } from "../definitions/jobs.ts";
import { asciiJson } from "../../ascii_json.ts";
import { requireProjectName } from "../../project_name.ts";
import type { ExportOptions } from "../../export.ts";
import { call, layOut, list, name as pythonName } from "../../python/expression.ts";
import { textLiteral } from "../../python/literal.ts";
import type { Site } from "../site.ts";
import type { DagsterVersion } from "../version.ts";

/** Names that a package cannot have. */
const TAKEN: ReadonlySet<string> = new Set(
  ("dagster sluice test tests src defs and as assert async await break class continue def del elif else except finally " +
    "for from global if import in is lambda nonlocal not or pass raise return try while with yield").split(
      " ",
    ),
);

/**
 * The name of the package: that of the project with `_` for `-`, in small letters.
 *
 * @throws {SluiceError} EXPORT_REFUSED for a name that is none.
 */
export function packageName({ name }: Pick<ExportOptions, "name">): string {
  requireProjectName(name);
  const word = name.toLowerCase().replaceAll("-", "_");
  return TAKEN.has(word) ? `${word}_project` : word;
}

/** `pyproject.toml`. */
export function pyproject(packaged: string, { floor }: DagsterVersion): string {
  return `[project]
name = "${packaged.replaceAll("_", "-").replace(/-+$/, "")}"
version = "0.1.0"
requires-python = ">=3.10,<3.15"
dependencies = ["dagster>=${floor},<2"]

[dependency-groups]
dev = ["dagster-dg-cli", "dagster-webserver"]

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[tool.hatch.build.targets.wheel]
packages = ["src/${packaged}"]

[tool.dg]
directory_type = "project"

[tool.dg.project]
root_module = "${packaged}"

[tool.ruff.lint]
select = ["E", "F", "W", "I"]
ignore = ["E501"]
`;
}

/** `runner.py`: what starts the steps. */
export function runnerModule({ command, module }: ExportOptions): string {
  const steps = call("Steps", [], {
    command: list(command.map((word) => textLiteral(word))),
    module: module === undefined ? undefined : textLiteral(module),
    project: pythonName("PROJECT"),
  });
  return `"""How the steps of this project are started."""

from pathlib import Path

from .sluice.steps import Steps

PROJECT = Path(__file__).parents[2]

${layOut(steps, 0, "steps = ", "")}
`;
}

/** The pools of a project, sorted. */
export function poolsOf({ pools }: Site): readonly string[] {
  return [...pools.keys()].sort();
}

/** `deploy/pools.sh`: limits belong to the instance, not to the code. */
export function poolScript(site: Site, limits: { readonly [pool: string]: unknown }): string {
  const lines = poolsOf(site).map((pool) => {
    const limit = Object.hasOwn(limits, pool) ? limits[pool] : 1;
    return `dagster instance concurrency set '${site.pools.get(pool) as string}' ${
      Number.isInteger(limit) ? limit : 1
    }`;
  });
  return `#!/bin/sh
# Sets the limits of the pools of this project on the instance that DAGSTER_HOME names.
set -eu
${lines.join("\n")}
`;
}

const POOLS_YAML = `  # Limits are set by pools.sh
  pools:
    granularity: op
    default_limit: 1
`;

const MONITORING_YAML = `# Gives back the slots of runs that ended without doing so
run_monitoring:
  enabled: true
  free_slots_after_run_end_seconds: 300
`;

const FRESHNESS_YAML = `# Freshness is watched only when this says so
freshness:
  enabled: true
`;

function concurrencyYaml({ jobs }: Snapshot, hasPools: boolean): readonly string[] {
  const limits = new Map<string, number>();
  for (const { concurrency: { key, limit = 1 } = {} } of jobs) {
    if (key !== undefined) limits.set(key, Math.min(limit, limits.get(key) ?? Infinity));
  }
  if (limits.size === 0 && !hasPools) return [];
  const lines = [...limits].sort(([a], [b]) => a < b ? -1 : 1).map(([key, limit]) =>
    `      - key: ${KEY_TAG}\n        value: ${asciiJson(key).trimEnd()}\n        limit: ${limit}\n`
  );
  const runs = lines.length === 0
    ? ""
    : `  # Of the runs of one key only so many go on at once\n  runs:\n    tag_concurrency_limits:\n${
      lines.join("")
    }`;
  return [`concurrency:\n${runs}${hasPools ? POOLS_YAML : ""}`, ...hasPools ? [MONITORING_YAML] : []];
}

/** `deploy/dagster.yaml`: what the instance should say besides; nothing when its defaults do. */
export function instanceYaml({ snapshot, dagster, pools }: Site): string | undefined {
  const watches = snapshot.assets.some(({ freshness }) => freshness !== undefined);
  const parts = [
    ...concurrencyYaml(snapshot, pools.size > 0),
    ...watches && !dagster.has("freshness") ? [FRESHNESS_YAML] : [],
  ];
  return parts.length === 0
    ? undefined
    : ["# Merge this into the dagster.yaml of the instance\n", ...parts].join("\n");
}
