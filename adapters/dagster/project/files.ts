/** What an exported project has around its definitions: how it is installed, how it is loaded, how steps are started. */
import { requireProjectName } from "../../project_name.ts";
import { SluiceError } from "../../../src/model/issue.ts";
import type { ExportOptions } from "../../export.ts";
import { call, layOut, list, name as pythonName } from "../../python/expression.ts";
import { textLiteral } from "../../python/literal.ts";
import type { Site } from "../site.ts";

/** The oldest Dagster that has everything that is written. */
const OLDEST = "1.13";

/** The version of Dagster that is written for, where none is named: the newest that was tried. */
const NEWEST = "1.13.28";

/**
 * The version of Dagster that is written for.
 *
 * @throws {SluiceError} EXPORT_REFUSED for a version before 1.13, which has neither groups of several words nor these
 * freshness policies, and for one of another major version.
 */
export function targetVersion({ targetVersion: version = NEWEST }: ExportOptions): string {
  const [, major, minor] = /^(\d+)\.(\d+)(?:\.|$)/.exec(version) ?? [];
  if (major === "1" && Number(minor) >= Number(OLDEST.slice(2))) return version;
  throw new SluiceError({
    code: "EXPORT_REFUSED",
    message: `Projects are written for Dagster ${OLDEST} and later versions 1, not for ${
      JSON.stringify(version)
    }.`,
    path: ["targetVersion"],
  });
}

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
export function pyproject(packaged: string): string {
  return `[project]
name = "${packaged.replaceAll("_", "-").replace(/-+$/, "")}"
version = "0.1.0"
requires-python = ">=3.10,<3.15"
dependencies = ["dagster>=${OLDEST},<2"]

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

/** Graphs are built by recursion in Dagster: chains that are deeper than this need a higher limit. */
const DEEP = 300;

/** `definitions.py`. */
export function definitionsModule(depth: number): string {
  const isDeep = depth > DEEP;
  return `"""The definitions of this project: all that lies in its folder defs."""

${isDeep ? "import sys\n" : ""}from pathlib import Path

import dagster as dg
${
    isDeep
      ? `\n# Dagster walks chains of assets by recursion\nsys.setrecursionlimit(${1000 + 20 * depth})\n`
      : ""
  }

@dg.definitions
def defs():
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
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

/** The length of the longest chain of steps. */
export function longestChain({ snapshot, assets }: Site): number {
  const readers = new Map<string, string[]>();
  const waiting = new Map<string, number>();
  for (const { name, inputs } of snapshot.steps) {
    const upstream = new Set(
      inputs.map(({ key }) => assets.get(key)?.step as string).filter((each) => each !== name),
    );
    waiting.set(name, upstream.size);
    for (const each of upstream) {
      const found = readers.get(each);
      if (found) found.push(name);
      else readers.set(each, [name]);
    }
  }
  let length = 0;
  let level = [...waiting].filter(([, count]) => count === 0).map(([name]) => name);
  for (; level.length > 0; length++) {
    const next: string[] = [];
    for (const reader of level.flatMap((name) => readers.get(name) ?? [])) {
      const left = (waiting.get(reader) as number) - 1;
      waiting.set(reader, left);
      if (left === 0) next.push(reader);
    }
    level = next;
  }
  return length;
}

/** An empty package. */
export function packageModule(docstring: string): string {
  return `"""${docstring}"""\n`;
}

/** The names of the pools of a snapshot, sorted. */
export function poolsOf({ snapshot }: Site): readonly string[] {
  return [...new Set(snapshot.steps.flatMap(({ pool }) => pool ?? []))].sort();
}

/** `deploy/pools.sh`: limits belong to the instance, not to the code. */
export function poolScript(pools: readonly string[], limits: { readonly [pool: string]: unknown }): string {
  const lines = pools.map((pool) => {
    const limit = Object.hasOwn(limits, pool) ? limits[pool] : 1;
    return `dagster instance concurrency set '${pool}' ${Number.isInteger(limit) ? limit : 1}`;
  });
  return `#!/bin/sh
# Sets the limits of the pools of this project on the instance that DAGSTER_HOME names.
set -eu
${lines.join("\n")}
`;
}

/** `deploy/dagster.yaml`: what the instance should say besides. */
export const INSTANCE_YAML: string =
  `# Merge this into the dagster.yaml of the instance. Limits are set by pools.sh.
concurrency:
  pools:
    granularity: op
    default_limit: 1

# Gives back the slots of runs that ended without doing so
run_monitoring:
  enabled: true
  free_slots_after_run_end_seconds: 300
`;
