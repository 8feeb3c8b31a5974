/** Brings node_modules in line with bun.lock. When it is already, this costs the comparison of two small files. */

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const stamp = `${root}node_modules/.setup`;

/** What was installed, and for which machine: a checkout can be shared between two. */
const wanted = [process.platform, process.arch, readFileSync(`${root}bun.lock`, "utf8")].join("\n");

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
  console.log("Installing node_modules from bun.lock");
  const command = ["install", "--frozen-lockfile"];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: "utf8" });
  if (status !== 0) {
    console.error(`${stdout}${stderr}Cannot install node_modules. Can this machine reach the npm registry?`);
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}
