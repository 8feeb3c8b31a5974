/** The real Airflow: exports loaded, timed and run by the script beside this file. */
import { join } from "node:path";
import type { ExportedProject } from "../../../adapters/export.ts";
import { writeFiles } from "../../support/files.ts";
import { askPython } from "../python.ts";

/** What a loaded Dag is. */
export interface LoadedDag {
  readonly tasks: { readonly [id: string]: LoadedTask };
  /** Tasks that make nothing. */
  readonly others: { readonly [id: string]: OtherTask };
  readonly round: boolean;
  readonly timetable: string;
  readonly tags: readonly string[];
  readonly paused: boolean | null;
  readonly catchup: boolean;
  readonly maxRuns: number;
  readonly maxTasks: number;
  readonly start: number | null;
  readonly end: number | null;
  readonly params: { readonly [name: string]: unknown };
  readonly description: string | null;
}

/** What a task is that undoes another one, or looks how the run has ended. */
export interface OtherTask {
  readonly undoes: string | null;
  readonly hook: string | null;
  readonly upstream: readonly string[];
  readonly rule: string;
  readonly retries: number;
  readonly pool: string;
}

/** What a loaded task is. */
export interface LoadedTask {
  readonly step: string;
  readonly label: string;
  readonly upstream: readonly string[];
  readonly inlets: readonly string[];
  readonly outlets: readonly {
    readonly name: string;
    readonly uri: string;
    readonly group: string;
    readonly extra: { readonly [name: string]: unknown };
  }[];
  readonly owner: string;
  readonly pool: string;
  readonly past: boolean;
  readonly retries: number;
  readonly delay: number;
  readonly weight: readonly [number, string];
  readonly timeout: number | null;
  readonly group: string | null;
  readonly outputs: readonly string[] | null;
  readonly partitioned: boolean;
  readonly templates: readonly string[];
  readonly doc: string | null;
  readonly tags: { readonly [name: string]: string } | null;
}

/** A run of a scheduled Dag. */
export interface ClockRun {
  readonly at: number;
  readonly run: string | null;
  readonly keys: readonly string[] | { readonly start: string; readonly end: string } | null;
}

/** What a run came to. */
export interface RunResult {
  readonly state: string;
  readonly tasks: { readonly [id: string]: { readonly state: string; readonly tries: number } };
  readonly events: readonly {
    readonly asset: string;
    readonly key: string | null;
    readonly extra: { readonly [name: string]: unknown };
  }[];
  readonly xcoms: { readonly [id: string]: unknown };
}

/** What is asked. */
export interface Question {
  readonly ticks?: readonly {
    readonly crons: readonly string[];
    readonly timezone: string;
    readonly from: number;
    readonly count: number;
  }[];
  readonly clocks?: readonly { readonly dag: string; readonly from: number; readonly count: number }[];
  readonly runs?: readonly {
    readonly id: number;
    readonly dag: string;
    readonly key?: string;
    readonly conf?: unknown;
    readonly type?: string;
    /** Seconds after which the task's time is over. */
    readonly timeout?: number;
    /** Seconds after which the task is killed as the supervisor does it. */
    readonly kill?: number;
    readonly env?: { readonly [name: string]: string };
  }[];
}

/** What Airflow says. */
export interface Answer {
  readonly load: {
    readonly errors: { readonly [file: string]: string };
    readonly warnings: readonly string[];
    readonly dags: { readonly [id: string]: LoadedDag };
  };
  readonly ticks: readonly (readonly number[])[];
  readonly clocks: readonly (readonly ClockRun[])[];
  readonly runs: readonly RunResult[];
}

/** Asks Airflow about the Dags below `folder`. */
export function askAirflow(python: string, folder: string, question: Question): Answer {
  return askPython<Answer>(python, new URL("./engine.py", import.meta.url), {
    dags: join(folder, "dags"),
    home: join(folder, "home"),
    ...question,
  });
}

/** Writes the Dags of a project; several projects may share a folder. */
export function writeDags({ files }: ExportedProject, folder: string): void {
  writeFiles(folder, files);
}
