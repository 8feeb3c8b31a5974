/**
 * The suites that compare Sluice with the real engines, on both runtimes: `tests/conformance/*.test.ts`. Without an
 * engine, as in the plain test run, they skip what needs it and say so.
 */

import { existsSync, readdirSync } from "node:fs";
import process from "node:process";
import { nodeVariable, prepareNode } from "./node.ts";
import { root, runtimes } from "./process.ts";
import { engines, preparePython } from "./python.ts";
import { runTests } from "./suite.ts";
import { formatTally, sumTallies, type Tally } from "./tally.ts";

const folder = "tests/conformance";
const files = (existsSync(root + folder) ? readdirSync(root + folder, { recursive: true }) : [])
  .map((name) => String(name).replaceAll("\\", "/"))
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => `./${folder}/${name}`)
  .sort();

const total = files.length === 0 ? { passed: 0, failed: 0, skipped: 0 } : await compare();
console.log(formatTally(total));
process.exitCode = total.failed > 0 ? 1 : 0;

async function compare(): Promise<Tally> {
  const programs: Record<string, string> = {};
  const tallies: Tally[] = [];
  for (const engine of engines) {
    const python = await preparePython(engine);
    if ("path" in python) programs[engine.variable] = python.path;
    else if ("failed" in python) {
      console.log(`failed: conformance with ${engine.name}: ${python.failed}`);
      tallies.push({ passed: 0, failed: 1, skipped: 0 });
    } else console.log(`skipped: conformance with ${engine.name}: ${python.absent}`);
  }
  const node = await prepareNode();
  if (node) programs[nodeVariable] = node;
  else console.log("skipped: conformance on Node: there is none that runs TypeScript");
  for (const runtime of runtimes) {
    console.log(`\nConformance on ${runtime}`);
    for (const [variable, path] of Object.entries(programs)) console.log(`  ${variable}=${path}`);
    tallies.push(await runTests(runtime, files, programs));
  }
  return sumTallies(tallies);
}
