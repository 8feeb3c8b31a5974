/** Plans: frozen values that say what would run, made by pure functions and executed later, or never. */
import type { Definitions } from "../model/definitions.ts";
import type { PartitionSpace } from "../model/partitions/space.ts";
import type { Subset } from "../model/partitions/subset.ts";
import type { Reason } from "./reason.ts";

/** The partitions of one step declaration in a plan. */
export interface PlannedSet {
  /** The partitions that exist. */
  readonly space: PartitionSpace;
  /** Those that are meant. */
  readonly subset: Subset;
}

/**
 * What one run executes: step declarations in an order in which upstream comes first, each with its partitions.
 *
 * Columns and maps rather than an object per step: a plan of a million steps without partitions is one array.
 */
export interface RunPlan {
  /** Says what this is. */
  readonly kind: "run-plan";
  /** What it was planned for. */
  readonly definitions: Definitions;
  /** The instant for which windows were counted. */
  readonly nowMs: number;
  /** Ranks in `definitions.steps`, ascending. */
  readonly ranks: Int32Array;
  /** Partitions by rank; a rank that is absent runs once, without a partition. */
  readonly sets: ReadonlyMap<number, PlannedSet>;
  /** For a subsettable multi-asset of which some outputs are asked for: their positions, by rank. */
  readonly outputs: ReadonlyMap<number, readonly number[]>;
  /** Why steps are in the plan, by rank; absent for steps that were simply selected. */
  readonly reasons: PlanReasons;
  /** What a reader should know: inputs that are missing and not planned. */
  readonly warnings: readonly string[];
}

/** Why steps are in a plan. There may be one for each edge of the graph, so they are worked out when somebody asks. */
export interface PlanReasons {
  /** The reasons of a step by its rank; undefined when it was simply selected. */
  get(rank: number): readonly PlannedReason[] | undefined;
}

/** A reason and the partitions for which it holds. */
export interface PlannedReason {
  /** Why. */
  readonly reason: Reason;
  /** Undefined for the one cell of a step without partitions. */
  readonly subset: Subset | undefined;
}

/** Runs that may be executed together: the groups of one wave do not wait for each other. */
export interface BackfillGroup {
  /** Waves are executed in ascending order, from 0. */
  readonly wave: number;
  /** The step ranks that share a partition definition in this group, ascending. */
  readonly ranks: Int32Array;
  /** How many runs the group is cut into. */
  readonly runCount: number;
  /** Whether its runs must follow each other because a step reads its own earlier partitions. */
  readonly sequential: boolean;
  /** The plan of one run, `0..runCount-1`, made when asked for. */
  readonly run: (index: number) => RunPlan;
}

/** What a backfill executes. */
export interface BackfillPlan {
  /** Says what this is. */
  readonly kind: "backfill-plan";
  /** Everything that is to be made, as one plan. */
  readonly whole: RunPlan;
  /** How the request cuts it, beyond what policies say. */
  readonly sizes: { readonly runs?: number; readonly partitionsPerRun?: number };
  /** In order of their waves. */
  readonly groups: readonly BackfillGroup[];
  /** How many runs there are in all groups. */
  readonly runCount: number;
  /** How many partitions (or unpartitioned steps) are to be made in all. */
  readonly cellCount: number;
}

/** Whether an ascending list of ranks holds one, by bisection. */
export function isPlanned(ranks: Int32Array, rank: number): boolean {
  let low = 0;
  let high = ranks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ranks[middle] < rank) low = middle + 1;
    else high = middle;
  }
  return ranks[low] === rank;
}
