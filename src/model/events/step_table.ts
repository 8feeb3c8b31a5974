/**
 * The steps of one run, numbered `0..count-1` in an order in which upstream steps come first.
 *
 * Events speak of steps by these numbers; a table says what they stand for. A live run has a table over its
 * plan, a recorded run one over what was stored: both answer the same questions, so that every fold over
 * events works on either.
 */
import type { PartitionIdentity, StoredSubset } from "../partitions/stored.ts";

/** One asset that a step makes. */
export interface PlannedOutput {
  /** The asset's key. */
  readonly asset: string;
  /** What the code was: a change of it makes the asset stale. */
  readonly codeVersion: string | undefined;
}

/** What a step declaration is, whatever the run. */
export interface CatalogueNode {
  /** Name of the step declaration. */
  readonly step: string;
  /** Says what this is. */
  readonly kind: "asset" | "multi-asset" | "check";
  /** What it can make, in the declaration's order; empty for a check. */
  readonly outputs: readonly PlannedOutput[];
}

/** What is planned for one step declaration: all its steps in a run share this. */
export interface PlannedNode extends CatalogueNode {
  /** The outputs that the run makes, in the declaration's order; empty for a check. */
  readonly outputs: readonly PlannedOutput[];
  /** Number of its first step in the run; the others follow without a gap. */
  readonly firstStep: number;
  /** How many steps it has: one per partition, or one per chunk of a batch. */
  readonly stepCount: number;
  /** Partitions per step of a batch; 1 for a plain step. The last chunk may be smaller. */
  readonly chunkSize: number;
  /** All partitions of the node, in the order of its steps. */
  readonly partitions: StoredSubset;
  /** How many partitions there are; 1 without partitions. */
  readonly partitionCount: number;
}

/** Answers what the step numbers of a run mean. */
export interface StepTable {
  /** How many steps there are. */
  readonly count: number;
  /** How many step declarations there are. */
  readonly nodeCount: number;
  /** The position of a step's node in `0..nodeCount-1`. */
  nodeOf(step: number): number;
  /** What is planned for one step declaration. */
  node(position: number): PlannedNode;
  /** The partition keys of a step in order; empty without partitions. */
  partitionKeys(step: number): readonly string[];
  /** What the partitions of a step are known by, in order; empty without partitions. */
  identities(step: number): readonly PartitionIdentity[];
  /**
   * The same as columns, for tables that have them at hand: a store then keeps the step declarations once for all
   * runs, and reads no node of a run that it can skip.
   */
  readonly outline?: StepOutline;
}

/**
 * Step declarations that runs choose from. Tables over the same definitions share one object: what is worked out
 * for it (its stored form, the assets behind its rows) is worked out once.
 */
export interface Catalogue {
  /** How many rows there are. */
  readonly size: number;
  /** What is planned for one step declaration. */
  node(row: number): CatalogueNode;
}

/** A step table as columns. */
export interface StepOutline {
  /** The step declarations to choose from. */
  readonly catalogue: Catalogue;
  /** The catalogue row of each node. */
  readonly rows: Int32Array;
  /** Partitions by position of the node; a node that is absent is one step without partitions. */
  readonly sets: ReadonlyMap<number, StepSet>;
  /** Which outputs of its row a node makes, by position of the node; all of them where absent. */
  readonly outputs: ReadonlyMap<number, readonly number[]>;
}

/** The partitions of one node. */
export interface StepSet {
  /** In the order of the steps. Nodes with the same set share one object where that is at hand. */
  readonly partitions: StoredSubset;
  /** How many partitions there are. */
  readonly count: number;
  /** Partitions per step. */
  readonly chunkSize: number;
}
