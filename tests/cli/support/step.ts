/** `sluice step` as a process of the runtime that runs the test. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseStepOutcome, type StepOutcome } from "../../../src/model/step/outcome.ts";
import { fixtures } from "./sluice.ts";

const program = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
const config = fileURLToPath(new URL("../../../deno.json", import.meta.url));
const runtime = "Deno" in globalThis ? ["run", "-A", "--no-check", "--config", config, program] : [program];

/** What a test says about a step. */
export interface StepProcessOptions {
  /** Where values go; SLUICE_IO. */
  readonly io?: string;
  readonly env?: { readonly [name: string]: string };
  /** Written to stdin, which then ends unless `holdsStdin`. */
  readonly input?: string;
  readonly holdsStdin?: boolean;
  /** Is called with all of stderr so far, each time there is more. */
  readonly onError?: (text: string, child: ChildProcess) => void;
}

/** How the process of a step ended. */
export interface StepEnded {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** The one line on stdout. */
  readonly outcome: StepOutcome;
}

/** The words that start the command line. */
export const commandLine: readonly string[] = [process.execPath, ...runtime];

/** Runs a step over the fixtures. */
export async function step(words: readonly string[], options: StepProcessOptions = {}): Promise<StepEnded> {
  const ended = await start(["step", "steps.ts", ...words], options);
  assert.match(ended.out, /^\{[^\n]*\}\n$/, `one line on stdout; stderr says: ${ended.err}`);
  return { ...ended, outcome: parseStepOutcome(ended.out) };
}

/** Runs the command line over the fixtures. */
export function start(
  words: readonly string[],
  { io = "none", env = {}, input, holdsStdin = false, onError }: StepProcessOptions = {},
): Promise<Omit<StepEnded, "outcome">> {
  const [first, ...rest] = commandLine;
  const { NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...own } = process.env;
  const child = spawn(first, [...rest, ...words], {
    cwd: fixtures,
    env: { ...own, RUST_BACKTRACE: "0", SLUICE_IO: io, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdin.on("error", () => {});
  if (input !== undefined) child.stdin.write(input);
  if (!holdsStdin) child.stdin.end();
  child.stdout.setEncoding("utf8").on("data", (text) => out += text);
  child.stderr.setEncoding("utf8").on("data", (text) => {
    err += text;
    onError?.(err, child);
  });
  return new Promise((resolve) =>
    child.on("close", (code) => {
      child.stdin.destroy();
      resolve({ code, out, err });
    })
  );
}
