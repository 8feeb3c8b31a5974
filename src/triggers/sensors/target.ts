/** What a sensor runs, and which partitions of it when nothing else says. */
import type { Asset } from "../../model/assets/declaration.ts";
import { jobOf, selectionOf } from "../../model/automation/schedule.ts";
import type { Sensor } from "../../model/automation/sensors/sensor.ts";
import type { Definitions } from "../../model/definitions.ts";
import type { Job, Selection } from "../../model/job.ts";
import type { Partitions } from "../../model/partitions/definition.ts";
import type { PartitionSpace } from "../../model/partitions/space.ts";
import { selectAssets } from "../../model/selection/select.ts";

/** What a launch takes, and the partitions of it. */
export interface Target {
  readonly what: { readonly job: string } | { readonly select: Selection };
  /** The keys of the assets that it makes. */
  readonly keys: readonly string[];
  /** The definition of its partitions; undefined without. */
  readonly partitions: Partitions | undefined;
}

/** What a sensor runs; undefined where that is nothing. */
export function targetOf(sensor: Sensor, definitions: Definitions): Target | undefined {
  const { target } = sensor;
  if (target === undefined) return undefined;
  const job: Job | undefined = jobOf(sensor);
  const chosen = selectAssets(definitions, selectionOf({ target }));
  const assets = definitions.assets.filter((asset, rank) => chosen[rank] === 1 && isMade(asset));
  return {
    what: job ? { job: job.name } : { select: target as Selection },
    keys: assets.map(({ key }) => key),
    partitions: assets.find(({ partitions }) => partitions)?.partitions,
  };
}

function isMade({ "~step": { kind } }: Asset): boolean {
  return kind !== "external";
}

/**
 * The last partition; where one of several dimensions is of time, all cells of its last window, and else the last of every
 * dimension. Empty where there is none yet.
 */
export function lastKeys(space: PartitionSpace): readonly string[] {
  if (space.size === 0) return [];
  if (space.kind !== "multi") return [space.keyAt(space.size - 1)];
  const windows = space.dimensions.filter((dimension) => dimension.space.kind === "time");
  let cells = [0];
  for (const { space: { kind, size }, stride } of space.dimensions) {
    const isWhole = windows.length === 1 && kind !== "time";
    const first = isWhole ? 0 : size - 1;
    const steps = Array.from({ length: size - first }, (_, at) => (first + at) * stride);
    cells = cells.flatMap((cell) => steps.map((step) => cell + step));
  }
  return cells.map((cell) => space.keyAt(cell));
}

/** All partitions. */
export function allKeys(space: PartitionSpace): readonly string[] {
  return Array.from({ length: space.size }, (_, index) => space.keyAt(index));
}
