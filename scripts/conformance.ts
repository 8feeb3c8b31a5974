/**
 * The suites that compare Sluice with the real engines, on both runtimes: `tests/conformance/*.test.ts`. Without an
 * engine, as in the plain test run, they skip what needs one and say so.
 */

import { existsSync, readdirSync } from "node:fs";
import process from "node:process";
import { root, runtimes } from "./process.ts";
import { preparePython } from "./python.ts";
import { runTests } from "./suite.ts";
import { formatTally, sumTallies, type Tally } from "./tally.ts";

const folder = "tests/conformance";
const files = (existsSync(root + folder) ? readdirSync(root + folder) : [])
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => `./${folder}/${name}`);

const total = files.length === 0 ? { passed: 0, failed: 0, skipped: 0 } : await compare();
console.log(formatTally(total));
process.exitCode = total.failed > 0 ? 1 : 0;

async function compare(): Promise<Tally> {
  const python = await preparePython();
  if ("failed" in python) {
    console.log(`failed: conformance with Dagster: ${python.failed}`);
    return { passed: 0, failed: files.length, skipped: 0 };
  }
  if ("absent" in python) {
    console.log(`skipped: conformance with Dagster: ${python.absent}`);
    return { passed: 0, failed: 0, skipped: files.length };
  }
  const tallies: Tally[] = [];
  for (const runtime of runtimes) {
    console.log(`\nConformance on ${runtime}, with ${python.path}`);
    tallies.push(await runTests(runtime, files, { SLUICE_DAGSTER_PYTHON: python.path }));
  }
  return sumTallies(tallies);
}
