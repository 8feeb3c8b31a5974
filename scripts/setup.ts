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
  const install = [process.execPath, "install", "--frozen-lockfile"];
  const { status } = spawnSync(install[0], install.slice(1), { cwd: root, stdio: "inherit" });
  if (status !== 0) {
    console.error("Cannot install node_modules: the reason is above. Is the npm registry reachable?");
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}
