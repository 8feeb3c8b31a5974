/**
 * Axes: what gives the partitions of assets their rows. An axis numbers identities in the order in which they are
 * first heard of, and never again otherwise; the columns of all assets over it are read by these ordinals. Assets
 * with the same partitions share an axis, so that a space is matched with it once for all of them.
 */
import type { PartitionSpace } from "../../../partitions/space.ts";
import type { PartitionIdentity, StoredCells, StoredLeaf, StoredSubset } from "../../../partitions/stored.ts";
import type { Ordinals } from "./ordinals.ts";

/** Of what kind identities are: `time`, `names`, or for cells `multi:` and the kinds of their dimensions. */
export type Shape = string;

/** Numbers the identities of one way to partition. */
export interface Axis {
  /** Its place among the axes of a ledger. */
  readonly id: number;
  readonly shape: Shape;
  /** What it is known by for good: the cadence of windows, or the axes of the dimensions. */
  readonly name: string;
  /** How many identities it knows: ordinals are `0..size-1`. */
  readonly size: number;
  identityAt(ordinal: number): PartitionIdentity;
  /** The ordinal of an identity, or -1. */
  find(identity: PartitionIdentity): number;
  /** The ordinal of an identity, a new one if need be. */
  intern(identity: PartitionIdentity): number;
  /** The ordinals of a stored set of this shape, new ones if need be. */
  ordinalsOf(stored: StoredSubset): Ordinals;
}

/** An axis of one dimension. */
export interface LeafAxis extends Axis {
  readonly kind: "time" | "names";
  identityAt(ordinal: number): number | string;
}

/** The shape of a space; undefined for the one cell of an asset without partitions. */
export function shapeOfSpace(space: PartitionSpace): Shape | undefined {
  if (space.kind === "unit") return undefined;
  return space.kind === "multi" ? cellShape(space.dimensions.map((each) => each.space.kind)) : space.kind;
}

/** The shape of a stored set; undefined for the one cell of an asset without partitions, and for no cells at all. */
export function shapeOfStored(stored: StoredSubset): Shape | undefined {
  if (stored.kind === "unit") return undefined;
  if (stored.kind !== "multi") return stored.kind;
  return stored.runs.length === 0 ? undefined : cellShape(leafKinds(stored));
}

/** The shape of an identity. */
export function shapeOfIdentity(identity: PartitionIdentity): Shape {
  return typeof identity === "object" ? cellShape(identity.map(leafKind)) : leafKind(identity);
}

/** The sets of each dimension, outermost first, as far as the first run tells. */
export function leavesOf({ runs: [{ outer, inner }] }: StoredCells): readonly StoredLeaf[] {
  if (inner.kind === "unit") return [outer];
  return inner.kind === "multi" ? [outer, ...leavesOf(inner)] : [outer, inner];
}

function leafKinds(stored: StoredCells): readonly string[] {
  return leavesOf(stored).map((leaf) => leaf.kind);
}

function leafKind(identity: number | string): LeafAxis["kind"] {
  return typeof identity === "number" ? "time" : "names";
}

function cellShape(kinds: readonly string[]): Shape {
  return `multi:${kinds.join(",")}`;
}
