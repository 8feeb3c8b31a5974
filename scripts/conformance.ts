/**
 * The suites that compare Sluice with the real engines, on both runtimes: `tests/conformance/*.test.ts`. Without an
 * engine, as in the plain test run, they skip what needs it and say so.
 */

import { existsSync, readdirSync } from "node:fs";
import process from "node:process";
import { nodeVariable, prepareNode } from "./node.ts";
import { root, type Runtime, runtimes } from "./process.ts";
import { engines, preparePython } from "./python.ts";
import { runTests } from "./suite.ts";
import { formatTally, sumTallies, type Tally } from "./tally.ts";

const folder = "tests/conformance";
const files = (existsSync(root + folder) ? readdirSync(root + folder, { recursive: true }) : [])
  .map((name) => String(name).replaceAll("\\", "/"))
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => `./${folder}/${name}`)
  .sort();

/**
 * What runs for minutes in the engines and hardly at all in the runtime of the tests. At small scale it runs on Bun only,
 * so that everything stays within its time; `.ci/full` runs it on both.
 */
const slow = ["airflow/", "connections", "dagster_export/", "pipes", "prefect/"].map((name) =>
  `./${folder}/${name}`
);
/** How many processes run tests at once: engines wait for themselves half of the time. */
const LANES = 2;
const isFull = process.env.SLUICE_SCALE === "full";

const total = files.length === 0 ? { passed: 0, failed: 0, skipped: 0 } : await compare();
console.log(formatTally(total));
process.exitCode = total.failed > 0 ? 1 : 0;

async function compare(): Promise<Tally> {
  const programs: Record<string, string> = {};
  const tallies: Tally[] = [];
  for (const engine of engines) {
    if (engine.isFullOnly && !isFull) {
      console.log(`skipped: conformance with ${engine.name}, at small scale, but not by .ci/full`);
      continue;
    }
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
  for (const [variable, path] of Object.entries(programs)) console.log(`  ${variable}=${path}`);
  const works = runtimes.flatMap((runtime) => worksOn(runtime));
  await Promise.all(Array.from({ length: LANES }, async () => {
    for (let work = works.shift(); work; work = works.shift()) tallies.push(await carryOut(work, programs));
  }));
  return sumTallies(tallies);
}

/** Files that are run by one process, one after the other. */
interface Work {
  readonly name: string;
  readonly runtime: Runtime;
  readonly files: readonly string[];
}

/** On Bun what an engine is needed for goes by engines, which are started once by each process that needs them. */
function worksOn(runtime: Runtime): readonly Work[] {
  const left = new Set(filesOn(runtime));
  const take = (name: string, part: RegExp): Work => {
    const taken = [...left].filter((file) => part.test(file));
    for (const file of taken) left.delete(file);
    return { name, runtime, files: taken };
  };
  const works = [
    take("with Airflow", /\/airflow\//),
    take("with Prefect", /\/prefect\//),
    take("with Dagster", /\/(dagster_export|pipes)/),
    take("of everything else", /./),
  ];
  return works.filter(({ files }) => files.length > 0);
}

/** What several print at once is shown one after the other. */
async function carryOut({ name, runtime, files }: Work, programs: Record<string, string>): Promise<Tally> {
  let output = "";
  const tally = await runTests(runtime, files, programs, (text) => output += text);
  console.log(`\nConformance ${name}, on ${runtime}\n${output.trimEnd()}\n${runtime}: ${formatTally(tally)}`);
  return tally;
}

function filesOn(runtime: Runtime): readonly string[] {
  if (runtime === "bun" || isFull) return files;
  const left = files.filter((file) => slow.some((start) => file.startsWith(start)));
  console.log(`skipped: on ${runtime} at small scale, but not by .ci/full: ${left.join(", ")}`);
  return files.filter((file) => !left.includes(file));
}
