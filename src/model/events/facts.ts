/** Facts: what is known about assets from the recorded past; read by planners, never written by them. */
import type { PartitionSpace } from "../partitions/space.ts";
import type { Subset } from "../partitions/subset.ts";

/** What is recorded of one partition. */
export interface PartitionFacts {
  /** Place of the latest materialization in the order of all events. */
  readonly materializedSeq: number;
  /** Place at which the data version last changed. */
  readonly changedSeq: number;
  /** Place at which the step that made it started to read its inputs. */
  readonly readSeq: number;
  /** Time of the latest materialization. */
  readonly materializedMs: number;
  /** Time at which the data version last changed. */
  readonly changedMs: number;
  /** Identity of the content. */
  readonly dataVersion: string;
  /** Opaque; a change makes what exists stale. */
  readonly codeVersion: string | undefined;
  /** The run that made it; undefined when it was reported. */
  readonly runId: string | undefined;
}

/** What is recorded of one asset, in the indices of a space given when the facts were asked for. */
export interface AssetFacts {
  /** The partitions that exist. */
  readonly space: PartitionSpace;
  /** Partitions that have a value. */
  readonly materialized: Subset;
  /** Partitions whose latest attempt failed. */
  readonly failed: Subset;
  /** The last place at which the data version of any partition of the asset changed; 0 when there is no value. */
  readonly newestChange: number;
  /** The first place at which a value that is still there read its inputs; Infinity when there is no value. */
  readonly oldestRead: number;
  /** The latest making of a value that is still there, whatever its partition; undefined without a value. */
  readonly newest: { readonly seq: number; readonly atMs: number } | undefined;
  /** Facts of one partition; undefined when it was never materialized. */
  at(index: number): PartitionFacts | undefined;
  /** Place at which the data version of one partition last changed; 0 without a value. */
  changedSeqAt(index: number): number;
  /** Place at which the step that made one partition started to read its inputs; 0 without a value. */
  readSeqAt(index: number): number;
  /**
   * Partitions whose data version changed after `seq`, and partitions that read their inputs before `seq`:
   * the two halves of "is it stale", as set operations.
   */
  changedAfter(seq: number): Subset;
  /** Partitions that were made after a place, whether their data version changed or not. */
  madeAfter(seq: number): Subset;
  /** Partitions whose inputs were read before a place. */
  readBefore(seq: number): Subset;
  /** Partitions that a run made with another code version than this one. Reported values have none, and are not. */
  madeByOther(codeVersion: string | undefined): Subset;
}

/** Recorded facts at one moment. */
export interface Facts {
  /** Everything up to this place is counted. */
  readonly seq: number;
  /** Facts of an asset over the cells of a space; an asset without a past has empty sets. */
  asset(key: string, space: PartitionSpace): AssetFacts;
  /** Keys of a dynamic definition in the order in which they were added. */
  dynamicKeys(name: string): readonly string[];
  /**
   * Says that `asset` is not called any more, so that what comes next may be written over what these facts would have
   * shown. Without a word a store keeps it for as long as the facts live. A store that keeps nothing for them has none.
   */
  releaseAssets?(): void;
}
