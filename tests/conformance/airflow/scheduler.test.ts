/** Exported Dags with asset edges between them, under Airflow's own scheduler. At full scale only. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Definitions, takeSnapshot } from "sluice";
import { exportAirflow } from "../../../adapters/airflow/export.ts";
import { commandLine } from "../../cli/support/step.ts";
import { inFolder } from "../../support/folder.ts";
import { valuesBelow } from "../exports/cases.ts";
import { atScale, findPython } from "../python.ts";
import { writeDags } from "./engine.ts";
import pair from "./graphs/pair.ts";
import periods from "./graphs/periods.ts";
import metered from "../exports/graphs/metered.ts";
import { meteredModule, requireTurns } from "../exports/metered.ts";
import { commandAirflow, type Recorded, recordedIn, withAirflow } from "./standalone.ts";

const python = findPython("SLUICE_AIRFLOW_PYTHON", "airflow: the scheduler");
const isFull = atScale(0, 1) === 1;
if (!isFull) console.log("airflow: the scheduler: skipped, since SLUICE_SCALE is not full");

const check = python === undefined || !isFull ? test.skip : test;

/** Exports a graph, lets the scheduler run it until enough has been recorded, and gives that and the values. */
async function schedule(
  folder: string,
  name: string,
  definitions: Definitions,
  isEnough: (recorded: Recorded) => boolean,
  module: string = fileURLToPath(new URL(`./graphs/${name}.ts`, import.meta.url)),
  trigger: () => void = () => {},
): Promise<{ readonly recorded: Recorded; readonly values: readonly string[] }> {
  const exported = { name: "s", module, command: commandLine, ticksFromMs: Date.UTC(2026, 0, 1) };
  const io = join(folder, "io");
  const recorded = await withAirflow(python as string, {
    folder,
    io,
    bringDags: () => {
      writeDags(exportAirflow(takeSnapshot(definitions), exported), folder);
      trigger();
    },
    ask: () => {
      const found = recordedIn(python as string, folder);
      return found && isEnough(found) ? found : undefined;
    },
  });
  return { recorded, values: [...valuesBelow(io).values()] };
}

/** The keys of the runs of a Dag that have ended well, sorted. */
function keysOf({ runs }: Recorded, dag: string): readonly (string | null)[] {
  return runs.filter((run) => run.dag === dag && run.state === "success").map(({ key }) => key).sort();
}

/** The days from one on, so many. */
function daysFrom(first: string, count: number): readonly string[] {
  return Array.from(
    { length: count },
    (_, day) => new Date(Date.parse(first) + day * 86_400_000).toISOString().slice(0, 10),
  );
}

describe("the scheduler of Airflow", () => {
  check(
    "runs a scheduled Dag, and the Dag that follows its asset, for the same window",
    () =>
      inFolder(async (folder) => {
        const { recorded, values } = await schedule(
          folder,
          "pair",
          pair,
          (found) => keysOf(found, "s.auto.echo").length > 0,
        );
        const [key] = keysOf(recorded, "s.auto.echo");
        assert.match(String(key), /^\d{4}-\d\d-\d\d-\d\d:\d\d$/);
        const types = recorded.runs.filter((run) => run.key === key).map(({ dag, type }) => `${dag} ${type}`);
        assert.deepEqual(types.sort(), ["s.auto.echo asset_triggered", "s.minutely scheduled"]);
        const told = recorded.events.filter((event) => event.key === key).map(({ asset, dag }) =>
          `${asset} of ${dag}`
        );
        assert.deepEqual(told.sort(), ["clock of s.minutely", "echo of s.auto.echo"]);
        assert.ok(values.some((value) => value.includes(`after ${key}`)));
      }),
  );

  check(
    "lets one step of a key go on at a time, and one run of a key of runs",
    () =>
      inFolder(async (folder) => {
        const isOver = ({ runs }: Recorded) => runs.filter(({ state }) => state === "success").length >= 4;
        const airflow = (...words: readonly string[]) => commandAirflow(python as string, folder, words);
        const { recorded } = await schedule(folder, "metered", metered, isOver, meteredModule, () => {
          airflow("pools", "import", join(folder, "pools.json"));
          airflow("dags", "reserialize");
          for (const dag of ["s.steps", "s.runs"]) {
            for (const key of ["a", "b"]) {
              const run = `${dag}-${key}`;
              airflow("dags", "trigger", dag, "--run-id", run, "--conf", JSON.stringify({ partitions: key }));
            }
          }
        });
        assert.deepEqual(recorded.runs.map(({ state }) => state), Array(4).fill("success"));
        for (const asset of ["metered", "single"] as const) requireTurns(join(folder, "io"), asset);
      }),
  );

  check(
    "makes a month when all of its days were made, and each of its days from it",
    () =>
      inFolder(async (folder) => {
        const [march, both] = [daysFrom("2026-03-01", 31), daysFrom("2026-03-01", 33)];
        const { recorded, values } = await schedule(
          folder,
          "periods",
          periods,
          (found) =>
            keysOf(found, "s.auto.share").length >= march.length &&
            keysOf(found, "s.daily").length >= both.length,
        );
        assert.deepEqual(keysOf(recorded, "s.daily"), both);
        assert.deepEqual(keysOf(recorded, "s.auto.total"), ["2026-03"]);
        assert.deepEqual(keysOf(recorded, "s.auto.share"), march);
        assert.equal(recorded.runs.length, both.length + 1 + march.length);
        const keys = (asset: string) =>
          recorded.events.filter((event) => event.asset === asset).map((event) => event.key).sort();
        assert.deepEqual([keys("count"), keys("total"), keys("share")], [both, ["2026-03"], march]);
        const order = recorded.events.map(({ asset, key }) => `${asset} ${key}`);
        const month = order.indexOf("total 2026-03");
        assert.ok(march.every((day) => order.indexOf(`count ${day}`) < month));
        for (const day of march) {
          assert.ok(values.some((value) => value.includes(`${day} is a part of 496`)), day);
        }
      }),
  );
});
