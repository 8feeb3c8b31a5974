/** The real Dagster, asked by a Python script. `SLUICE_DAGSTER_PYTHON` names a Python that has it. */
import { askPython, findPython } from "./python.ts";

export { atScale } from "./python.ts";

/** The Python that has Dagster; undefined, after printing why the tests of `subject` are skipped. */
export function findDagster(subject: string): string | undefined {
  return findPython("SLUICE_DAGSTER_PYTHON", subject);
}

/** The Python that has the oldest Dagster that exports are written for: `SLUICE_DAGSTER_OLDEST_PYTHON`. */
export function findOldestDagster(subject: string): string | undefined {
  return findPython("SLUICE_DAGSTER_OLDEST_PYTHON", subject);
}

/** Runs a script beside the caller once, without telemetry, and gives what it answers. */
export function askDagster<Answer>(python: string, script: URL, question: unknown): Answer {
  return askPython(python, script, question, { DAGSTER_DISABLE_TELEMETRY: "1" });
}
