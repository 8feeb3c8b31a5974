/**
 * Builds `dist`: what the npm package holds for runtimes that strip no types below `node_modules` (Node, and Deno where it
 * takes the package from npm). Only `sluice/pipes` is meant for these. `prepack` runs this.
 */

import { rmSync } from "node:fs";
import process from "node:process";
import { root, run } from "./process.ts";

const steps: readonly (readonly string[])[] = [
  ["bun", "build", "src/pipes/mod.ts", "--target=node", "--packages=external", "--outfile=dist/pipes.js"],
  ["tsc", "-p", "tsconfig.dist.json"],
];

rmSync(`${root}dist`, { recursive: true, force: true });
for (const step of steps) {
  if (await run(step) !== 0) process.exit(1);
}
