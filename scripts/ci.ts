/**
 * Everything, one suite after the other: `.ci/run` (and `.ci/full`, with `SLUICE_SCALE=full`). A suite is a command;
 * it reports a tally on its last line, or counts as one test. A suite that fails does not keep the next from running.
 */

import process from "node:process";
import { OUT_OF_TIME, run, type Variables } from "./process.ts";
import { formatTally, parseTally, sumTallies, type Tally, withExitCode } from "./tally.ts";

interface Suite {
  readonly name: string;
  readonly command: readonly string[];
  /** What is kept for it: suites before it may take all but what those after them need. */
  readonly needsMinutes: number;
  readonly variables?: Variables;
}

interface Result {
  readonly name: string;
  readonly tally: Tally;
  readonly seconds: number;
  /** The lines in which the suite says what it skipped, and why; and that it was killed, where it was. */
  readonly notes: readonly string[];
}

/** All suites together. */
const LIMIT_MINUTES = 39;

const isFull = process.env.SLUICE_SCALE === "full";

/**
 * The first two are the commands of the README, word for word. The third finds what depends on the host's own time
 * zone: in Chatham the day starts 12:45 or 13:45 hours before it does in Greenwich.
 */
const suites: readonly Suite[] = [
  { name: "tests", command: ["npx", "-y", "bun@1.4", "run", "test"], needsMinutes: 11 },
  { name: "demo", command: ["npx", "-y", "bun@1.4", "run", "demo"], needsMinutes: 0.5 },
  {
    name: "far away",
    command: ["bun", "run", "test", "tests/model"],
    variables: { TZ: "Pacific/Chatham" },
    needsMinutes: 1,
  },
  { name: "check", command: ["bun", "run", "check"], needsMinutes: 2 },
  { name: "conformance", command: ["bun", "run", "conformance"], needsMinutes: 9 },
  { name: "bench", command: ["bun", "run", "bench"], needsMinutes: 3.5 },
];

const begun = performance.now();
const results: Result[] = [];
for (const [index, suite] of suites.entries()) results.push(await runSuite(suite, limitMsOf(index)));

console.log("\nSuites");
for (const { name, tally, seconds } of results) {
  console.log(`  ${name.padEnd(12)} ${`${seconds} s`.padStart(6)}  ${formatTally(tally)}`);
}
for (const { name, notes } of results) for (const note of notes) console.log(`  ${name}: ${note}`);

const total = sumTallies(results.map(({ tally }) => tally));
console.log(formatTally(total));
process.exitCode = total.failed > 0 ? 1 : 0;

/** How long a suite may take: what is left now, but for what those after it need. */
function limitMsOf(index: number): number {
  const later = suites.slice(index + 1).reduce((sum, { needsMinutes }) => sum + needsMinutes, 0);
  const scale = isFull ? 10 : 1;
  return (LIMIT_MINUTES - later) * 60_000 * scale - (performance.now() - begun);
}

async function runSuite({ name, command, variables }: Suite, limitMs: number): Promise<Result> {
  console.log(`\n--- ${name}: ${command.join(" ")}`);
  const started = performance.now();
  let output = "";
  const onOutput = (text: string): void => {
    process.stdout.write(text);
    output += text;
  };
  const code = await run(command, { variables, onOutput, limitMs });
  const tally = parseTally(output) ?? { passed: code === 0 ? 1 : 0, failed: 0, skipped: 0 };
  const skips = output.split("\n").filter((line) => line.startsWith("skipped: "));
  const killed = `killed after ${
    Math.round(limitMs / 60_000)
  } minutes: what it had left to do is not counted`;
  return {
    name,
    tally: withExitCode(tally, code),
    seconds: Math.round((performance.now() - started) / 1000),
    notes: code === OUT_OF_TIME ? [...skips, killed] : skips,
  };
}
