/**
 * Everything, one suite after the other: `.ci/run` (and `.ci/full`, with `SLUICE_SCALE=full`). A suite is a command;
 * it reports a tally on its last line, or counts as one test. A suite that fails does not keep the next from running.
 */

import process from "node:process";
import { run, type Variables } from "./process.ts";
import { formatTally, parseTally, sumTallies, type Tally, withExitCode } from "./tally.ts";

interface Suite {
  readonly name: string;
  readonly command: readonly string[];
  readonly limitMinutes: number;
  readonly variables?: Variables;
}

interface Result {
  readonly name: string;
  readonly tally: Tally;
  readonly seconds: number;
  /** The lines in which the suite says what it skipped, and why. */
  readonly skips: readonly string[];
}

const isFull = process.env.SLUICE_SCALE === "full";

/**
 * The first two are the commands of the README, word for word. The third finds what depends on the host's own time
 * zone: in Chatham the day starts 12:45 or 13:45 hours before it does in Greenwich. The limits add up to 39 minutes.
 */
const suites: readonly Suite[] = [
  { name: "tests", command: ["npx", "-y", "bun@1.4", "run", "test"], limitMinutes: 12 },
  { name: "demo", command: ["npx", "-y", "bun@1.4", "run", "demo"], limitMinutes: 2 },
  {
    name: "far away",
    command: ["bun", "run", "test", "tests/model"],
    variables: { TZ: "Pacific/Chatham" },
    limitMinutes: 3,
  },
  { name: "check", command: ["bun", "run", "check"], limitMinutes: 4 },
  { name: "conformance", command: ["bun", "run", "conformance"], limitMinutes: 14 },
  { name: "bench", command: ["bun", "run", "bench"], limitMinutes: 4 },
];

const results: Result[] = [];
for (const suite of suites) results.push(await runSuite(suite));

console.log("\nSuites");
for (const { name, tally, seconds } of results) {
  console.log(`  ${name.padEnd(12)} ${`${seconds} s`.padStart(6)}  ${formatTally(tally)}`);
}
for (const { name, skips } of results) for (const skip of skips) console.log(`  ${name}: ${skip}`);

const total = sumTallies(results.map(({ tally }) => tally));
console.log(formatTally(total));
process.exitCode = total.failed > 0 ? 1 : 0;

async function runSuite({ name, command, limitMinutes, variables }: Suite): Promise<Result> {
  console.log(`\n--- ${name}: ${command.join(" ")}`);
  const started = performance.now();
  let output = "";
  const onOutput = (text: string): void => {
    process.stdout.write(text);
    output += text;
  };
  const code = await run(command, {
    variables,
    onOutput,
    limitMs: limitMinutes * 60_000 * (isFull ? 10 : 1),
  });
  const tally = parseTally(output) ?? { passed: code === 0 ? 1 : 0, failed: 0, skipped: 0 };
  const skips = output.split("\n").filter((line) => line.startsWith("skipped: "));
  return {
    name,
    tally: withExitCode(tally, code),
    seconds: Math.round((performance.now() - started) / 1000),
    skips,
  };
}
