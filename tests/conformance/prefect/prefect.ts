/**
 * The real Prefect, asked by Python scripts that read one JSON document and write another.
 *
 * `SLUICE_PREFECT_PYTHON` names a Python that has Prefect and ruff; without it these tests are skipped, and say so.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { ExportedFile } from "../../../adapters/export.ts";
import { compiled } from "../python.ts";

/** The Python that has Prefect; undefined, after printing why the tests of `subject` are skipped. */
export function findPrefect(subject: string): string | undefined {
  const python = process.env.SLUICE_PREFECT_PYTHON;
  if (!python) {
    console.log(`${subject}: skipped, since SLUICE_PREFECT_PYTHON does not name a Python that has Prefect`);
  }
  return python || undefined;
}

/** Variables under which Prefect keeps to itself. */
export const quietly: { readonly [name: string]: string } = {
  DO_NOT_TRACK: "1",
  PREFECT_SERVER_ANALYTICS_ENABLED: "false",
  PREFECT_LOGGING_LEVEL: "ERROR",
  PREFECT_CLI_PROMPT: "false",
  ...compiled,
};

/** Runs a script beside the caller (`new URL("x.py", import.meta.url)`) once, and gives what it answers. */
export function askPrefect<Answer>(
  python: string,
  script: URL,
  question: unknown,
  variables: { readonly [name: string]: string } = {},
): Answer {
  const { status, stdout, stderr, error } = spawnSync(python, [fileURLToPath(script)], {
    input: JSON.stringify(question),
    encoding: "utf8",
    maxBuffer: 1 << 30,
    timeout: 900_000,
    env: { ...process.env, ...quietly, ...variables },
  });
  if (status !== 0) throw new Error(`${script.pathname} failed: ${error ?? stderr.slice(-4000)}`);
  return JSON.parse(stdout.slice(stdout.lastIndexOf("\n", stdout.length - 2) + 1));
}

/** Writes the files of a project below a folder. */
export function writeFiles(folder: string, files: readonly ExportedFile[]): void {
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** The command line of this checkout, as whoever runs this test runs it. */
export function sluiceCommand(): readonly string[] {
  const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
  return "Deno" in globalThis
    ? [process.execPath, "run", "-A", "--no-check", main]
    : [process.execPath, main];
}

/** Does something once; what it gives, or throws, is what every later call gives, or throws. */
export function once<T>(work: () => T): () => T {
  let told: (() => T) | undefined;
  return () => {
    if (!told) {
      try {
        const value = work();
        told = () => value;
      } catch (error) {
        told = () => {
          throw error;
        };
      }
    }
    return told();
  };
}
