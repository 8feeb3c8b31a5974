/**
 * Partition definitions: what a user declares about the slices of an asset. Plain frozen data; the keys that
 * exist at an instant are found by a space (see `space.ts`).
 */

/** One slice per window of time between the ticks of a cron expression. */
export interface TimePartitions<out Unit extends string = string> {
  readonly kind: "time";
  /** The literal name of the cadence (`"hour"`, `"day"`, `"day+6h"`, a cron text): what types compare. */
  readonly unit: Unit;
  /** Five-field cron expression whose ticks start the windows. */
  readonly cron: string;
  /** IANA zone in which the cron expression and the keys are read. */
  readonly timezone: string;
  /** Instant from which windows are counted; the first window starts at the first tick at or after it. */
  readonly startMs: number;
  /** Exclusive end: the last window ends at or before it. Windows grow with the clock when absent. */
  readonly endMs: number | undefined;
  /** Windows added after the last complete one (positive) or left out before it (negative). */
  readonly endOffset: number;
  /** Windows left out: those that start at a tick of one of these cron texts or at one of these instants. */
  readonly exclusions: readonly (string | number)[];
  /** strftime text of a key, applied to the start of its window. */
  readonly format: string;
}

/** A fixed list of names, in definition order. */
export interface StaticPartitions<out Key extends string = string> {
  readonly kind: "static";
  readonly keys: readonly Key[];
}

/** Names that are added and removed at run time and kept in the run store. */
export interface DynamicPartitions<out Name extends string = string> {
  readonly kind: "dynamic";
  readonly name: Name;
}

/** The dimensions of a multi-dimensional definition, by name. */
export type Dimensions = { readonly [name: string]: LeafPartitions };

/** The product of any number of one-dimensional definitions. */
export interface MultiPartitions<out Dims extends Dimensions = Dimensions> {
  readonly kind: "multi";
  /** Dimensions by name. Their order in keys and indices is the code-point order of their names. */
  readonly dimensions: Dims;
}

/** A definition with one dimension. */
export type LeafPartitions = TimePartitions | StaticPartitions | DynamicPartitions;

/** Any partition definition. */
export type Partitions = LeafPartitions | MultiPartitions;
