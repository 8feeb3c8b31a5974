/** From a mapping and the partitions that exist on its two sides to answers in both directions. */
import { type Issue, SluiceError } from "../issue.ts";
import { checkMapping } from "./check.ts";
import { samePartitions } from "./definition.ts";
import type { LeafPartitions, MultiPartitions, Partitions } from "./definition.ts";
import { inferLeafMapping, inferMapping, type LeafInference, matchDimension } from "./infer.ts";
import type {
  Mapping,
  MultiMapping,
  MultiToSingleMapping,
  ResolvedMapping,
  SpecificMapping,
} from "./mapping.ts";
import type { DimensionLink } from "./mappings/cell_walker.ts";
import { ConstantMapping } from "./mappings/constant.ts";
import { FunctionMapping } from "./mappings/custom.ts";
import { IndexIdentity } from "./mappings/identity.ts";
import { findPieces, KeyedMapping } from "./mappings/keyed.ts";
import { axesOf, ProductMapping } from "./mappings/product.ts";
import type { TimeSide } from "./mappings/reach.ts";
import { TableMapping } from "./mappings/table.ts";
import { shareWindows, WindowMapping } from "./mappings/window.ts";
import type { MultiSpace, PartitionSpace } from "./space.ts";
import { emptySubset, fullSubset, rangeSubset, subsetOf } from "./subset.ts";

/** One side of a mapping: its definition, and the partitions of it that exist. */
export interface MappingSide {
  readonly partitions: Partitions | undefined;
  readonly space: PartitionSpace;
}

/** A side with several dimensions. */
interface MultiSide {
  readonly partitions: MultiPartitions;
  readonly space: MultiSpace;
}

/**
 * Binds a mapping, or what is inferred when there is none, to the partitions of its two sides. Both spaces must
 * be of the same instant.
 *
 * The rules are those of Dagster's built-in mappings, for any number of dimensions. Where ours differ:
 *
 * - A set of partitions reads the union of what its members read. Dagster joins neighbours into one window first,
 *   so that there a set can read more, or other partitions, than its members.
 * - `toDownstream` is the exact inverse of `toUpstream`.
 * - Only windows that overlap are read. With exclusions upstream, Dagster also reads the last window before.
 * - The missing windows are those that overlap what is asked for and do not exist; no other is listed. An upstream
 *   that has no window yet is bounded by its start.
 * - Offsets count windows in every zone. Dagster adds hours to hours and days to days, which leads between windows
 *   where a zone shifts by half an hour (Lord Howe) or skips a day (Apia).
 * - `multiToSingleMapping` honours its dimension; the missing keys of several dimensions are whole keys.
 *
 * @throws {SluiceError} MAPPING_INVALID or PARTITION_UNKNOWN when the mapping cannot hold between the definitions.
 */
export function resolveMapping(
  mapping: Mapping | undefined,
  downstream: MappingSide,
  upstream: MappingSide,
): ResolvedMapping {
  refuse(checkMapping(mapping, downstream.partitions, upstream.partitions));
  if (mapping) return resolveChecked(mapping, downstream, upstream);
  const inference = inferMapping(downstream.partitions, upstream.partitions);
  if ("issue" in inference) throw new SluiceError(inference.issue);
  return resolveChecked(inference.mapping, downstream, upstream);
}

function resolveChecked(mapping: Mapping, downstream: MappingSide, upstream: MappingSide): ResolvedMapping {
  const [below, above] = [downstream.space, upstream.space];
  switch (mapping.kind) {
    case "all":
      return new ConstantMapping(below, above, fullSubset(above.size));
    case "last":
      return new ConstantMapping(
        below,
        above,
        above.size > 0 ? rangeSubset(above.size - 1, above.size) : emptySubset(),
      );
    case "specific":
      return resolveSpecific(mapping, below, above);
    case "static":
      return new TableMapping(mapping, below, above);
    case "custom":
      return new FunctionMapping(mapping, below, above);
    case "time-window": {
      const [down, up] = [timeSide(downstream), timeSide(upstream)];
      const unmoved = mapping.startOffset === 0 && mapping.endOffset === 0;
      return unmoved && shareWindows(down, up)
        ? new IndexIdentity(below, above)
        : new WindowMapping(mapping, down, up);
    }
    case "identity":
      return resolveIdentity(downstream, upstream);
    case "multi":
      return resolveMulti(mapping, multiSide(downstream), multiSide(upstream));
    case "multi-to-single":
      return resolveMultiToSingle(mapping, downstream, upstream);
  }
}

function resolveSpecific(
  mapping: SpecificMapping,
  below: PartitionSpace,
  above: PartitionSpace,
): ResolvedMapping {
  const indices = mapping.keys.map((key) => above.indexOf(key));
  const missing = mapping.keys.filter((_, position) => indices[position] < 0);
  return new ConstantMapping(below, above, subsetOf(indices.filter((index) => index >= 0)), missing);
}

function resolveIdentity(downstream: MappingSide, upstream: MappingSide): ResolvedMapping {
  const { partitions: ours, space: below } = downstream;
  const { partitions: theirs, space: above } = upstream;
  if (ours?.kind === "multi" && theirs?.kind === "multi") {
    const [down, up] = [multiSide(downstream), multiSide(upstream)];
    const links = up.space.dimensions.map(({ name }) =>
      linkDimensions(name, name, down, up, resolveIdentity)
    );
    return joinLinks(below, above, links);
  }
  if (haveSameKeys(downstream, upstream)) return new IndexIdentity(below, above);
  return new KeyedMapping(below, above, findPieces(below.size, targetByKey(downstream, upstream)));
}

/** Whether equal indices have equal keys on both sides. */
function haveSameKeys(downstream: MappingSide, upstream: MappingSide): boolean {
  const { partitions: ours, space: below } = downstream;
  const { partitions: theirs, space: above } = upstream;
  if (!ours || !theirs || !samePartitions(ours, theirs) || below.size !== above.size) return false;
  return ours.kind !== "time" || shareWindows(timeSide(downstream), timeSide(upstream));
}

/** How to find the upstream partition of the same key; by instant where that spares the strings. */
function targetByKey(downstream: MappingSide, upstream: MappingSide): (index: number) => number {
  const { partitions: ours, space: below } = downstream;
  const { partitions: theirs, space: above } = upstream;
  const sameKeys = ours?.kind === "time" && theirs?.kind === "time" &&
    ours.cron === theirs.cron && ours.timezone === theirs.timezone && ours.format === theirs.format;
  if (sameKeys && below.kind === "time" && above.kind === "time") {
    return (index) => above.indexAt(below.startAt(index));
  }
  return (index) => above.indexOf(below.keyAt(index));
}

function resolveMulti(mapping: MultiMapping, downstream: MultiSide, upstream: MultiSide): ResolvedMapping {
  const links = Object.entries(mapping.upstream).map(([name, { dimension, mapping: leaf }]) =>
    linkDimensions(dimension, name, downstream, upstream, (down, up) => resolveMapping(leaf, down, up))
  );
  return joinLinks(downstream.space, upstream.space, links);
}

function resolveMultiToSingle(
  mapping: MultiToSingleMapping,
  downstream: MappingSide,
  upstream: MappingSide,
): ResolvedMapping {
  const isDownMulti = downstream.partitions?.kind === "multi";
  const multi = multiSide(isDownMulti ? downstream : upstream);
  const single = isDownMulti ? upstream : downstream;
  const leaf = single.partitions as LeafPartitions;
  const inferWith = (dimension: LeafPartitions): LeafInference =>
    isDownMulti ? inferLeafMapping(dimension, leaf) : inferLeafMapping(leaf, dimension);
  const match = mapping.dimension === undefined
    ? matchDimension(multi.partitions, inferWith, leaf)
    : { name: mapping.dimension };
  if ("issue" in match) throw new SluiceError(match.issue);
  const position = positionOf(match.name, multi);
  const dimension = dimensionSide(position, multi);
  const link = isDownMulti
    ? { downstream: position, upstream: 0, mapping: resolveMapping(undefined, dimension, single) }
    : { downstream: 0, upstream: position, mapping: resolveMapping(undefined, single, dimension) };
  return joinLinks(downstream.space, upstream.space, [link]);
}

function linkDimensions(
  downstreamName: string,
  upstreamName: string,
  downstream: MultiSide,
  upstream: MultiSide,
  resolve: (downstream: MappingSide, upstream: MappingSide) => ResolvedMapping,
): DimensionLink {
  const [down, up] = [positionOf(downstreamName, downstream), positionOf(upstreamName, upstream)];
  const mapping = resolve(dimensionSide(down, downstream), dimensionSide(up, upstream));
  return { downstream: down, upstream: up, mapping };
}

/** A product of links; the identity when every dimension is. */
function joinLinks(
  below: PartitionSpace,
  above: PartitionSpace,
  links: readonly DimensionLink[],
): ResolvedMapping {
  const [ours, theirs] = [axesOf(below), axesOf(above)];
  const isIdentity = ours.length === theirs.length && links.length === ours.length &&
    links.every(({ downstream, upstream, mapping }) => mapping.isIdentity && downstream === upstream);
  return isIdentity ? new IndexIdentity(below, above) : new ProductMapping(below, above, links);
}

function positionOf(name: string, { space }: MultiSide): number {
  return space.dimensions.findIndex((dimension) => dimension.name === name);
}

function dimensionSide(position: number, { partitions, space }: MultiSide): MappingSide {
  const dimension = space.dimensions[position];
  return { partitions: partitions.dimensions[dimension.name], space: dimension.space };
}

function timeSide({ partitions, space }: MappingSide): TimeSide {
  if (partitions?.kind !== "time" || space.kind !== "time") throw strangeSpace(partitions, space);
  return { partitions, space };
}

function multiSide({ partitions, space }: MappingSide): MultiSide {
  if (partitions?.kind !== "multi" || space.kind !== "multi") throw strangeSpace(partitions, space);
  return { partitions, space };
}

function strangeSpace(partitions: Partitions | undefined, space: PartitionSpace): TypeError {
  return new TypeError(`A ${space.kind} space does not belong to ${partitions?.kind ?? "no"} partitions.`);
}

function refuse(issues: readonly Issue[]): void {
  const [first, ...rest] = issues;
  if (first) throw new SluiceError([first, ...rest]);
}
