/** The windows of time in a partition definition. */
import type { Partitions, TimePartitions } from "./definition.ts";

/** The definition itself when it is one of time, else its one dimension of time; undefined where there is none, or several. */
export function windowsOf(partitions: Partitions | undefined): TimePartitions | undefined {
  if (partitions?.kind === "time") return partitions;
  if (partitions?.kind !== "multi") return undefined;
  const times = Object.values(partitions.dimensions).filter((leaf) => leaf.kind === "time");
  return times.length === 1 ? times[0] : undefined;
}
