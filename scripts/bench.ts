/** Runs `bench/*.bench.ts`, each in a fresh process on each runtime. With arguments: only files named so. */

import { existsSync, readdirSync } from "node:fs";
import process from "node:process";
import { root, run, type Runtime, runtimes } from "./process.ts";
import { formatTally } from "./tally.ts";

const wanted = process.argv.slice(2);
const files = (existsSync(`${root}bench`) ? readdirSync(`${root}bench`) : [])
  .filter((name) => name.endsWith(".bench.ts"))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort();

const commands: Readonly<Record<Runtime, readonly string[]>> = {
  bun: ["bun", "--expose-gc"],
  deno: ["deno", "run", "-A", "--no-check", "--v8-flags=--expose-gc"],
};

let failed = 0;
for (const file of files) {
  for (const runtime of runtimes) {
    console.log(`\n${file} on ${runtime}`);
    if (await run([...commands[runtime], `bench/${file}`]) !== 0) failed++;
  }
}
console.log(`\n${formatTally({ passed: files.length * runtimes.length - failed, failed, skipped: 0 })}`);
process.exitCode = failed > 0 ? 1 : 0;
