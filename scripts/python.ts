/** Pythons with the real engines in them, for the conformance suites. Everything made here stays in the checkout. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { root, run, succeeds, type Variables } from "./process.ts";

/** An engine, and what its Python holds. */
export interface Engine {
  /** Its name, for people. */
  readonly name: string;
  /** The variable that names a Python which has it; the tests read it, and who sets it keeps their own. */
  readonly variable: string;
  /** The folder of its environment below `.venv/`. */
  readonly folder: string;
  /** The Pythons that it supports. */
  readonly versions: string;
  /** What is installed. */
  readonly requirements: readonly string[];
  /** What counts in the place of what the packages themselves require. */
  readonly overrides?: readonly string[];
  /** Whether its suites are skipped where it cannot be installed: old versions ask for old Pythons. */
  readonly isExtra?: boolean;
  /** Whether its suites are run at full scale only. */
  readonly isFullOnly?: boolean;
  /** Whether versions that are not released yet are taken. */
  readonly takesPrereleases?: boolean;
}

/** The engines that exports are run in. Each has the formatter and linter that generated code is held to. */
export const engines: readonly Engine[] = [
  {
    name: "Dagster",
    variable: "SLUICE_DAGSTER_PYTHON",
    folder: "dagster",
    versions: ">=3.10,<3.15",
    requirements: ["dagster>=1.13.27", "dagster-webserver", "dagster-aws", "moto[server]", "ruff"],
  },
  {
    name: "the oldest Dagster",
    variable: "SLUICE_DAGSTER_OLDEST_PYTHON",
    folder: "dagster-oldest",
    versions: ">=3.10,<3.13",
    requirements: ["dagster==1.11.0", "ruff"],
    isExtra: true,
  },
  {
    name: "Airflow",
    variable: "SLUICE_AIRFLOW_PYTHON",
    folder: "airflow",
    versions: ">=3.10,<3.15",
    requirements: ["apache-airflow==3.3.2", "ruff"],
  },
  {
    name: "Airflow 3.1",
    variable: "SLUICE_AIRFLOW_3_1_PYTHON",
    folder: "airflow-3.1",
    versions: ">=3.10,<3.14",
    requirements: ["apache-airflow==3.1.*", "ruff"],
    isExtra: true,
    isFullOnly: true,
  },
  {
    name: "Airflow 3.2",
    variable: "SLUICE_AIRFLOW_3_2_PYTHON",
    folder: "airflow-3.2",
    versions: ">=3.10,<3.15",
    // Its API does not start with a newer FastAPI, which 3.3 refuses and 3.2 does not.
    requirements: ["apache-airflow==3.2.*", "fastapi<0.137", "ruff"],
    isExtra: true,
    isFullOnly: true,
  },
  {
    name: "Airflow 3.4",
    variable: "SLUICE_AIRFLOW_3_4_PYTHON",
    folder: "airflow-3.4",
    versions: ">=3.10,<3.15",
    requirements: ["apache-airflow>=3.4.0.dev0,<3.5", "ruff"],
    isExtra: true,
    isFullOnly: true,
    takesPrereleases: true,
  },
  {
    name: "Prefect",
    variable: "SLUICE_PREFECT_PYTHON",
    folder: "prefect",
    versions: ">=3.11,<3.15",
    requirements: ["prefect==3.9.1", "ruff"],
    overrides: ["certifi>=2024"],
  },
];

/** Caches and interpreters below the checkout. The system's certificates count, as they do for npm and pip. */
const variables: Variables = {
  UV_CACHE_DIR: `${root}.cache/uv`,
  UV_PYTHON_INSTALL_DIR: `${root}.cache/python`,
  UV_SYSTEM_CERTS: "true",
  PIP_CACHE_DIR: `${root}.cache/pip`,
  PIP_DISABLE_PIP_VERSION_CHECK: "1",
};

/** A Python that has what is required, or why there is none. */
export type Python = { readonly path: string } | { readonly absent: string } | { readonly failed: string };

/** Gives the Python that the engine's variable names, or else makes one below `.venv/` unless it is there already. */
export async function preparePython(engine: Engine): Promise<Python> {
  const given = process.env[engine.variable];
  if (given) return { path: given };

  const folder = `${root}.venv/${engine.folder}`;
  const path = executable(folder, "python");
  const stamp = `${folder}/.requirements`;
  const wanted = [engine.versions, ...engine.requirements, ...engine.overrides ?? []].join("\n");
  if (existsSync(path) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return { path };

  const uv = await findUv();
  if (!uv) return { absent: "there is neither uv nor a python3 with venv or pip to get it by" };
  if (!await install(uv, engine, folder)) {
    const reason = `uv could not install ${engine.name}; its reason is above`;
    return engine.isExtra ? { absent: reason } : { failed: reason };
  }
  writeFileSync(stamp, wanted);
  return { path };
}

async function install(uv: string, engine: Engine, folder: string): Promise<boolean> {
  const path = executable(folder, "python");
  const venv = [uv, "venv", "--quiet", "--clear", "--python", engine.versions, folder];
  if (await run(venv, { variables }) !== 0) return false;
  const overrides = `${folder}/overrides.txt`;
  if (engine.overrides) writeFileSync(overrides, engine.overrides.join("\n"));
  const options = [
    ...engine.overrides ? ["--override", overrides] : [],
    ...engine.takesPrereleases ? ["--prerelease", "allow"] : [],
  ];
  const pip = [uv, "pip", "install", "--quiet", "--python", path, ...options, ...engine.requirements];
  return await run(pip, { variables }) === 0;
}

/** The command uv: the user's own, or one installed below `.venv/` with whatever Python offers. */
async function findUv(): Promise<string | undefined> {
  if (succeeds(["uv", "--version"])) return "uv";
  const inVenv = `${root}.venv/uv`;
  const inFolder = `${root}.venv/uv-target`;
  const ways: readonly { readonly uv: string; readonly commands: readonly (readonly string[])[] }[] = [
    {
      uv: executable(inVenv, "uv"),
      commands: [["python3", "-m", "venv", inVenv], [
        executable(inVenv, "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "uv",
      ]],
    },
    {
      uv: `${inFolder}/bin/uv`,
      commands: [["python3", "-m", "pip", "install", "--quiet", "--target", inFolder, "uv"]],
    },
  ];
  const installed = ways.find(({ uv }) => succeeds([uv, "--version"]));
  if (installed) return installed.uv;
  for (const { uv, commands } of ways) {
    if (commands.every((command) => succeeds(command, variables)) && succeeds([uv, "--version"])) return uv;
  }
  return undefined;
}

function executable(folder: string, name: string): string {
  return process.platform === "win32" ? `${folder}/Scripts/${name}.exe` : `${folder}/bin/${name}`;
}
