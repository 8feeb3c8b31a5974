/**
 * Partition mappings: which partitions of an upstream asset a partition of a downstream asset reads.
 * A mapping is plain frozen data; resolved against two spaces (see `resolve.ts`) it answers in both directions.
 */
import {
  requireDimension,
  requireDimensionTable,
  requireDirections,
  requireKeys,
  requireKeyTable,
  requireTimeWindow,
} from "./given.ts";
import { SluiceError } from "../issue.ts";
import type { PartitionSpace } from "./space.ts";
import type { Subset } from "./subset.ts";

/** The same key on both sides. */
export interface IdentityMapping {
  /** Says what this is. */
  readonly kind: "identity";
}
/** Every upstream partition. */
export interface AllMapping {
  /** Says what this is. */
  readonly kind: "all";
}
/** The last upstream partition. */
export interface LastMapping {
  /** Says what this is. */
  readonly kind: "last";
}
/** The listed upstream keys; one key given alone (`list: false`) arrives as one value. */
export interface SpecificMapping<out Key extends string = string, out List extends boolean = boolean> {
  /** Says what this is. */
  readonly kind: "specific";
  /** The keys, in order. */
  readonly keys: readonly Key[];
  /** Whether the input arrives as a collection. */
  readonly list: List;
}
/** A table from upstream key to the downstream keys that read it. */
export interface StaticMapping {
  /** Says what this is. */
  readonly kind: "static";
  /** For each upstream key the downstream keys that read it. */
  readonly downstreamByUpstream: { readonly [upstream: string]: readonly string[] };
}
/** Upstream windows that overlap the downstream window, moved by offsets counted in downstream windows. */
export interface TimeWindowMapping {
  /** Says what this is. */
  readonly kind: "time-window";
  /** Moves the start of the window, in downstream windows. */
  readonly startOffset: number;
  /** Moves the end of the window, in downstream windows. */
  readonly endOffset: number;
  /** When true, windows before the upstream start or after its end are left out without being an error. */
  readonly allowNonexistent: boolean;
}
/** Between a multi-dimensional and a one-dimensional definition, by one dimension. */
export interface MultiToSingleMapping<out Name extends string = string> {
  /** Says what this is. */
  readonly kind: "multi-to-single";
  /** The dimension to match; inferred when only one can match. */
  readonly dimension: Name | undefined;
}
/** How one upstream dimension follows one downstream dimension. */
export interface DimensionMapping {
  /** The downstream dimension. */
  readonly dimension: string;
  /** Between the two dimensions; inferred from them when undefined. */
  readonly mapping: LeafMapping | undefined;
}
/** Between two multi-dimensional definitions, per upstream dimension; dimensions not named map to all. */
export interface MultiMapping {
  /** Says what this is. */
  readonly kind: "multi";
  /** How each upstream dimension follows a downstream one. */
  readonly upstream: { readonly [upstreamDimension: string]: DimensionMapping };
}
/** Two plain functions over keys, one per direction. */
export interface CustomMapping {
  /** Says what this is. */
  readonly kind: "custom";
  /** Its name. */
  readonly name: string;
  /** The upstream keys that a downstream partition reads. */
  readonly upstream: (downstreamKey: string) => readonly string[];
  /** The downstream keys that read an upstream partition. */
  readonly downstream: (upstreamKey: string) => readonly string[];
}

/** A mapping between definitions of one dimension each. */
export type LeafMapping =
  | IdentityMapping
  | AllMapping
  | LastMapping
  | SpecificMapping
  | StaticMapping
  | TimeWindowMapping
  | CustomMapping;

/** Any partition mapping. */
export type Mapping = LeafMapping | MultiToSingleMapping | MultiMapping;

/** What a downstream set needs: the upstream partitions that exist, and the keys that would be needed but do not. */
export interface MappedUpstream {
  /** Those that exist. */
  readonly existing: Subset;
  /** True when nothing is missing. Cheap, where `missing` makes strings. */
  readonly complete: boolean;
  /** Keys that the rule asks for and the upstream space does not have, made when first read. */
  readonly missing: readonly string[];
}

/** A mapping bound to a downstream and an upstream space. */
export interface ResolvedMapping {
  /** The space of the asset that reads. */
  readonly downstream: PartitionSpace;
  /** How each upstream dimension follows a downstream one. */
  readonly upstream: PartitionSpace;
  /** True when index `i` maps to index `i` for every cell of both spaces: planners skip the arithmetic. */
  readonly isIdentity: boolean;
  /** The upstream set when it is the same for every downstream partition (all, last, specific), else undefined. */
  readonly constant: Subset | undefined;
  /** Upstream partitions read by any member of a downstream set: the union of what each member reads. */
  toUpstream(downstream: Subset): MappedUpstream;
  /** Downstream partitions that read any member of an upstream set: the exact inverse of `toUpstream`. */
  toDownstream(upstream: Subset): Subset;
  /** Upstream runs `[start, end)` read by one downstream partition, in ascending order. Allocates nothing. */
  eachUpstreamRange(downstreamIndex: number, visit: (start: number, end: number) => void): void;
  /** The first downstream partition of which it is evident that it reads the same; itself where none is. */
  firstAlike(downstreamIndex: number): number;
}

const IDENTITY: IdentityMapping = Object.freeze({ kind: "identity" });
const ALL: AllMapping = Object.freeze({ kind: "all" });
const LAST: LastMapping = Object.freeze({ kind: "last" });

/**
 * The partition with the same key. Keys that the upstream does not have are reported as missing.
 *
 * Both sides must be of the same kind; zones and key sets may differ. Between multi-dimensional definitions the
 * names of the dimensions must be the same. The input arrives as one value.
 *
 * @example
 * ```ts
 * import { identityMapping } from "sluice";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(identityMapping(), { kind: "identity" });
 * ```
 */
export function identityMapping(): IdentityMapping {
  return IDENTITY;
}

/**
 * Every upstream partition, for every downstream partition. The input arrives as a collection.
 *
 * This is what holds without a mapping when the downstream asset has no partitions.
 *
 * @example
 * ```ts
 * import { allMapping } from "sluice";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(allMapping(), { kind: "all" });
 * ```
 */
export function allMapping(): AllMapping {
  return ALL;
}

/**
 * The last upstream partition that exists, for every downstream partition. The input arrives as one value.
 *
 * @example
 * ```ts
 * import { lastMapping } from "sluice";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(lastMapping(), { kind: "last" });
 * ```
 */
export function lastMapping(): LastMapping {
  return LAST;
}

/**
 * The given upstream partitions, for every downstream partition. One key given alone arrives as one value, a
 * list as a collection, also when it holds one key.
 *
 * @throws {SluiceError} MAPPING_INVALID for an empty list.
 * @example
 * ```ts
 * import { specificMapping } from "sluice";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(specificMapping("us"), { kind: "specific", keys: ["us"], list: false });
 * assert.deepEqual(specificMapping(["us", "eu"]).list, true);
 * ```
 */
export function specificMapping<const Key extends string>(key: Key): SpecificMapping<Key, false>;
/** The same for several keys. */
export function specificMapping<const Key extends string>(keys: readonly Key[]): SpecificMapping<Key, true>;
export function specificMapping(given: string | readonly string[]): SpecificMapping {
  requireKeys(given);
  const list = typeof given !== "string";
  const keys = list ? [...new Set(given)] : [given];
  if (keys.length === 0) {
    throw invalidMapping("A specific mapping names no partition.", "Give the upstream keys to read.");
  }
  return Object.freeze({ kind: "specific", keys: Object.freeze(keys), list });
}

/**
 * A table between two static definitions: for each upstream key the downstream key, or keys, that read it. The
 * input arrives as a collection.
 *
 * Upstream keys that are left out are read by nothing. Keys that one of the definitions does not have are
 * refused where the mapping is used.
 *
 * @example
 * ```ts
 * import { staticMapping } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const mapping = staticMapping({ us: "america", canada: "america", de: ["europe", "eu"] });
 * assert.deepEqual(mapping.downstreamByUpstream.us, ["america"]);
 * ```
 */
export function staticMapping(
  table: { readonly [upstream: string]: string | readonly string[] },
): StaticMapping {
  requireKeyTable(table);
  const rows = Object.entries(table).map(([upstream, downstream]) =>
    [
      upstream,
      Object.freeze(typeof downstream === "string" ? [downstream] : [...new Set(downstream)]),
    ] as const
  );
  return Object.freeze({ kind: "static", downstreamByUpstream: frozenRecord(rows) });
}

/** What {@linkcode timeWindowMapping} takes. */
export interface TimeWindowMappingOptions {
  /** How many downstream windows later the upstream windows begin; negative is earlier. Default 0. */
  readonly startOffset?: number;
  /** How many downstream windows later the upstream windows end; negative is earlier. Default 0. */
  readonly endOffset?: number;
  /** When true, upstream windows that do not exist are left out instead of being missing. Default false. */
  readonly allowNonexistent?: boolean;
}

/**
 * The upstream windows that overlap the downstream window, whatever the two cadences are: a day reads its 24
 * hours (23 or 25 when the clocks change), an hour reads its day. Both sides must be in the same zone. The
 * input arrives as a collection.
 *
 * Offsets move the two ends of the downstream window and count downstream windows: `startOffset: -6` on days
 * reads the last seven days. An end that an offset moves past the first or last upstream window stops there;
 * other windows that do not exist are missing, unless `allowNonexistent` is true. A set of partitions reads the
 * union of what each of its members reads, also where the members are neighbours.
 *
 * @throws {SluiceError} MAPPING_INVALID when an offset is not an integer, or when the start lies after the end.
 * @example
 * ```ts
 * import { timeWindowMapping } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const yesterday = timeWindowMapping({ startOffset: -1, endOffset: -1 });
 * assert.equal(yesterday.endOffset, -1);
 * ```
 */
export function timeWindowMapping(options: TimeWindowMappingOptions = {}): TimeWindowMapping {
  requireTimeWindow(options);
  const { startOffset = 0, endOffset = 0, allowNonexistent = false } = options;
  if (!Number.isSafeInteger(startOffset) || !Number.isSafeInteger(endOffset)) {
    throw invalidMapping(
      `The offsets ${startOffset} and ${endOffset} of a time window mapping must be integers.`,
      "Offsets count windows of the downstream definition.",
    );
  }
  if (startOffset > endOffset) {
    throw invalidMapping(
      `A time window mapping from offset ${startOffset} to ${endOffset} never reads anything.`,
      "startOffset may not be greater than endOffset.",
    );
  }
  return Object.freeze({ kind: "time-window", startOffset, endOffset, allowNonexistent });
}

/**
 * Between a definition of several dimensions and one of one dimension: a single partition goes with all cells
 * that have its key, or a window that overlaps its own, in one dimension.
 *
 * Without a name the dimension must be the only one that can match; this is also what holds without a mapping.
 *
 * @example
 * ```ts
 * import { multiToSingleMapping } from "sluice";
 * import assert from "node:assert/strict";
 *
 * assert.equal(multiToSingleMapping("date").dimension, "date");
 * ```
 */
export function multiToSingleMapping<const Name extends string = string>(
  dimension?: Name,
): MultiToSingleMapping<Name> {
  requireDimension(dimension);
  return Object.freeze({ kind: "multi-to-single", dimension });
}

/** What {@linkcode multiMapping} takes for one upstream dimension. */
export interface DimensionMappingOptions {
  /** The downstream dimension that it follows. */
  readonly dimension: string;
  /** Between the two dimensions. Default what would be inferred for them alone. */
  readonly mapping?: LeafMapping;
}

/**
 * Between two definitions of several dimensions: each named upstream dimension follows one downstream dimension,
 * the others are read whole. The input arrives as a collection.
 *
 * @example
 * ```ts
 * import { multiMapping, timeWindowMapping } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const mapping = multiMapping({
 *   day: { dimension: "month", mapping: timeWindowMapping() },
 *   region: { dimension: "region" },
 * });
 * assert.equal(mapping.upstream.region.mapping, undefined);
 * ```
 */
export function multiMapping(
  upstream: { readonly [upstreamDimension: string]: DimensionMappingOptions },
): MultiMapping {
  requireDimensionTable(upstream);
  const rows = Object.entries(upstream).map(([name, { dimension, mapping }]) =>
    [name, Object.freeze({ dimension, mapping })] as const
  );
  return Object.freeze({ kind: "multi", upstream: frozenRecord(rows) });
}

/** What {@linkcode customMapping} takes. */
export type CustomMappingOptions = Omit<CustomMapping, "kind">;

/**
 * Two pure functions over keys, each the inverse of the other: which upstream keys a downstream key reads, and
 * which downstream keys read an upstream key. The input arrives as a collection.
 *
 * On a side without partitions the key is the empty string. Upstream keys that do not exist are missing;
 * downstream keys that do not exist are ignored. Functions cannot be exported: targets refuse such an edge.
 *
 * @example
 * ```ts
 * import { customMapping } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const mapping = customMapping({
 *   name: "lower-case",
 *   upstream: (key) => [key.toUpperCase()],
 *   downstream: (key) => [key.toLowerCase()],
 * });
 * assert.deepEqual(mapping.upstream("us"), ["US"]);
 * ```
 */
export function customMapping(options: CustomMappingOptions): CustomMapping {
  requireDirections(options);
  const { name, upstream, downstream } = options;
  return Object.freeze({ kind: "custom", name, upstream, downstream });
}

/** A record without a prototype, so that no key of a user's means anything else. */
function frozenRecord<T>(rows: readonly (readonly [string, T])[]): { readonly [name: string]: T } {
  const record: { [name: string]: T } = Object.create(null);
  for (const [name, value] of rows) record[name] = value;
  return Object.freeze(record);
}

function invalidMapping(message: string, hint: string): SluiceError {
  return new SluiceError({ code: "MAPPING_INVALID", message, path: ["mapping"], hint });
}
