/** What every part of an exported project is written from: the snapshot with the names that were given. */
import type { AssetSnapshot, Snapshot, StepSnapshot } from "../../src/model/snapshot/snapshot.ts";
import type { Partitions } from "../../src/model/partitions/definition.ts";
import { identifierOf } from "../python/identifier.ts";
import { checkOutputName, isPlainStep, runnableSteps } from "./definitions/keys.ts";
import {
  allotNames,
  AUTOMATION_SENSOR,
  cellSensorName,
  HOOK_SENSORS,
  plainName,
  targetJobName,
  UNDO_JOB,
  UNDO_OP,
  UNDO_SENSORS,
} from "./definitions/names.ts";
import { openPartitions, type PartitionModule } from "./partitions/module.ts";
import { withoutExclusions } from "./partitions/windows.ts";
import type { DagsterVersion } from "./version.ts";

/** A snapshot, and how what is in it is called in Dagster. */
export interface Site {
  /** What is written: without what this version of Dagster cannot hold. */
  readonly snapshot: Snapshot;
  /** The version that is written for. */
  readonly dagster: DagsterVersion;
  /** The assets by key. */
  readonly assets: ReadonlyMap<string, AssetSnapshot>;
  /** The steps by name. */
  readonly steps: ReadonlyMap<string, StepSnapshot>;
  /** The names of ops by step. */
  readonly ops: ReadonlyMap<string, string>;
  /** The names of variables by external asset. */
  readonly externals: ReadonlyMap<string, string>;
  /** Steps that Dagster's own decorators take. */
  readonly plainSteps: ReadonlySet<string>;
  /** The names of jobs by job, and of the parts of jobs that are cut by partitions. */
  readonly jobs: ReadonlyMap<string, string>;
  /** The names of schedules by schedule. */
  readonly schedules: ReadonlyMap<string, string>;
  /** The names of sensors by sensor. */
  readonly sensors: ReadonlyMap<string, string>;
  /** The names of groups by group. */
  readonly groups: ReadonlyMap<string, string>;
  /** The names of pools by pool. */
  readonly pools: ReadonlyMap<string, string>;
  readonly partitions: PartitionModule;
  /** A definition of the table. */
  partitionsAt(place: number | undefined): Partitions | undefined;
}

/** Gives names to all that is in a snapshot. */
export function openSite(whole: Snapshot, dagster: DagsterVersion): Site {
  const snapshot = dagster.has("exclusions")
    ? whole
    : { ...whole, partitions: whole.partitions.map(withoutExclusions) };
  const steps = runnableSteps(snapshot);
  const taken = new Set([UNDO_OP, UNDO_JOB]);
  const ops = allotNames(steps.map((step) => ({ id: step.name, plain: plainOf(step) })), taken);
  const opNames = new Set([...taken, ...ops.values()]);
  const externals = snapshot.assets.filter(({ isExternal }) => isExternal).map(({ key }) => ({
    id: `external ${key}`,
    plain: plainName(key),
  }));
  const jobs = [
    ...snapshot.jobs.map(({ name }) => ({ id: `job ${name}`, plain: plainName(name) })),
    ...(snapshot.sensors ?? []).map((sensor) => ({
      id: `job ${targetJobName(sensor.name)}`,
      plain: plainName(`${sensor.name}_target`),
    })),
  ];
  const schedules = snapshot.schedules.map(({ name }) => ({
    id: `schedule ${name}`,
    plain: plainName(name),
  }));
  const sensors = (snapshot.sensors ?? []).flatMap(({ name, watch }) => [
    { id: `sensor ${name}`, plain: plainName(name) },
    // Dagster's sensors of runs hear of one status each.
    ...(watch.kind === "runs" ? watch.statuses.slice(1) : []).map((status) => ({
      id: `sensor ${name} ${status}`,
      plain: plainName(`${name}_${status}`),
    })),
  ]);
  const ticking = allotNames([...schedules, ...sensors], sensorNames(snapshot));
  const isOwnName = ({ name, check }: StepSnapshot) =>
    check === undefined || ops.get(name) === checkOutputName(check.asset, check.name);
  const plain = steps.filter((step) => isPlainStep(step, dagster) && isOwnName(step));
  return {
    snapshot,
    dagster,
    assets: new Map(snapshot.assets.map((asset) => [asset.key, asset])),
    steps: new Map(snapshot.steps.map((step) => [step.name, step])),
    ops,
    externals: byOwnName(allotNames(externals, opNames)),
    plainSteps: new Set(plain.map(({ name }) => name)),
    jobs: byOwnName(allotNames(jobs, opNames)),
    schedules: byOwnName(new Map(schedules.map(({ id }) => [id, ticking.get(id) as string]))),
    sensors: byOwnName(new Map(sensors.map(({ id }) => [id, ticking.get(id) as string]))),
    groups: wordsFor(
      snapshot.assets.map(({ group }) => group),
      dagster.has("groupPaths") ? /[-.]/g : /[-./]/g,
    ),
    pools: wordsFor(
      snapshot.steps.flatMap(({ pool }) => pool ?? []),
      dagster.has("poolPaths") ? undefined : /[-./]/g,
    ),
    partitions: openPartitions(snapshot.partitions),
    partitionsAt: (place) => place === undefined ? undefined : snapshot.partitions[place],
  };
}

function plainOf({ name, check }: StepSnapshot): string {
  return check ? checkOutputName(check.asset, check.name) : plainName(name);
}

/** Schedules and sensors share their names. */
function sensorNames({ partitions }: Snapshot): ReadonlySet<string> {
  return new Set([
    AUTOMATION_SENSOR,
    ...Object.values(UNDO_SENSORS),
    ...Object.values(HOOK_SENSORS),
    ...partitions.map((_, place) => cellSensorName(place)),
  ]);
}

function byOwnName(names: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...names].map(([id, name]) => [id.slice(id.indexOf(" ") + 1), name]));
}

/** Each name with `_` for the characters that it cannot have; with a hash, where another name has that one. */
function wordsFor(names: readonly string[], other: RegExp | undefined): ReadonlyMap<string, string> {
  const all = [...new Set(names)];
  if (other === undefined) return new Map(all.map((name) => [name, name]));
  const counts = new Map<string, number>();
  const words = all.map((name) => name.replace(other, "_"));
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return new Map(all.map((name, place) => [
    name,
    counts.get(words[place]) === 1 ? words[place] : identifierOf(name),
  ]));
}
