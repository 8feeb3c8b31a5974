/** A whole Airflow, with its own scheduler, for as long as it is asked. */
import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { closedPort } from "../../support/port.ts";
import { askPython, compiled } from "../python.ts";

const LONGEST_MS = 540_000;

/** The runs and asset events that an Airflow has recorded, each in the order in which they came. */
export interface Recorded {
  readonly runs: readonly {
    readonly dag: string;
    readonly state: string;
    readonly type: string;
    readonly key: string | null;
  }[];
  readonly events: readonly { readonly asset: string; readonly key: string | null; readonly dag: string }[];
}

/** What an Airflow has recorded; undefined before it has tables. */
export function recordedIn(python: string, folder: string): Recorded | undefined {
  if (!existsSync(join(folder, "home", "airflow.db"))) return undefined;
  try {
    return askPython<Recorded>(python, new URL("./runs.py", import.meta.url), {
      database: join(folder, "home", "airflow.db"),
    });
  } catch {
    return undefined; // The tables are not there yet.
  }
}

/** What is done with an Airflow. */
export interface Visit<T> {
  /** Where it lives, and reads Dags from. */
  readonly folder: string;
  /** Where steps keep values. */
  readonly io: string;
  /** Is called when its server answers: tasks that begin earlier fail. */
  readonly bringDags: () => void;
  /** Is asked until it gives an answer. */
  readonly ask: () => T | undefined;
}

/** Starts a whole Airflow, brings it Dags, asks until there is an answer, and ends all of its processes. */
export async function withAirflow<T>(
  python: string,
  { folder, io, bringDags, ask }: Visit<T>,
): Promise<T> {
  const log = join(folder, "standalone.log");
  const output = openSync(log, "w");
  const port = await closedPort();
  mkdirSync(join(folder, "dags"), { recursive: true });
  const child = spawn(join(dirname(python), "airflow"), ["standalone"], {
    detached: true,
    stdio: ["ignore", output, output],
    env: { ...process.env, ...settings(python, folder, port), ...compiled, SLUICE_IO: io },
  });
  closeSync(output);
  try {
    const answers = () => fetch(`http://localhost:${port}/api/v2/version`).then(({ ok }) => ok || undefined);
    await until(() => answers().catch(() => undefined), log);
    bringDags();
    return await until(ask, log);
  } finally {
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      try {
        process.kill(-(child.pid as number), signal);
      } catch {
        // It has ended.
      }
      await sleep(signal === "SIGTERM" ? 6000 : 500);
    }
  }
}

/** Asks the command line of an Airflow that goes on in a folder. */
export function commandAirflow(python: string, folder: string, words: readonly string[]): void {
  const { status, stderr, stdout } = spawnSync(join(dirname(python), "airflow"), words, {
    env: { ...process.env, ...settings(python, folder, 1), ...compiled },
    encoding: "utf8",
  });
  if (status !== 0) {
    throw new Error(`airflow ${words.join(" ")}: ${stderr.slice(-2_000)}${stdout.slice(-2_000)}`);
  }
}

async function until<T>(ask: () => T | undefined | Promise<T | undefined>, log: string): Promise<T> {
  for (const end = Date.now() + LONGEST_MS; Date.now() < end; await sleep(2000)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new Error(`Airflow did not come to it: ${readFileSync(log, "utf8").slice(-4000)}`);
}

function settings(python: string, folder: string, port: number): { readonly [name: string]: string } {
  return {
    AIRFLOW_HOME: join(folder, "home"),
    AIRFLOW__CORE__LOAD_EXAMPLES: "False",
    AIRFLOW__CORE__DAGS_FOLDER: join(folder, "dags"),
    AIRFLOW__CORE__PARALLELISM: "4",
    AIRFLOW__CORE__EXECUTION_API_SERVER_URL: `http://localhost:${port}/execution/`,
    AIRFLOW__API__PORT: String(port),
    AIRFLOW__API__WORKERS: "1",
    AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES: "1",
    AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL: "5",
    AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL: "1",
    AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT: "60",
    AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME: "0.1",
    PATH: `${dirname(python)}:${process.env.PATH ?? ""}`,
  };
}
