/** A Python with the real Dagster in it, for the conformance suites. Everything it makes stays in the checkout. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { root, run, succeeds, type Variables } from "./process.ts";

/** What the environment holds. */
const requirements = ["dagster>=1.13.27"];

/** The Pythons that Dagster supports. */
const versions = ">=3.10,<3.15";

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

/** Gives the Python named by `SLUICE_DAGSTER_PYTHON`, or else makes one below `.venv/` unless it is there already. */
export async function preparePython(): Promise<Python> {
  const given = process.env.SLUICE_DAGSTER_PYTHON;
  if (given) return { path: given };

  const folder = `${root}.venv/dagster`;
  const path = executable(folder, "python");
  const stamp = `${folder}/.requirements`;
  const wanted = [versions, ...requirements].join("\n");
  if (existsSync(path) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return { path };

  const uv = await findUv();
  if (!uv) return { absent: "there is neither uv nor a python3 with venv or pip to get it by" };
  const isMade =
    await run([uv, "venv", "--quiet", "--clear", "--python", versions, folder], { variables }) === 0 &&
    await run([uv, "pip", "install", "--quiet", "--python", path, ...requirements], { variables }) === 0;
  if (!isMade) return { failed: "uv could not install Dagster; its reason is above" };
  writeFileSync(stamp, wanted);
  return { path };
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
