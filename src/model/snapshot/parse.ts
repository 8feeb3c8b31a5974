/** Snapshots read back from JSON. */
import { SluiceError } from "../issue.ts";
import { nameType } from "../quote.ts";
import type { Snapshot } from "./snapshot.ts";

const LISTS = ["partitions", "assets", "steps", "jobs", "schedules"] as const;

/**
 * Reads a snapshot back from what `JSON.parse` gives.
 *
 * @throws {SluiceError} SNAPSHOT_INVALID for another document, one of a newer version, and references to nothing.
 * @example
 * ```ts
 * import { defineAsset, definitions, parseSnapshot, takeSnapshot } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const snapshot = takeSnapshot(definitions({ assets: [defineAsset({ key: "orders", run: () => [] })] }));
 * assert.deepEqual(parseSnapshot(JSON.parse(JSON.stringify(snapshot))), snapshot);
 * assert.throws(() => parseSnapshot({ kind: "sluice-snapshot", version: 2 }), /SNAPSHOT_INVALID/);
 * ```
 */
export function parseSnapshot(json: unknown): Snapshot {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw invalid(`it is ${Array.isArray(json) ? "a list" : nameType(json)}, not a record.`, []);
  }
  const { kind, version, ...lists } = json as { readonly [field: string]: unknown };
  if (kind !== "sluice-snapshot") throw invalid('it has no kind "sluice-snapshot".', ["kind"]);
  if (version !== 1) {
    throw invalid(`it is of version ${String(version)}; this Sluice reads version 1.`, ["version"]);
  }
  for (const list of LISTS) {
    if (!Array.isArray(lists[list])) throw invalid(`its ${list} are no list.`, [list]);
  }
  if (lists.sensors !== undefined && !Array.isArray(lists.sensors)) {
    throw invalid("its sensors are no list.", ["sensors"]);
  }
  const snapshot = json as unknown as Snapshot;
  checkReferences(snapshot);
  return snapshot;
}

/** Everything that is named must be there: exporters follow references without looking. */
function checkReferences({ partitions, assets, steps, jobs, schedules, sensors = [] }: Snapshot): void {
  const keys = new Set(assets.map(({ key }) => key));
  const names = new Set(steps.map(({ name }) => name));
  const jobNames = new Set(jobs.map(({ name }) => name));
  const requireIn = (known: ReadonlySet<unknown>, name: unknown, path: readonly string[]): void => {
    if (!known.has(name)) throw invalid(`${path.join(".")} names ${String(name)}, which is not in it.`, path);
  };
  const places = new Set(partitions.keys());
  const requirePlace = (place: number | undefined, path: readonly string[]): void => {
    if (place !== undefined) requireIn(places, place, [...path, "partitions"]);
  };
  for (const { key, step, partitions: place } of assets) {
    requireIn(names, step, ["assets", key, "step"]);
    requirePlace(place, ["assets", key]);
  }
  for (const { name, outputs, inputs, partitions: place, check } of steps) {
    for (const { key } of [...outputs, ...inputs]) requireIn(keys, key, ["steps", name]);
    if (check) requireIn(keys, check.asset, ["steps", name, "check"]);
    requirePlace(place, ["steps", name]);
  }
  for (const { name, assets: list } of jobs) for (const key of list) requireIn(keys, key, ["jobs", name]);
  for (const { name, assets: list, job, partitions: place } of schedules) {
    for (const key of list) requireIn(keys, key, ["schedules", name]);
    if (job !== undefined) requireIn(jobNames, job, ["schedules", name, "job"]);
    requirePlace(place, ["schedules", name]);
  }
  for (const { name, assets: list, job, partitions: place, watch } of sensors) {
    const watched = watch.kind === "assets" || watch.kind === "freshness" ? watch.assets : [];
    for (const key of [...list, ...watched]) requireIn(keys, key, ["sensors", name]);
    for (const each of watch.kind === "runs" ? watch.jobs ?? [] : []) {
      requireIn(jobNames, each, ["sensors", name]);
    }
    if (job !== undefined) requireIn(jobNames, job, ["sensors", name, "job"]);
    requirePlace(place, ["sensors", name]);
  }
}

function invalid(problem: string, path: readonly string[]): SluiceError {
  return new SluiceError({
    code: "SNAPSHOT_INVALID",
    message: `This is no snapshot of definitions: ${problem}`,
    path,
    hint: "Make it with `sluice snapshot`, or with takeSnapshot().",
  });
}
