/** Two exported Dags with an asset edge between them, under Airflow's own scheduler. At full scale only. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { takeSnapshot } from "sluice";
import { exportAirflow } from "../../../adapters/airflow/export.ts";
import { commandLine } from "../../cli/support/step.ts";
import { inFolder } from "../../support/folder.ts";
import { closedPort } from "../../support/port.ts";
import { valuesBelow } from "../exports/cases.ts";
import { askPython, atScale, compiled, findPython } from "../python.ts";
import { writeDags } from "./engine.ts";
import definitions from "./graphs/pair.ts";

const python = findPython("SLUICE_AIRFLOW_PYTHON", "airflow: the scheduler");
const isFull = atScale(0, 1) === 1;
if (!isFull) console.log("airflow: the scheduler: skipped, since SLUICE_SCALE is not full");
const module = fileURLToPath(new URL("./graphs/pair.ts", import.meta.url));
const LONGEST_MS = 300_000;

interface Recorded {
  readonly runs: readonly {
    readonly dag: string;
    readonly state: string;
    readonly type: string;
    readonly key: string | null;
  }[];
  readonly events: readonly { readonly asset: string; readonly key: string | null; readonly dag: string }[];
}

const check = python === undefined || !isFull ? test.skip : test;

describe("the scheduler of Airflow", () => {
  check(
    "runs a scheduled Dag, and the Dag that follows its asset, for the same window",
    () =>
      inFolder(async (folder) => {
        const exported = { name: "s", module, command: commandLine, ticksFromMs: Date.UTC(2026, 0, 1) };
        writeDags(exportAirflow(takeSnapshot(definitions), exported), folder);
        const io = join(folder, "io");
        const recorded = await withAirflow(folder, io, () => {
          const found = existsSync(join(folder, "home", "airflow.db")) ? recordedIn(folder) : undefined;
          return found?.runs.some(({ dag, state }) => dag === "s.auto.echo" && state === "success")
            ? found
            : undefined;
        });
        const followed = recorded.runs.filter(({ dag, state }) =>
          dag === "s.auto.echo" && state === "success"
        );
        const [{ key, type }] = followed;
        assert.match(String(key), /^\d{4}-\d\d-\d\d-\d\d:\d\d$/);
        assert.equal(type, "asset_triggered");
        assert.ok(
          recorded.runs.some((run) =>
            run.dag === "s.minutely" && run.type === "scheduled" && run.key === key
          ),
        );
        const told = recorded.events.filter((event) => event.key === key).map(({ asset, dag }) =>
          `${asset} of ${dag}`
        );
        assert.deepEqual(told.sort(), ["clock of s.minutely", "echo of s.auto.echo"]);
        assert.ok([...valuesBelow(io).values()].some((value) => value.includes(`after ${key}`)));
      }),
  );
});

function recordedIn(folder: string): Recorded | undefined {
  try {
    return askPython<Recorded>(python as string, new URL("./runs.py", import.meta.url), {
      database: join(folder, "home", "airflow.db"),
    });
  } catch {
    return undefined; // The tables are not there yet.
  }
}

/** Starts a whole Airflow and asks until there is an answer; then ends all of its processes. */
async function withAirflow<T>(folder: string, io: string, ask: () => T | undefined): Promise<T> {
  const log = join(folder, "standalone.log");
  const output = openSync(log, "w");
  const child = spawn(join(dirname(python as string), "airflow"), ["standalone"], {
    detached: true,
    stdio: ["ignore", output, output],
    env: { ...process.env, ...await settings(folder), ...compiled, SLUICE_IO: io },
  });
  closeSync(output);
  try {
    for (const until = Date.now() + LONGEST_MS; Date.now() < until; await sleep(2000)) {
      const answer = ask();
      if (answer !== undefined) return answer;
    }
    throw new Error(`Airflow did not come to it: ${readFileSync(log, "utf8").slice(-4000)}`);
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

async function settings(folder: string): Promise<{ readonly [name: string]: string }> {
  const port = await closedPort();
  return {
    AIRFLOW_HOME: join(folder, "home"),
    AIRFLOW__CORE__LOAD_EXAMPLES: "False",
    AIRFLOW__CORE__DAGS_FOLDER: join(folder, "dags"),
    AIRFLOW__CORE__PARALLELISM: "4",
    AIRFLOW__CORE__EXECUTION_API_SERVER_URL: `http://localhost:${port}/execution/`,
    AIRFLOW__API__PORT: String(port),
    AIRFLOW__API__WORKERS: "1",
    AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES: "1",
    AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL: "1",
    AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME: "0.1",
    PATH: `${dirname(python as string)}:${process.env.PATH ?? ""}`,
  };
}
