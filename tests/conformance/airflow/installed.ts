/** The versions of Airflow that exports are written for and loaded into. */
import { findPython } from "../python.ts";

/** One of them. */
export interface AirflowVersion {
  /** What is written for. */
  readonly target: string;
  /** The same as a number: 3.2 is 302. */
  readonly level: number;
  /** The Python that has it; undefined where none is named. */
  readonly python: string | undefined;
}

/** The version that everything is tested with. */
export function findAirflow(subject: string): AirflowVersion {
  return { target: "3.3.2", level: 303, python: findPython("SLUICE_AIRFLOW_PYTHON", `airflow: ${subject}`) };
}

/** The other versions: older ones, and the one to come, where a pre-release of it installs. */
export function findOthers(subject: string): readonly AirflowVersion[] {
  return (["3.1", "3.2", "3.4"] as const).map((target) => ({
    target,
    level: Number(target.replace(".", "0")),
    python: findPython(
      `SLUICE_AIRFLOW_${target.replace(".", "_")}_PYTHON`,
      `airflow ${target}: ${subject}`,
    ),
  }));
}
