/** Exported graphs executed by the real Airflow; their values are those of a local run, byte for byte. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Definitions, type Snapshot, takeSnapshot } from "sluice";
import { type DagPlan, planDags } from "../../../adapters/airflow/dags.ts";
import { exportAirflow } from "../../../adapters/airflow/export.ts";
import { Graph } from "../../../adapters/airflow/graph.ts";
import { commandLine } from "../../cli/support/step.ts";
import { inFolder } from "../../support/folder.ts";
import {
  type Case,
  type CaseRun,
  cases,
  moduleOf,
  runLocally,
  valuesBelow,
  weather,
} from "../exports/cases.ts";
import { atScale, findPython } from "../python.ts";
import { askAirflow, type Question, type RunResult, writeDags } from "./engine.ts";

const python = findPython("SLUICE_AIRFLOW_PYTHON", "airflow: executed graphs");
const all: readonly Case[] = [...cases, ...atScale(0, 1) === 1 ? [weather] : []];

/** How many cases are run by one process. */
const BATCH = 5;

type Asked = NonNullable<Question["runs"]>[number];

/** A case as it was exported, and the runs that were asked for. */
interface Exported {
  readonly one: Case;
  readonly io: string;
  readonly plans: readonly DagPlan[];
  readonly asked: readonly Asked[];
}

const check = python === undefined ? test.skip : test;

describe("Airflow", () => {
  for (let first = 0; first < all.length; first += BATCH) {
    const batch = all.slice(first, first + BATCH);
    const names = batch.map(({ name }) => name).join(", ");
    check(`runs ${names} with the values of a local run`, () => runBatch(batch));
  }
});

async function runBatch(batch: readonly Case[]): Promise<void> {
  await inFolder(async (folder) => {
    const exported: Exported[] = [];
    for (const one of batch) exported.push(await writeCase(one, folder, exported));
    const answer = askAirflow(python as string, folder, { runs: exported.flatMap(({ asked }) => asked) });
    assert.deepEqual(answer.load.errors, {});
    let place = 0;
    for (const each of exported) {
      const results = answer.runs.slice(place, place += each.asked.length);
      await agree(each, results, join(folder, "local", each.one.name));
    }
  });
}

async function writeCase(one: Case, folder: string, before: readonly Exported[]): Promise<Exported> {
  const module = moduleOf(one);
  const { default: definitions } = await import(module) as { readonly default: Definitions };
  const snapshot = takeSnapshot(definitions);
  writeDags(
    exportAirflow(snapshot, {
      name: one.name,
      module,
      command: commandLine,
      ticksFromMs: Date.UTC(2026, 0, 1),
    }),
    folder,
  );
  const plans = planDags(new Graph(snapshot), one.name);
  const io = join(folder, "io", one.name);
  let id = before.reduce((sum, { asked }) => sum + asked.length, 0);
  const asked = one.runs.flatMap((run) =>
    runsOf(run, plans, snapshot).map((each): Asked => ({
      ...each,
      id: id++,
      env: { ...one.env, SLUICE_IO: io },
    }))
  );
  return { one, io, plans, asked };
}

/** The runs of Airflow for one of a case: a Dag for each partition definition, a run for each key, one for a range. */
function runsOf(
  { assets, partitions, job }: CaseRun,
  plans: readonly DagPlan[],
  snapshot: Snapshot,
): readonly Omit<Asked, "id">[] {
  const wanted = new Set(assets ?? snapshot.assets.map(({ key }) => key));
  const dags = plans.filter(({ origin, steps }) =>
    job === undefined
      ? origin.kind === "rest" && steps.some(({ step }) => step.outputs.some(({ key }) => wanted.has(key)))
      : origin.kind === "job" && origin.job.name === job
  );
  return dags.flatMap(({ id: dag, partitions: place }): readonly Omit<Asked, "id">[] => {
    if (place === undefined || partitions === undefined) return [{ dag }];
    if (!("start" in partitions)) return partitions.map((key) => ({ dag, key }));
    return [{ dag, conf: { partitions: { from: partitions.start, to: partitions.end } } }];
  });
}

async function agree({ one, io, plans, asked }: Exported, results: readonly RunResult[], local: string) {
  const told = JSON.stringify(results.map(({ state, tasks }) => ({ state, tasks })));
  assert.equal(results.at(-1)?.state, one.status, `${one.name}: ${told}`);
  const values = existsSync(io) ? valuesBelow(io) : new Map();
  assert.deepEqual(values, await runLocally(one, local), one.name);
  const partitioned = new Set(
    plans.flatMap(({ steps }) => steps).flatMap(({ step }) =>
      step.partitions === undefined ? [] : step.outputs.map(({ key }) => key)
    ),
  );
  results.forEach(({ events }, place) => {
    const { key } = asked[place];
    for (const event of events) {
      assert.equal(event.key !== null, partitioned.has(event.asset), `${one.name}: ${event.asset}`);
      if (key !== undefined && event.key !== null) assert.equal(event.key, key);
    }
  });
  expected.get(one.name)?.(results);
}

/** What single cases must show beside their values. */
const expected: ReadonlyMap<string, (results: readonly RunResult[]) => void> = new Map([
  ["retries", ([{ tasks }]) => {
    assert.deepEqual(byName(tasks, "flaky"), { state: "success", tries: 3 });
  }],
  ["skips", ([{ tasks, events }]) => {
    assert.equal(byName(tasks, "news").state, "skipped");
    assert.equal(byName(tasks, "digest").state, "skipped");
    assert.deepEqual(events.map(({ asset }) => asset).sort(), ["size", "source"]);
  }],
  ["failing_check", ([{ tasks, events, xcoms }]) => {
    assert.deepEqual(byName(tasks, "sum_small"), { state: "failed", tries: 1 });
    assert.equal(byName(tasks, "never").state, "upstream_failed");
    assert.deepEqual(events.map(({ asset }) => asset).sort(), ["rows", "sum"]);
    const { checks } = byName(xcoms, "rows") as { readonly checks: readonly unknown[] };
    assert.equal(checks.length, 2);
  }],
  ["ranges", ([{ events }]) => {
    const days = new Set(events.map(({ key }) => key));
    assert.equal(days.size, 8);
  }],
]);

function byName<T>(record: { readonly [id: string]: T }, name: string): T {
  const [, found] = Object.entries(record).find(([id]) => id.replace(/_[0-9a-f]{8}$/, "") === name) ?? [];
  assert.ok(found !== undefined, `${name} in ${Object.keys(record)}`);
  return found;
}
