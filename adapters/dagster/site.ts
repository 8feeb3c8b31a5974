/** What every part of an exported project is written from: the snapshot with the names that were given. */
import type { AssetSnapshot, Snapshot, StepSnapshot } from "../../src/model/snapshot/snapshot.ts";
import type { Partitions } from "../../src/model/partitions/definition.ts";
import { identifierOf } from "../python/identifier.ts";
import { checkOutputName, isPlainStep, runnableSteps } from "./definitions/keys.ts";
import { allotNames, AUTOMATION_SENSOR, cellSensorName, plainName } from "./definitions/names.ts";
import { openPartitions, type PartitionModule } from "./partitions/module.ts";

/** A snapshot, and how what is in it is called in Dagster. */
export interface Site {
  readonly snapshot: Snapshot;
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
  /** The names of groups by group. */
  readonly groups: ReadonlyMap<string, string>;
  readonly partitions: PartitionModule;
  /** A definition of the table. */
  partitionsAt(place: number | undefined): Partitions | undefined;
}

/** Gives names to all that is in a snapshot. */
export function openSite(snapshot: Snapshot): Site {
  const steps = runnableSteps(snapshot);
  const ops = allotNames(steps.map((step) => ({ id: step.name, plain: plainOf(step) })));
  const opNames = new Set(ops.values());
  const externals = snapshot.assets.filter(({ isExternal }) => isExternal).map(({ key }) => ({
    id: `external ${key}`,
    plain: plainName(key),
  }));
  const jobs = snapshot.jobs.map(({ name }) => ({ id: `job ${name}`, plain: plainName(name) }));
  const schedules = snapshot.schedules.map(({ name }) => ({
    id: `schedule ${name}`,
    plain: plainName(name),
  }));
  const isOwnName = ({ name, check }: StepSnapshot) =>
    check === undefined || ops.get(name) === checkOutputName(check.asset, check.name);
  const plain = steps.filter((step) => isPlainStep(step) && isOwnName(step));
  return {
    snapshot,
    assets: new Map(snapshot.assets.map((asset) => [asset.key, asset])),
    steps: new Map(snapshot.steps.map((step) => [step.name, step])),
    ops,
    externals: byOwnName(allotNames(externals, opNames)),
    plainSteps: new Set(plain.map(({ name }) => name)),
    jobs: byOwnName(allotNames(jobs, opNames)),
    schedules: byOwnName(allotNames(schedules, sensorNames(snapshot))),
    groups: groupNames(snapshot),
    partitions: openPartitions(snapshot.partitions),
    partitionsAt: (place) => place === undefined ? undefined : snapshot.partitions[place],
  };
}

function plainOf({ name, check }: StepSnapshot): string {
  return check ? checkOutputName(check.asset, check.name) : plainName(name);
}

/** Schedules and sensors share their names. */
function sensorNames({ partitions }: Snapshot): ReadonlySet<string> {
  return new Set([AUTOMATION_SENSOR, ...partitions.map((_, place) => cellSensorName(place))]);
}

function byOwnName(names: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...names].map(([id, name]) => [id.slice(id.indexOf(" ") + 1), name]));
}

/** Groups hold letters, digits and `_`, and words of them joined by `/`. */
function groupNames({ assets }: Snapshot): ReadonlyMap<string, string> {
  const groups = [...new Set(assets.map(({ group }) => group))];
  const plain = (group: string) => group.replace(/[-.]/g, "_");
  const isAlone = (group: string) => groups.filter((each) => plain(each) === plain(group)).length === 1;
  return new Map(groups.map((group) => [group, isAlone(group) ? plain(group) : identifierOf(group)]));
}
