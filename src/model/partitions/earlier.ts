/** Whether a mapping of an asset onto itself only looks back. */
import type { LeafPartitions, Partitions } from "./definition.ts";
import type { LeafMapping, Mapping, StaticMapping } from "./mapping.ts";

/**
 * Whether every partition of an asset reads only strictly earlier ones of the same asset, so that its partitions
 * can be made one after the other: windows that end before their own begins (`endOffset` -1 or less), a static
 * table from earlier keys to later ones, or one dimension for which this holds.
 *
 * It is decided from the definitions alone; a custom mapping cannot show it.
 */
export function isStrictlyEarlier(mapping: Mapping | undefined, partitions: Partitions | undefined): boolean {
  if (!mapping || !partitions) return false;
  if (partitions.kind !== "multi") return isEarlierLeaf(mapping, partitions);
  if (mapping.kind !== "multi") return false;
  return Object.entries(mapping.upstream).some(([name, { dimension, mapping: leaf }]) =>
    dimension === name && leaf !== undefined && Object.hasOwn(partitions.dimensions, name) &&
    isEarlierLeaf(leaf, partitions.dimensions[name])
  );
}

function isEarlierLeaf(mapping: LeafMapping | Mapping, partitions: LeafPartitions): boolean {
  if (mapping.kind === "time-window") return partitions.kind === "time" && mapping.endOffset < 0;
  if (mapping.kind === "static") {
    return partitions.kind === "static" && isEarlierTable(mapping, partitions.keys);
  }
  return false;
}

function isEarlierTable(mapping: StaticMapping, keys: readonly string[]): boolean {
  const positions = new Map(keys.map((key, position) => [key, position]));
  return Object.entries(mapping.downstreamByUpstream).every(([upstream, downstream]) => {
    const from = positions.get(upstream);
    return from !== undefined && downstream.every((key) => (positions.get(key) ?? -1) > from);
  });
}
