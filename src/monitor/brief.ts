/** Partition definitions in a word or two, for tables and drawings that have no room for more. */
import { dimensionNames, type Partitions } from "../model/partitions/definition.ts";

/** `day`, `day in Europe/Berlin`, `3 keys`, `dynamic customers`, `day x region`. */
export function briefPartitions(partitions: Partitions): string {
  switch (partitions.kind) {
    case "time":
      return partitions.timezone === "UTC" ? partitions.unit : `${partitions.unit} in ${partitions.timezone}`;
    case "static":
      return `${partitions.keys.length} ${partitions.keys.length === 1 ? "key" : "keys"}`;
    case "dynamic":
      return `dynamic ${partitions.name}`;
    case "multi":
      return dimensionNames(partitions).join(" x ");
  }
}
