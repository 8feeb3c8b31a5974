/** How tasks end: time limits, kills, crashes, skips; and texts that must arrive as they are. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { takeSnapshot } from "sluice";
import { exportAirflow } from "../../../adapters/airflow/export.ts";
import { commandLine } from "../../cli/support/step.ts";
import { inFolder } from "../../support/folder.ts";
import { findPython } from "../python.ts";
import definitions, { TEXT } from "./graphs/behaviour.ts";
import { askAirflow, type Question, type RunResult, writeDags } from "./engine.ts";

const python = findPython("SLUICE_AIRFLOW_PYTHON", "airflow: how tasks end");
const module = fileURLToPath(new URL("./graphs/behaviour.ts", import.meta.url));

type Asked = NonNullable<Question["runs"]>[number];

const check = python === undefined ? test.skip : test;

describe("a task of Airflow", () => {
  check("ends as its step ends", () =>
    inFolder((folder) => {
      const exported = { name: "b", module, command: commandLine, ticksFromMs: Date.UTC(2026, 0, 1) };
      writeDags(exportAirflow(takeSnapshot(definitions), exported), folder);
      const pids = (name: string) => join(folder, `${name}.json`);
      const env = { SLUICE_IO: join(folder, "io") };
      const asked: readonly Asked[] = [
        { id: 0, dag: "b.deaf", timeout: 3, env: { ...env, SLUICE_TEST_PIDS: pids("late") } },
        { id: 1, dag: "b.deaf", kill: 3, env: { ...env, SLUICE_TEST_PIDS: pids("killed") } },
        { id: 2, dag: "b.slow", env },
        { id: 3, dag: "b.crash", env },
        { id: 4, dag: "b.echo", env },
        { id: 5, dag: "b.pair", env },
        { id: 6, dag: "b.daily", type: "scheduled", key: "2026-01-03", env },
        { id: 7, dag: "b.daily", key: "2026-01-03", env },
        { id: 8, dag: "b.daily", env },
        { id: 9, dag: "b.daily", key: "2026-01-02", conf: { partitions: ["2026-01-04", "2026-01-05"] }, env },
      ];
      const { runs } = askAirflow(python as string, folder, { runs: asked });
      const [late, killed, slow, crash, echo, pair, excluded, unknown, keyless, many] = runs;
      for (const [run, name] of [[late, "late"], [killed, "killed"]] as const) {
        assert.equal(only(run).state, "failed", name);
        for (const pid of JSON.parse(readFileSync(pids(name), "utf8"))) {
          assert.throws(() => process.kill(pid, 0), name);
        }
      }
      assert.deepEqual(only(slow), { state: "failed", tries: 1 });
      assert.deepEqual(only(crash), { state: "failed", tries: 2 });
      assert.equal(echo.state, "success");
      assert.deepEqual(JSON.parse(readFileSync(join(env.SLUICE_IO, "echo.json"), "utf8")), {
        config: TEXT,
        tags: { team: "sales" },
      });
      assert.deepEqual(
        echo.events.map(({ extra }) => (extra.sluice as { readonly metadata: unknown }).metadata),
        [
          { text: TEXT },
        ],
      );
      assert.deepEqual(
        pair.events.map(({ asset }) => asset),
        ["pair/kept"],
      );
      assert.deepEqual(only(excluded), { state: "skipped", tries: 1 });
      assert.deepEqual(only(unknown), { state: "failed", tries: 1 });
      assert.deepEqual(only(keyless), { state: "failed", tries: 1 });
      assert.deepEqual(many.events.map(({ key }) => key).sort(), ["2026-01-04", "2026-01-05"]);
    }));
});

function only({ tasks }: RunResult): RunResult["tasks"][string] {
  const [task, ...others] = Object.values(tasks);
  assert.deepEqual(others, []);
  return task;
}
