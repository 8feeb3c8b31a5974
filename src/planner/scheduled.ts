/** Which partitions something that comes due by itself runs: the last, or all, that exist at its instant. */
import type { ScheduledPartitions } from "../model/automation/schedule.ts";
import type { MultiSpace, PartitionSpace } from "../model/partitions/space.ts";
import type { PartitionRequest } from "./request.ts";

/**
 * The partitions of a space as a request; undefined when there are none yet. The last one of several dimensions is every cell
 * of the last window where one dimension is of time, and the last cell otherwise.
 */
export function scheduledPartitions(
  space: Exclude<PartitionSpace, { readonly kind: "unit" }>,
  which: ScheduledPartitions,
): PartitionRequest | undefined {
  if (space.size === 0) return undefined;
  if (which === "all") return "all";
  if (space.kind !== "multi") return space.keyAt(space.size - 1);
  return lastWindow(space) ?? space.keyAt(space.size - 1);
}

function lastWindow(cells: MultiSpace): PartitionRequest | undefined {
  const { dimensions } = cells;
  const times = dimensions.filter(({ space }) => space.kind === "time");
  if (times.length !== 1) return undefined;
  const [{ space: windows, stride }] = times;
  const start = (windows.size - 1) * stride;
  const rest = dimensions.filter((dimension) => dimension !== times[0]);
  const end = rest.reduce((index, { space, stride }) => index + (space.size - 1) * stride, start);
  return { start: cells.keyAt(start), end: cells.keyAt(end) };
}
