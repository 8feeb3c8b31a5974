/** Running test files on one runtime. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { readReport, readTimes } from "./junit.ts";
import { run, type Runtime, type Variables } from "./process.ts";
import { type Tally, withExitCode } from "./tally.ts";

/** Bun's own limit of 5 s per test would fail a busy machine; Deno has none. */
const testLimitMs = process.env.SLUICE_SCALE === "full" ? 1_200_000 : 300_000;

/** Runs files, or the `*.test.ts` below folders, and counts what came of them. What they print goes to `print`. */
export async function runTests(
  runtime: Runtime,
  paths: readonly string[],
  variables?: Variables,
  print: (text: string) => void = (text) => void process.stdout.write(text),
): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-report-"));
  const report = join(folder, `${runtime}.xml`);
  const onOutput = (text: string): void => print(joinDots(text));
  const code = await run(testCommand(runtime, paths, report), { variables, onOutput });
  const xml = existsSync(report) ? readFileSync(report, "utf8") : "";
  rmSync(folder, { recursive: true });
  tellSlowest(xml, print);
  return withExitCode(readReport(xml), code);
}

/** Says where the time went, when it was much: the first thing to ask of a suite that has become slow. */
function tellSlowest(xml: string, print: (text: string) => void): void {
  const slow = readTimes(xml).filter(({ seconds }) => seconds >= 10).slice(0, 12);
  if (slow.length === 0) return;
  print(`\nslowest: ${slow.map(({ file, seconds }) => `${file} ${Math.round(seconds)} s`).join(", ")}\n`);
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
