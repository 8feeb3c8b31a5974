/** What came of a term: the partitions for which it holds, and what came of the terms below it. */
import type { Subset } from "../../model/partitions/subset.ts";
import type { Term } from "./terms/term.ts";
import type { Timing } from "./timing.ts";

/** What a term is asked about: an asset, or a check of one. */
export interface Target {
  /** The key of the asset. */
  readonly asset: string;
  /** The name of the check; undefined for the asset itself. */
  readonly check?: string;
}

/** What came of one term. */
export interface Outcome {
  /** The term; undefined for the step from an asset to one of those that it is made from. */
  readonly term: Term | undefined;
  /** What it was asked about. */
  readonly target: Target;
  /** Of the step to an upstream asset: the key of the asset that reads it. */
  readonly reader?: string;
  /** The partitions of the target that it was asked about. */
  readonly candidates: Subset;
  /** Those of them for which it holds; of a step to an upstream asset: the partitions of the asset that reads. */
  readonly holds: Subset;
  /** When it came to hold, where that can be told. */
  readonly timing?: Timing | undefined;
  /** What came of the terms below it. */
  readonly of: readonly Outcome[];
}
