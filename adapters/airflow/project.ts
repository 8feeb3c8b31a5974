/** What stands beside the Dags: how to install, load, run and deploy them. */
import { asciiJson } from "../ascii_json.ts";
import type { ExportedFile, ExportOptions } from "../export.ts";
import type { DagPlan } from "./dags.ts";
import { type AirflowOptions, TESTED } from "./options.ts";

/** The files beside the Dags; `pools` are the names of those that are used. */
export function projectFiles(
  plans: readonly DagPlan[],
  pools: readonly string[],
  helpers: readonly string[],
  { exported, options }: { readonly exported: ExportOptions; readonly options: AirflowOptions },
): readonly ExportedFile[] {
  return [
    { path: "README.md", text: readme(plans, pools, exported, options) },
    { path: "dags/.airflowignore", text: `${helpers.map((name) => `${name}.py`).join("\n")}\n` },
    { path: "pyproject.toml", text: pyproject(exported, options) },
    ...pools.length > 0 ? [{ path: "pools.json", text: poolsJson(pools, options) }] : [],
  ];
}

/** For `airflow pools import`. */
function poolsJson(pools: readonly string[], options: AirflowOptions): string {
  const entries = pools.map((pool) =>
    [pool, {
      slots: Object.hasOwn(options.pools, pool) ? options.pools[pool] : 1,
      description: "Of Sluice",
      include_deferred: false,
    }] as const
  );
  return asciiJson(Object.fromEntries(entries));
}

const PROVIDERS: { readonly [runner in AirflowOptions["runner"]]: readonly string[] } = {
  process: [],
  docker: ["apache-airflow-providers-docker"],
  kubernetes: ["apache-airflow-providers-cncf-kubernetes"],
};

/** The releases of Airflow that will do; a pre-release is named, since installers take no other. */
function requirement(version: string): string {
  const [major, minor] = version.split(".");
  return `apache-airflow>=${/[a-z]/.test(version) ? version : `${major}.${minor}`},<4`;
}

function pyproject({ name }: ExportOptions, { runner, version }: AirflowOptions): string {
  const all = [requirement(version), ...PROVIDERS[runner]];
  return [
    "[project]",
    `name = "${name}"`,
    'version = "0"',
    'requires-python = ">=3.10"',
    `dependencies = [${all.map((each) => `"${each}"`).join(", ")}]`,
    "",
    "[tool.ruff]",
    'src = ["dags"]',
    "",
    "[tool.ruff.lint]",
    'select = ["AIR", "E", "F", "W", "I"]',
    "",
  ].join("\n");
}

function readme(
  plans: readonly DagPlan[],
  pools: readonly string[],
  { name, command }: ExportOptions,
  { version, runner, image }: AirflowOptions,
): string {
  const [major, minor] = version.split(".");
  const rows = plans.map(({ id, origin }) => `| \`${id}\` | ${ORIGINS[origin.kind]} |`);
  const [program] = command;
  return [
    `# ${name} on Airflow`,
    "",
    "Written by `sluice export airflow`. Change the definitions and export again; what is changed here is lost.",
    `Written for Airflow ${major}.${minor}; the exporter is tested with ${TESTED}.`,
    "",
    "## Install and load",
    "",
    "```sh",
    `pip install "${requirement(version)}"${PROVIDERS[runner].map((each) => ` ${each}`).join("")}`,
    'export AIRFLOW__CORE__DAGS_FOLDER="$PWD/dags"',
    "airflow db migrate",
    ...pools.length > 0 ? ["airflow pools import pools.json"] : [],
    "airflow dags list-import-errors",
    "airflow standalone",
    "```",
    "",
    ...pools.length > 0
      ? ["A task whose pool does not exist waits for ever: import the pools first.", ""]
      : [],
    "## What there is",
    "",
    "| Dag | Why |",
    "| --- | --- |",
    ...rows,
    "",
    "Each task is one step. It runs `sluice step` with the request on its standard input, and reads the outcome from",
    "its standard output; everything else that the step writes is the task's log. Values go from step to step through",
    "the IO place, never through Airflow.",
    "",
    "## Run",
    "",
    "```sh",
    `airflow dags test ${plans[0]?.id ?? name}`,
    `airflow dags trigger ${plans[0]?.id ?? name} --conf '{"partitions": ["2026-01-01"]}'`,
    "```",
    "",
    'The param `partitions` is a key, a list of keys or `{"start": ..., "end": ...}`, which is one run for all of them.',
    "Config of a step is the param `config.<step>`.",
    "",
    "## Deploy",
    "",
    runner === "process"
      ? `Workers need the program \`${
        String(program).replace(/[^\x20-\x5f\x61-\x7e]/g, "?")
      }\` on their PATH, and the user's module where the Dags name it.`
      : `Steps run in the image \`${String(image).replace(/[^\x20-\x5f\x61-\x7e]/g, "?")}\`.`,
    "Their environment names the IO place (`SLUICE_IO`), resources and secrets; nothing of these is in the Dags.",
    "The folder `dags` is the root of the bundle: the helper module must lie beside the Dags.",
    "",
  ].join("\n");
}

const ORIGINS: { readonly [kind in DagPlan["origin"]["kind"]]: string } = {
  schedule: "A schedule",
  job: "A job, run by hand",
  automation: "Assets that are made by themselves",
  rest: "Assets of no other Dag, run by hand",
};
