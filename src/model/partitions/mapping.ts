/**
 * Partition mappings: which partitions of an upstream asset a partition of a downstream asset reads.
 * A mapping is plain frozen data; resolved against two spaces it answers in both directions.
 */
import type { PartitionSpace } from "./space.ts";
import type { Subset } from "./subset.ts";

/** The same key on both sides. */
export interface IdentityMapping {
  readonly kind: "identity";
}
/** Every upstream partition. */
export interface AllMapping {
  readonly kind: "all";
}
/** The last upstream partition. */
export interface LastMapping {
  readonly kind: "last";
}
/** The listed upstream keys; one key given alone (`list: false`) arrives as one value. */
export interface SpecificMapping<out Key extends string = string, out List extends boolean = boolean> {
  readonly kind: "specific";
  readonly keys: readonly Key[];
  readonly list: List;
}
/** A table from upstream key to the downstream keys that read it. */
export interface StaticMapping {
  readonly kind: "static";
  readonly downstreamByUpstream: { readonly [upstream: string]: readonly string[] };
}
/** Upstream windows that overlap the downstream window, moved by offsets counted in downstream windows. */
export interface TimeWindowMapping {
  readonly kind: "time-window";
  readonly startOffset: number;
  readonly endOffset: number;
  /** When true, windows before the upstream start or after its end are left out without being an error. */
  readonly allowNonexistent: boolean;
}
/** Between a multi-dimensional and a one-dimensional definition, by one dimension. */
export interface MultiToSingleMapping<out Name extends string = string> {
  readonly kind: "multi-to-single";
  /** The dimension to match; inferred when only one can match. */
  readonly dimension: Name | undefined;
}
/** How one upstream dimension follows one downstream dimension. */
export interface DimensionMapping {
  readonly dimension: string;
  readonly mapping: Mapping;
}
/** Between two multi-dimensional definitions, per upstream dimension; dimensions not named map to all. */
export interface MultiMapping {
  readonly kind: "multi";
  readonly upstream: { readonly [upstreamDimension: string]: DimensionMapping };
}
/** Two plain functions over keys, one per direction. */
export interface CustomMapping {
  readonly kind: "custom";
  readonly name: string;
  readonly upstream: (downstreamKey: string) => readonly string[];
  readonly downstream: (upstreamKey: string) => readonly string[];
}

/** Any partition mapping. */
export type Mapping =
  | IdentityMapping
  | AllMapping
  | LastMapping
  | SpecificMapping
  | StaticMapping
  | TimeWindowMapping
  | MultiToSingleMapping
  | MultiMapping
  | CustomMapping;

/** What a downstream set needs: the upstream partitions that exist, and the keys that would be needed but do not. */
export interface MappedUpstream {
  readonly existing: Subset;
  /** Keys that the rule asks for and the upstream space does not have; empty in the common case. */
  readonly missing: readonly string[];
}

/** A mapping bound to a downstream and an upstream space. */
export interface ResolvedMapping {
  readonly downstream: PartitionSpace;
  readonly upstream: PartitionSpace;
  /** True when index `i` maps to index `i` for every cell of both spaces: planners skip the arithmetic. */
  readonly isIdentity: boolean;
  /** The upstream set when it is the same for every downstream partition (all, last, specific), else undefined. */
  readonly constant: Subset | undefined;
  /** Upstream partitions read by any member of a downstream set. */
  toUpstream(downstream: Subset): MappedUpstream;
  /** Downstream partitions that read any member of an upstream set. */
  toDownstream(upstream: Subset): Subset;
  /** Upstream runs `[start, end)` read by one downstream partition, in ascending order. */
  eachUpstreamRange(downstreamIndex: number, visit: (start: number, end: number) => void): void;
}
