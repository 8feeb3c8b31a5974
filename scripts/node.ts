/** A Node that runs TypeScript by itself, for the suites of `sluice/pipes`. What is made stays in the checkout. */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import process from "node:process";
import { root, run } from "./process.ts";

/** What is installed where the machine has none that is new enough. */
const release = "24";

/** The variable that names a Node; the tests read it, and who sets it keeps their own. */
export const nodeVariable = "SLUICE_NODE";

/** Gives the Node that the variable names, or the machine's own, or else installs one below `.cache/`. */
export async function prepareNode(): Promise<string | undefined> {
  const given = process.env[nodeVariable];
  if (given) return given;
  if (stripsTypes("node")) return "node";

  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const folder = `${root}.cache/node`;
  const path = `${folder}/node_modules/${name}/bin/node${process.platform === "win32" ? ".exe" : ""}`;
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/package.json`, "{}");
  const isMade = await run(["bun", "add", "--silent", "--cwd", folder, `${name}@${release}`]) === 0;
  return isMade && stripsTypes(path) ? path : undefined;
}

function stripsTypes(node: string): boolean {
  return spawnSync(node, ["-p", "process.features.typescript"], { encoding: "utf8" }).stdout?.trim() ===
    "strip";
}
