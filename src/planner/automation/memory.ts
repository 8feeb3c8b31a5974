/**
 * What is remembered of an asset from one evaluation of its condition to the next: plain JSON, as small as what it says.
 * Sets are stored by the identities of their partitions, and terms are found again by their content and what they were
 * asked about, so that an edited condition begins anew only where it was edited.
 */
import type { Partitions, TimePartitions } from "../../model/partitions/definition.ts";
import { dimensionNames } from "../../model/partitions/definition.ts";
import type { StoredSubset } from "../../model/partitions/stored.ts";

/** What one term has remembered: the set it held for, or the code version it saw. */
export type Kept = StoredSubset | string;

/** What is remembered of one asset. */
export interface AssetMemory {
  /** The version of this format. */
  readonly v: 1;
  /** Everything up to this place of the log was counted. */
  readonly seq: number;
  /** The instant of the evaluation, epoch milliseconds. */
  readonly atMs: number;
  /** Tells the definition of partitions: another one makes the next evaluation the first. */
  readonly shape: string;
  /** What was requested then; absent for nothing. */
  readonly requested?: StoredSubset;
  /** For what the condition held then, where it was asked for before and not again; absent for nothing. */
  readonly standing?: StoredSubset;
  /** When anything was requested last, epoch milliseconds. */
  readonly requestedMs?: number;
  /** What terms have remembered. */
  readonly kept: { readonly [term: string]: Kept };
}

/** Tells a definition of partitions from others that would be looked at for the first time. Keys may come and go. */
export function shapeOf(partitions: Partitions | undefined): string {
  switch (partitions?.kind) {
    case undefined:
      return "unit";
    case "time":
      return windowsText(partitions);
    case "static":
      return "static";
    case "dynamic":
      return `dynamic ${partitions.name}`;
    case "multi":
      return dimensionNames(partitions).map((name) => `${name}: ${shapeOf(partitions.dimensions[name])}`)
        .join(
          "; ",
        );
  }
}

function windowsText(
  { cron, timezone, format, startMs, endMs, endOffset, exclusions }: TimePartitions,
): string {
  return JSON.stringify([cron, timezone, format, startMs, endMs ?? null, endOffset, exclusions]);
}
