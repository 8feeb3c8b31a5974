/** Running test files on one runtime. */

import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import process from "node:process";
import { readReport } from "./junit.ts";
import { root, run, type Runtime, type Variables } from "./process.ts";
import { type Tally, withExitCode } from "./tally.ts";

/** Bun's own limit of 5 s per test would fail a busy machine; Deno has none. */
const testLimitMs = 120_000;

/** Runs files, or the `*.test.ts` below folders, and counts what came of them. */
export async function runTests(
  runtime: Runtime,
  paths: readonly string[],
  variables?: Variables,
): Promise<Tally> {
  const report = `${root}.cache/reports/${runtime}.xml`;
  mkdirSync(`${root}.cache/reports`, { recursive: true });
  rmSync(report, { force: true });

  const onOutput = (text: string): void => void process.stdout.write(joinDots(text));
  const code = await run(testCommand(runtime, paths, report), { variables, onOutput });
  const tally = existsSync(report)
    ? readReport(readFileSync(report, "utf8"))
    : { passed: 0, failed: 0, skipped: 0 };
  return withExitCode(tally, code);
}

function testCommand(runtime: Runtime, paths: readonly string[], report: string): string[] {
  if (runtime === "deno") {
    return ["deno", "test", "-A", "--no-check", "--reporter=dot", `--junit-path=${report}`, ...paths];
  }
  const options = ["--dots", `--timeout=${testLimitMs}`, "--reporter=junit", `--reporter-outfile=${report}`];
  // Bun takes a bare name for a filter and only a path that says so for a path.
  return ["bun", "test", ...options, ...paths.map((path) => /^[./]/.test(path) ? path : `./${path}`)];
}

/** Deno prints each dot on a line of its own when nobody watches. */
function joinDots(text: string): string {
  return text.replace(/^([.,!])\n/gm, "$1");
}
