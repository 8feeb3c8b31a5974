/**
 * The real engines, asked by Python scripts that read one JSON document and write another.
 *
 * A variable such as `SLUICE_AIRFLOW_PYTHON` names a Python that has the engine; without it tests are skipped, and say so.
 */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** Python keeps what it compiles below the checkout, and beside no source: without, imports cost half a minute each. */
export const compiled: { readonly [name: string]: string } = {
  PYTHONPYCACHEPREFIX: fileURLToPath(new URL("../../.cache/python-compiled", import.meta.url)),
};

/** The Python that a variable names; undefined, after printing why the tests of `subject` are skipped. */
export function findPython(variable: string, subject: string): string | undefined {
  const python = process.env[variable];
  if (!python) console.log(`${subject}: skipped, since ${variable} does not name a Python`);
  return python || undefined;
}

/** One of two numbers, by the scale that is asked for: `SLUICE_SCALE=full`, or `small`, which is the default. */
export function atScale(small: number, full: number): number {
  const scale = process.env.SLUICE_SCALE ?? "small";
  if (scale !== "small" && scale !== "full") {
    throw new Error(`SLUICE_SCALE is "small" or "full", not "${scale}"`);
  }
  return scale === "full" ? full : small;
}

/** Runs a script beside the caller (`new URL("x.py", import.meta.url)`) once, and gives what it answers. */
export function askPython<Answer>(
  python: string,
  script: URL,
  question: unknown,
  env: { readonly [name: string]: string } = {},
): Answer {
  const { status, stdout, stderr, error } = spawnSync(python, ["-W", "ignore", fileURLToPath(script)], {
    input: JSON.stringify(question),
    encoding: "utf8",
    maxBuffer: 1 << 30,
    env: { ...process.env, ...compiled, ...env },
  });
  if (status !== 0) throw new Error(`${script.pathname} failed: ${error ?? stderr.slice(-4000)}`);
  return JSON.parse(stdout);
}
