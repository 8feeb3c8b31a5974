/**
 * Spaces: the partitions of a definition that exist at one instant, numbered `0..size-1`.
 *
 * Everything inside Sluice speaks in these indices; key strings are made only where somebody reads or types
 * them. An index is valid for one space only and is never stored: what is stored is an identity
 * (the start instant of a window, the name of a static or dynamic key).
 */
import { SluiceError } from "../issue.ts";
import { quote } from "../quote.ts";
import { dimensionNames } from "./definition.ts";
import type { LeafPartitions, MultiPartitions, Partitions } from "./definition.ts";
import { addBlock, type Axis, coordinateOf } from "./sets/product.ts";
import { CellSpace, checkCellNames } from "./spaces/cells.ts";
import { checkIndex } from "./spaces/index.ts";
import { openNames } from "./spaces/names.ts";
import { openWindowSpace } from "./spaces/windows.ts";
import { createSubsetBuilder, rangeSubset } from "./subset.ts";
import type { Subset } from "./subset.ts";

/** What all spaces have in common. */
export interface Space {
  /** How many partitions exist. */
  readonly size: number;
  /** The key of the partition at `index`. Throws a RangeError outside `0..size-1`. */
  keyAt(index: number): string;
  /** The index of a key, or -1 when no partition of this space has exactly this key. */
  indexOf(key: string): number;
}

/** The one cell of an asset without partitions; its key is the empty string. */
export interface UnitSpace extends Space {
  /** Says what this is. */
  readonly kind: "unit";
}

/** Windows of time in ascending order. */
export interface TimeSpace extends Space {
  /** Says what this is. */
  readonly kind: "time";
  /** The IANA zone of the keys. */
  readonly timezone: string;
  /** Start of the window at `index` (inclusive), epoch milliseconds. */
  startAt(index: number): number;
  /** End of the window at `index` (exclusive), epoch milliseconds. */
  endAt(index: number): number;
  /** The index of the first window that starts at or after `instantMs`; `size` when there is none. */
  indexFrom(instantMs: number): number;
  /** The index of the window that starts exactly at `instantMs`, or -1. */
  indexAt(instantMs: number): number;
}

/** Names: static keys in definition order, dynamic keys in the order they were added. */
export interface NameSpace extends Space {
  /** Says what this is. */
  readonly kind: "names";
}

/** One named axis of a multi-dimensional space. */
export interface Dimension {
  /** Its name. */
  readonly name: string;
  /** The partitions that exist. */
  readonly space: LeafSpace;
  /** How many cells of the whole space one step along this axis skips. */
  readonly stride: number;
}

/**
 * The product of its dimensions in code-point order of their names; the last dimension varies fastest.
 * A cell's index is the sum over dimensions of `coordinate * stride`.
 */
export interface MultiSpace extends Space {
  /** Says what this is. */
  readonly kind: "multi";
  /** The dimensions in code-point order of their names. */
  readonly dimensions: readonly Dimension[];
}

/** A space with one dimension. */
export type LeafSpace = TimeSpace | NameSpace;

/** Any space, that of an unpartitioned asset included. */
export type PartitionSpace = UnitSpace | LeafSpace | MultiSpace;

/** What decides which partitions exist beyond the definition itself. */
export interface SpaceContext {
  /** The instant for which windows are counted, epoch milliseconds. */
  readonly nowMs: number;
  /** The keys of a dynamic definition, in the order they were added. */
  readonly dynamicKeys: (name: string) => readonly string[];
}

/**
 * Opens the space of a definition at an instant; `undefined` gives the unit space. Windows are read once for each
 * definition and shared by all of its spaces.
 *
 * @throws {SluiceError} PARTITIONS_INVALID when dimensions have more than 2^53 cells together, or a dynamic key holds
 * the separator of dimensions.
 */
export function openSpace(partitions: Partitions | undefined, context: SpaceContext): PartitionSpace {
  if (partitions === undefined) return UNIT_SPACE;
  return partitions.kind === "multi" ? openCells(partitions, context) : openLeaf(partitions, context);
}

/**
 * The partitions from one key to another, both included: none when the second comes before the first, and for several
 * dimensions the product of their ranges.
 *
 * @throws {SluiceError} PARTITION_UNKNOWN for a key that the space does not have.
 */
export function rangeOf(space: PartitionSpace, startKey: string, endKey: string): Subset {
  const start = requireIndex(space, startKey);
  const end = requireIndex(space, endKey);
  if (space.kind !== "multi") return rangeSubset(start, Math.max(start, end + 1));
  const axes = space.dimensions.map(({ space: { size }, stride }) => ({ size, stride }));
  const builder = createSubsetBuilder();
  addBlock(builder, axes, axes.map((axis) => coordinateRange(axis, start, end)));
  return builder.build();
}

/**
 * The index of a key.
 *
 * @throws {SluiceError} PARTITION_UNKNOWN, with what keys there are, when the space does not have it.
 */
export function requireIndex(space: PartitionSpace, key: string): number {
  const index = space.indexOf(key);
  if (index >= 0) return index;
  throw new SluiceError({
    code: "PARTITION_UNKNOWN",
    message: `There is no partition ${quote(key)}.`,
    path: ["partition"],
    hint: describeSpace(space),
  });
}

const UNIT_SPACE: UnitSpace = Object.freeze({
  kind: "unit",
  size: 1,
  keyAt(index: number): string {
    checkIndex(index, 1);
    return "";
  },
  indexOf: (key: string) => key === "" ? 0 : -1,
});

function openLeaf(partitions: LeafPartitions, context: SpaceContext): LeafSpace {
  switch (partitions.kind) {
    case "time":
      return openWindowSpace(partitions, context.nowMs);
    case "static":
      return openNames(partitions.keys);
    case "dynamic":
      return openNames(context.dynamicKeys(partitions.name));
  }
}

function openCells(partitions: MultiPartitions, context: SpaceContext): MultiSpace {
  const spaces = dimensionNames(partitions).map((name) => {
    const space = openLeaf(partitions.dimensions[name], context);
    if (partitions.dimensions[name].kind === "dynamic") checkCellNames(name, space);
    return [name, space] as const;
  });
  return new CellSpace(spaces);
}

/** The coordinates from one cell to another along an axis, both included. */
function coordinateRange(axis: Axis, start: number, end: number): Subset {
  const first = coordinateOf(start, axis);
  return rangeSubset(first, Math.max(first, coordinateOf(end, axis) + 1));
}

function describeSpace(space: PartitionSpace): string {
  if (space.size === 0) return "There are no partitions at this time.";
  if (space.kind === "unit") return "This asset has no partitions: its only key is the empty text.";
  return `Keys run from ${quote(space.keyAt(0))} to ${quote(space.keyAt(space.size - 1))}.`;
}
