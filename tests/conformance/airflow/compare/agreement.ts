/** What is loaded from an exported project agrees with the snapshot, and ticks as predicted. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Definitions, type Snapshot, type StepSnapshot, takeSnapshot } from "sluice";
import { type DagPlan, planDags } from "../../../../adapters/airflow/dags.ts";
import { exportAirflow } from "../../../../adapters/airflow/export.ts";
import { keysAsPools } from "../../../../adapters/parts/keys.ts";
import { Graph } from "../../../../adapters/airflow/graph.ts";
import { departures } from "../../../../adapters/airflow/report.ts";
import { taskName } from "../../../../adapters/airflow/steps.ts";
import {
  type Clock,
  clockTicks,
  openClock,
  ownTicks,
  type Tick,
} from "../../../../adapters/airflow/time/clock.ts";
import { AirflowCron } from "../../../../adapters/airflow/time/ticks.ts";
import { inFolder } from "../../../support/folder.ts";
import { type Answer, askAirflow, type LoadedDag, writeDags } from "../engine.ts";
import type { AirflowVersion } from "../installed.ts";

const spring = Date.UTC(2026, 0, 1);
const options = { command: ["sluice"], module: "definitions.ts", ticksFromMs: spring };

/** How many ticks of a schedule are compared. */
export const TICKS = 50;

/** A graph, and the name that its Dags begin with. */
export type NamedGraph = readonly [name: string, definitions: Definitions];

/** One graph with its Dags. */
interface Exported {
  readonly snapshot: Snapshot;
  readonly graph: Graph;
  readonly plans: readonly DagPlan[];
}

/** A schedule's Dag, and how it ticks. */
interface Scheduled {
  readonly graph: Graph;
  readonly plan: DagPlan;
  readonly clock: Clock;
  readonly from: number;
}

/** Exports graphs for a version, loads them into it, and compares. */
export async function loadBatch(batch: readonly NamedGraph[], version: AirflowVersion): Promise<void> {
  await inFolder((folder) => {
    const exported = batch.map((graph) => writeGraph(folder, graph, version));
    const scheduled = exported.flatMap((each) => schedulesOf(each, version));
    const answer = askAirflow(version.python as string, folder, {
      clocks: scheduled.map((each) => ({ dag: each.plan.id, from: beginningOf(each), count: TICKS })),
    });
    assert.deepEqual(answer.load.errors, {});
    assert.deepEqual(answer.load.warnings, []);
    for (const each of exported) agreeWithSnapshot(each, answer.load.dags);
    assert.equal(Object.keys(answer.load.dags).length, exported.flatMap(({ plans }) => plans).length);
    scheduled.forEach((each, place) => agreeOnClock(each, answer.clocks[place]));
    satisfyRuff(folder, version);
  });
}

function writeGraph(
  folder: string,
  [name, definitions]: NamedGraph,
  { target }: AirflowVersion,
): Exported {
  const taken = takeSnapshot(definitions);
  writeDags(exportAirflow(taken, { ...options, name, targetVersion: target }), folder);
  const { snapshot } = keysAsPools(taken, { ...options, name });
  const graph = new Graph(snapshot);
  return { snapshot, graph, plans: planDags(graph, name) };
}

function schedulesOf(
  { snapshot, graph, plans }: Exported,
  { level }: AirflowVersion,
): readonly Scheduled[] {
  return plans.flatMap((plan) => {
    if (plan.origin.kind !== "schedule") return [];
    const clock = openClock(plan.origin.schedule, snapshot, { level, ticksFromMs: spring });
    return [spring, Date.UTC(2026, 9, 20)].map((at) => ({
      graph,
      plan,
      clock,
      from: Math.max(at, clock.startMs ?? at),
    }));
  });
}

/** From when on Airflow is asked: of runs that have data intervals it counts where these begin. */
function beginningOf({ clock: { kind, crons: [cron], timezone }, from }: Scheduled): number {
  if (kind !== "interval") return from;
  const ticks = new AirflowCron(cron, timezone);
  return ticks.previous(ticks.first(from));
}

function agreeWithSnapshot({ graph, plans }: Exported, dags: Answer["load"]["dags"]): void {
  const made = new Set<string>();
  for (const plan of plans) {
    const dag = dags[plan.id];
    assert.ok(dag, plan.id);
    assert.ok(dag.round, plan.id);
    assert.equal(dag.paused, plan.isPaused, plan.id);
    assert.equal(dag.catchup, plan.origin.kind === "schedule" && plan.origin.schedule.catchUp, plan.id);
    agreeOnLimits(graph, plan, dag);
    assert.equal(dag.description, plan.description ?? null, plan.id);
    assert.deepEqual(Object.keys(dag.tasks).sort(), plan.steps.map(({ step }) => taskName(step)).sort());
    agreeOnEnds(graph, plan, dag);
    const inside = new Set(plan.steps.map(({ step }) => step.name));
    for (const { step, outputs } of plan.steps) {
      const keys = outputs ?? step.outputs.map(({ key }) => key);
      for (const key of keys) made.add(key);
      agreeOnTask(graph, { step, keys, priority: plan.priority ?? 0 }, dag, inside);
    }
  }
  const own = graph.snapshot.assets.filter(({ isExternal }) => !isExternal).map(({ key }) => key);
  assert.deepEqual([...made].sort(), own.sort());
}

/** How many runs and tasks go on at once, where the job says so. Runs of what reads itself follow each other. */
function agreeOnLimits(graph: Graph, { id, steps, concurrency = {} }: DagPlan, dag: LoadedDag): void {
  const readsItself = steps.some(({ step }) =>
    step.inputs.some(({ key }) => graph.asset(key).step === step.name)
  );
  if (readsItself) assert.equal(dag.maxRuns, 1, id);
  else if (concurrency.key !== undefined) assert.equal(dag.maxRuns, concurrency.limit ?? 1, id);
  if (concurrency.steps !== undefined) assert.equal(dag.maxTasks, concurrency.steps, id);
}

/** All tasks come before the end, and a step is undone after all that was made from it, however far away. */
function agreeOnEnds(graph: Graph, plan: DagPlan, dag: LoadedDag): void {
  const { id, steps, compensate = true, hooked } = plan;
  const hooks = Object.values(dag.others).flatMap(({ hook }) => hook ?? []);
  const isRunHook = (name: string) => name === "onRunStart" || name === "onRunEnd";
  assert.deepEqual(hooks.sort(), (hooked?.hooks ?? []).filter(isRunHook).toSorted(), id);
  const undone = compensate ? steps.filter(({ step }) => step.undo !== undefined) : [];
  const taskOf = new Map(
    Object.entries(dag.others).flatMap(([task, { undoes }]) => undoes === null ? [] : [[undoes, task]]),
  );
  assert.deepEqual([...taskOf.keys()].sort(), undone.map(({ step }) => taskName(step)).sort(), id);
  for (const other of Object.values(dag.others)) assert.equal(other.rule, "all_done");
  const { sluice_ended: ended, sluice_verdict: verdict, sluice_told: told, ...rest } = dag.others;
  if (undone.length === 0) {
    assert.deepEqual([ended, verdict !== undefined], [undefined, hooks.length > 0], id);
    if (told) assert.deepEqual(told.upstream, Object.keys(dag.tasks).sort(), id);
    return;
  }
  assert.equal(Object.keys(rest).length, undone.length + Number(hooks.includes("onRunStart")));
  assert.deepEqual(ended.upstream, Object.keys(dag.tasks).sort(), id);
  const before = (task: string): ReadonlySet<string> => {
    const found = new Set<string>();
    const open = [...dag.others[task]?.upstream ?? []];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (!found.has(next)) open.push(...dag.others[next]?.upstream ?? []);
      found.add(next);
    }
    return found;
  };
  const last = told ? "sluice_told" : "sluice_verdict";
  assert.ok([...taskOf.values()].every((task) => before(last).has(task)), id);
  assert.ok(!told || verdict.upstream.includes("sluice_told"), id);
  const inside = new Map(steps.map(({ step }) => [step.name, step]));
  const above = (step: StepSnapshot): readonly StepSnapshot[] => {
    const direct = [...graph.upstreamOf(step)].flatMap((name) => inside.get(name) ?? []);
    return [...direct, ...direct.flatMap(above)];
  };
  for (const { step } of undone) {
    const own = taskOf.get(taskName(step)) as string;
    assert.ok(before(own).has("sluice_ended"), id);
    assert.equal(dag.others[own].retries, step.retry?.maxRetries ?? 0);
    assert.equal(dag.others[own].pool, step.pool ?? "default_pool");
    for (const each of above(step)) {
      const later = taskOf.get(taskName(each));
      if (later !== undefined) assert.ok(before(later).has(own), `${id}: ${each.name} before ${step.name}`);
    }
  }
}

function agreeOnTask(
  graph: Graph,
  { step, keys, priority: ofJob }: {
    readonly step: StepSnapshot;
    readonly keys: readonly string[];
    readonly priority: number;
  },
  dag: LoadedDag,
  inside: ReadonlySet<string>,
): void {
  const task = dag.tasks[taskName(step)];
  const { name, check, retry, pool = "default_pool", priority, timeoutMs, inputs } = step;
  assert.equal(task.step, name);
  assert.equal(task.label, name);
  assert.deepEqual(task.templates, []);
  const waits = [...graph.upstreamOf(step)].filter((each) => inside.has(each));
  assert.deepEqual(task.upstream, waits.map((each) => taskName(graph.step(each))).sort(), name);
  assert.deepEqual(
    [...task.inlets].sort(),
    [...new Set(check ? [check.asset] : inputs.map(({ key }) => key))].sort(),
  );
  assert.deepEqual(task.outlets.map((outlet) => outlet.name), keys);
  for (const outlet of task.outlets) agreeOnAsset(graph, outlet);
  assert.equal(task.pool, pool);
  assert.equal(task.past, step.dependsOnPast ?? false);
  assert.equal(task.retries, retry?.maxRetries ?? 0);
  if (retry && retry.maxRetries > 0 && (retry.backoff ?? "constant") === "constant") {
    assert.equal(task.delay, Math.min(retry.delayMs ?? 0, retry.maxDelayMs ?? Infinity) / 1000);
  }
  assert.deepEqual(task.weight, [ofJob * 1_000 + Math.trunc(priority), "absolute"]);
  assert.equal(task.timeout, timeoutMs === undefined ? null : timeoutMs / 1000 + 30);
  assert.equal(task.partitioned, step.partitions !== undefined);
  const owners = [...new Set(step.outputs.flatMap(({ key }) => graph.asset(key).owners))];
  assert.equal(task.owner, owners.length > 0 ? owners.join(", ") : "airflow");
  const group = graph.asset(check?.asset ?? step.outputs[0].key).group;
  assert.equal(task.group, group === "default" ? null : group);
}

function agreeOnAsset(graph: Graph, outlet: LoadedDag["tasks"][string]["outlets"][number]): void {
  const { key, group, description, tags, owners, kinds, metadata, codeVersion } = graph.asset(outlet.name);
  assert.equal(outlet.group, group);
  assert.equal(decodeURIComponent(outlet.uri), `x-sluice://${key}`);
  assert.deepEqual(outlet.extra, {
    ...(description !== undefined && { description }),
    ...(kinds.length > 0 && { kinds }),
    ...(owners.length > 0 && { owners }),
    ...(Object.keys(tags).length > 0 && { tags }),
    ...(codeVersion !== undefined && { codeVersion }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  });
}

/** Instants and windows are as predicted, and where they are not ours, the report has the instant. */
function agreeOnClock({ graph, plan, clock, from }: Scheduled, runs: Answer["clocks"][number]): void {
  if (plan.origin.kind !== "schedule") return;
  const { schedule } = plan.origin;
  const predicted = clockTicks(clock, from).take(TICKS).toArray();
  assert.deepEqual(texts(runs.map(({ at }) => at)), texts(predicted.map(({ atMs }) => atMs)), plan.id);
  const partitions = plan.partitions === undefined ? undefined : graph.snapshot.partitions[plan.partitions];
  if (partitions?.kind === "time") {
    const keys = runs.map(({ keys }) => keys === null || "start" in keys ? keys?.end : keys[0]);
    assert.deepEqual(keys, predicted.map(({ key }) => key), plan.id);
  }
  const told = new Set(departures(schedule, graph, clock, from));
  const last = predicted.at(-1)?.atMs ?? from;
  const ours = [...ownTicks(schedule, partitions, from).take(4 * TICKS)].filter(({ atMs }) => atMs <= last);
  const known = new Map(predicted.map((tick) => [tick.atMs, tick.key]));
  const isTold = ({ atMs, key }: Tick) => told.has(atMs) || known.has(atMs) && known.get(atMs) === key;
  assert.deepEqual(ours.filter((tick) => !isTold(tick)), [], plan.id);
}

/** Instants as people read them. */
export function texts(instants: readonly number[]): readonly string[] {
  return instants.map((ms) => new Date(ms).toISOString());
}

function satisfyRuff(folder: string, { python }: AirflowVersion): void {
  const ruff = join(dirname(python as string), "ruff");
  if (!existsSync(ruff)) {
    return console.log("airflow: no ruff beside the Python, so the rules are not checked");
  }
  for (
    const words of [["check", "--preview", "--select", "AIR"], ["check", "--select", "AIR,E,F,W,I"], [
      "format",
      "--check",
    ]]
  ) {
    const { status, stdout, stderr } = spawnSync(ruff, [...words, "--no-cache", "."], {
      cwd: folder,
      encoding: "utf8",
    });
    assert.equal(status, 0, `${words.join(" ")}: ${stdout.slice(0, 3000)}${stderr.slice(0, 2000)}`);
  }
}
