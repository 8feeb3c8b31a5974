/** The graphs of `exports/graphs`, executed by an Airflow; their values are those of a local run, byte for byte. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Definitions, type Snapshot, takeSnapshot } from "sluice";
import { type DagPlan, planDags } from "../../../../adapters/airflow/dags.ts";
import { exportAirflow } from "../../../../adapters/airflow/export.ts";
import { Graph } from "../../../../adapters/airflow/graph.ts";
import { RUNTIME_KEYS } from "../../../../adapters/airflow/options.ts";
import { commandLine } from "../../../cli/support/step.ts";
import { inFolder } from "../../../support/folder.ts";
import { type Case, type CaseRun, moduleOf, runLocally, valuesBelow } from "../../exports/cases.ts";
import { askAirflow, type Question, type RunResult, writeDags } from "../engine.ts";
import type { AirflowVersion } from "../installed.ts";

type Asked = NonNullable<Question["runs"]>[number];

/** A case as it was exported, and the runs that were asked for. */
interface Exported {
  readonly one: Case;
  readonly io: string;
  readonly plans: readonly DagPlan[];
  readonly asked: readonly Asked[];
}

/** Exports cases for a version, runs them in it, and compares. */
export async function runBatch(batch: readonly Case[], version: AirflowVersion): Promise<void> {
  await inFolder(async (folder) => {
    const exported: Exported[] = [];
    for (const one of batch) exported.push(await writeCase(one, folder, exported, version));
    const answer = askAirflow(version.python as string, folder, {
      runs: exported.flatMap(({ asked }) => asked),
    });
    assert.deepEqual(answer.load.errors, {});
    let place = 0;
    for (const each of exported) {
      const results = answer.runs.slice(place, place += each.asked.length);
      await agree(each, results, join(folder, "local", each.one.name), version);
    }
  });
}

async function writeCase(
  one: Case,
  folder: string,
  before: readonly Exported[],
  { target, level }: AirflowVersion,
): Promise<Exported> {
  const module = moduleOf(one);
  const { default: definitions } = await import(module) as { readonly default: Definitions };
  const snapshot = takeSnapshot(definitions);
  writeDags(
    exportAirflow(snapshot, {
      name: one.name,
      module,
      command: commandLine,
      ticksFromMs: Date.UTC(2026, 0, 1),
      targetVersion: target,
    }),
    folder,
  );
  const plans = planDags(new Graph(snapshot), one.name);
  const io = join(folder, "io", one.name);
  let id = before.reduce((sum, { asked }) => sum + asked.length, 0);
  const asked = one.runs.flatMap((run) =>
    runsOf(run, plans, snapshot).map((each): Asked => ({
      ...level >= RUNTIME_KEYS ? each : withoutKey(each),
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
    return [{ dag, conf: { partitions } }];
  });
}

/** A run as older versions are asked for it: any Dag takes the param, and few a key. */
function withoutKey({ key, ...run }: Omit<Asked, "id">): Omit<Asked, "id"> {
  return key === undefined ? run : { ...run, conf: { partitions: key } };
}

async function agree(
  { one, io, plans, asked }: Exported,
  results: readonly RunResult[],
  local: string,
  { level }: AirflowVersion,
) {
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
      const isKeyed = level >= RUNTIME_KEYS && partitioned.has(event.asset);
      assert.equal(event.key !== null, isKeyed, `${one.name}: ${event.asset}`);
      if (key !== undefined && event.key !== null) assert.equal(event.key, key);
    }
  });
  expected.get(one.name)?.(results);
}

/** What single cases must show beside their values. */
const expected: ReadonlyMap<string, (results: readonly RunResult[]) => void> = new Map([
  ["watched", ([good, bad]) => {
    assert.equal(byName(good.tasks, "sluice_verdict").state, "success");
    assert.deepEqual([bad.state, byName(bad.tasks, "sluice_told").state], ["failed", "success"]);
  }],
  ["undone", ([{ state, tasks }]) => {
    assert.equal(state, "failed");
    const undone = [["box", 1], ["order", 1], ["papers", 1], ["payment", 2]] as const;
    for (const [name, tries] of undone) {
      assert.deepEqual(byName(tasks, `undo_${name}`), { state: "success", tries }, name);
    }
    assert.deepEqual(byName(tasks, "undo_stock"), { state: "failed", tries: 1 });
    assert.equal(byName(tasks, "undo_parcel").state, "skipped");
    assert.equal(byName(tasks, "sluice_verdict").state, "failed");
  }],
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
    const days = events.flatMap(({ extra }) => extra.sluice as readonly { readonly partition: string }[]);
    assert.equal(new Set(days.map(({ partition }) => partition)).size, 8);
  }],
]);

function byName<T>(record: { readonly [id: string]: T }, name: string): T {
  const [, found] = Object.entries(record).find(([id]) => id.replace(/_[0-9a-f]{8}$/, "") === name) ?? [];
  assert.ok(found !== undefined, `${name} in ${Object.keys(record)}`);
  return found;
}
