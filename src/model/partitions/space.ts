/**
 * Spaces: the partitions of a definition that exist at one instant, numbered `0..size-1`.
 *
 * Everything inside Sluice speaks in these indices; key strings are made only where somebody reads or types
 * them. An index is valid for one space only and is never stored: what is stored is an identity
 * (the start instant of a window, the name of a static or dynamic key).
 */
import type { Partitions } from "./definition.ts";

interface Space {
  /** How many partitions exist. */
  readonly size: number;
  /** The key of the partition at `index`. Throws a RangeError outside `0..size-1`. */
  keyAt(index: number): string;
  /** The index of a key, or -1 when no partition of this space has exactly this key. */
  indexOf(key: string): number;
}

/** The one cell of an asset without partitions; its key is the empty string. */
export interface UnitSpace extends Space {
  readonly kind: "unit";
}

/** Windows of time in ascending order. */
export interface TimeSpace extends Space {
  readonly kind: "time";
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
  readonly kind: "names";
}

/** One named axis of a multi-dimensional space. */
export interface Dimension {
  readonly name: string;
  readonly space: LeafSpace;
  /** How many cells of the whole space one step along this axis skips. */
  readonly stride: number;
}

/**
 * The product of its dimensions in code-point order of their names; the last dimension varies fastest.
 * A cell's index is the sum over dimensions of `coordinate * stride`.
 */
export interface MultiSpace extends Space {
  readonly kind: "multi";
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

/** Opens the space of a definition at an instant; `undefined` gives the unit space. */
export type OpenSpace = (partitions: Partitions | undefined, context: SpaceContext) => PartitionSpace;
