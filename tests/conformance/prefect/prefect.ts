/**
 * The real Prefect, asked by Python scripts that read one JSON document and write another.
 *
 * `SLUICE_PREFECT_PYTHON` names a Python that has Prefect and ruff; without it these tests are skipped, and say so.
 */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { compiled } from "../python.ts";

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
