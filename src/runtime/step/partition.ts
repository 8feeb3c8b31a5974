/** The partition of a step as its body sees it. */
import type {
  MultiPartition,
  NamedPartition,
  NotPartitioned,
  TimePartition,
} from "../../model/assets/context.ts";
import type { PartitionSpace } from "../../model/partitions/space.ts";

/** Any partition. */
export type BodyPartition = NotPartitioned | NamedPartition | TimePartition | MultiPartition;

/** The partition of a step without partitions. */
export const NO_PARTITION: NotPartitioned = Object.freeze({ kind: "none" });

/** The cell of a space as a partition. */
export function partitionAt(space: PartitionSpace, cell: number): BodyPartition {
  const key = space.keyAt(cell);
  switch (space.kind) {
    case "unit":
      return NO_PARTITION;
    case "names":
      return { kind: "named", key };
    case "time":
      return { kind: "time", key, window: { startMs: space.startAt(cell), endMs: space.endAt(cell) } };
    case "multi": {
      const dimensions: Record<string, string> = {};
      for (const { name, space: dimension, stride } of space.dimensions) {
        dimensions[name] = dimension.keyAt(Math.floor(cell / stride) % dimension.size);
      }
      return { kind: "multi", key, dimensions };
    }
  }
}
