/**
 * The real Dagster, asked by a Python script that reads one JSON document and writes another.
 *
 * `SLUICE_DAGSTER_PYTHON` names a Python that has Dagster; without it these tests are skipped, and say so.
 * `SLUICE_SCALE=full` compares more cases than the default, `small`.
 */
import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The Python that has Dagster; undefined, after printing why the tests of `subject` are skipped. */
export function findDagster(subject: string): string | undefined {
  const python = process.env.SLUICE_DAGSTER_PYTHON;
  if (!python) {
    console.log(`${subject}: skipped, since SLUICE_DAGSTER_PYTHON does not name a Python that has Dagster`);
  }
  return python || undefined;
}

/** One of two numbers, by the scale that is asked for. */
export function atScale(small: number, full: number): number {
  const scale = process.env.SLUICE_SCALE ?? "small";
  if (scale !== "small" && scale !== "full") {
    throw new Error(`SLUICE_SCALE is "small" or "full", not "${scale}"`);
  }
  return scale === "full" ? full : small;
}

/** Runs a script beside the caller (`new URL("x.py", import.meta.url)`) once, and gives what it answers. */
export function askDagster<Answer>(python: string, script: URL, question: unknown): Answer {
  const { status, stdout, stderr, error } = spawnSync(python, ["-W", "ignore", fileURLToPath(script)], {
    input: JSON.stringify(question),
    encoding: "utf8",
    maxBuffer: 1 << 30,
    env: { ...process.env, DAGSTER_DISABLE_TELEMETRY: "1", PYTHONDONTWRITEBYTECODE: "1" },
  });
  if (status !== 0) throw new Error(`${script.pathname} failed: ${error ?? stderr.slice(-4000)}`);
  return JSON.parse(stdout);
}
