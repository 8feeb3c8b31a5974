/** The latest windows of time among the partitions that exist. */
import { addBlock } from "../../../model/partitions/sets/product.ts";
import type { PartitionSpace, TimeSpace } from "../../../model/partitions/space.ts";
import {
  createSubsetBuilder,
  emptySubset,
  fullSubset,
  rangeSubset,
} from "../../../model/partitions/subset.ts";
import type { Subset } from "../../../model/partitions/subset.ts";

/** The partitions in the last window, or in those that begin within a span before its end; all without windows. */
export function latestWindow(space: PartitionSpace, lookbackMs: number | undefined): Subset {
  if (space.kind === "time") return lastOf(space, lookbackMs);
  const level = space.kind === "multi"
    ? space.dimensions.findIndex(({ space }) => space.kind === "time")
    : -1;
  if (space.kind !== "multi" || level < 0) return fullSubset(space.size);
  const axes = space.dimensions.map(({ space: { size }, stride }) => ({ size, stride }));
  const sets = space.dimensions.map(({ space }, each) =>
    each === level ? lastOf(space as TimeSpace, lookbackMs) : fullSubset(space.size)
  );
  const builder = createSubsetBuilder();
  addBlock(builder, axes, sets);
  return builder.build();
}

function lastOf(space: TimeSpace, lookbackMs: number | undefined): Subset {
  const { size } = space;
  if (size === 0) return emptySubset();
  const first = lookbackMs === undefined ? size - 1 : space.indexFrom(space.endAt(size - 1) - lookbackMs);
  return rangeSubset(first, size);
}
