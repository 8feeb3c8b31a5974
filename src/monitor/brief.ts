/** Partition definitions in a word or two, for tables and drawings that have no room for more. */
import { dimensionNames, type Partitions } from "../model/partitions/definition.ts";

/** `day`, `cron 0 6 * * 1 in Europe/Berlin`, `3 keys`, `dynamic customers`, `day x region`. */
export function briefPartitions(partitions: Partitions): string {
  switch (partitions.kind) {
    case "time": {
      const { unit, cron, timezone } = partitions;
      const cadence = unit === cron ? `cron ${cron}` : unit;
      return timezone === "UTC" ? cadence : `${cadence} in ${timezone}`;
    }
    case "static":
      return `${partitions.keys.length} ${partitions.keys.length === 1 ? "key" : "keys"}`;
    case "dynamic":
      return `dynamic ${partitions.name}`;
    case "multi":
      return dimensionNames(partitions).join(" x ");
  }
}
