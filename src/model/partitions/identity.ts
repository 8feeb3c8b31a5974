/** What single partitions are known by. */
import type { PartitionSpace } from "./space.ts";
import type { PartitionIdentity } from "./stored.ts";

/** The identity of a cell: the start of its window, its name, or one of these per dimension. */
export function identityAt(
  space: Exclude<PartitionSpace, { kind: "unit" }>,
  index: number,
): PartitionIdentity {
  if (space.kind === "time") return space.startAt(index);
  if (space.kind === "names") return space.keyAt(index);
  return space.dimensions.map((dimension) => {
    const coordinate = Math.floor(index / dimension.stride) % dimension.space.size;
    return identityAt(dimension.space, coordinate) as number | string;
  });
}
