/** One look of a sensor: what it is handed, and what it finds. Every kind of sensor looks by the same contract. */
import type { DynamicKeys } from "../../model/automation/sensors/result.ts";
import type { RunConfig } from "../../model/job.ts";
import type { Awaitable } from "../../model/assets/result.ts";

/** What a look is handed. */
export interface Look {
  /** What the look before has left; undefined before the first one ever. */
  readonly state: unknown;
  /** When it began, epoch milliseconds. */
  readonly nowMs: number;
  /** When the look before it began; undefined for the first of this process. */
  readonly lastMs: number | undefined;
  /** Aborted when the look is given up. */
  readonly signal: AbortSignal;
}

/** A run that is asked for. Plain JSON: it is recorded before the run is. */
export interface Ask {
  /** What it is known by: of each key there is one run ever. Left out where the look itself is. */
  readonly key?: string;
  /** Keys of partitions. Default: what the sensor says. */
  readonly partitions?: readonly string[];
  /** Config over that of the sensor. */
  readonly config?: RunConfig;
  /** Tags over those of the sensor. */
  readonly tags?: { readonly [name: string]: string };
}

/** What a look has found. */
export interface Findings {
  /** The runs that are asked for. */
  readonly asks: readonly Ask[];
  /** What the next look is handed, as JSON. */
  readonly state: unknown;
  /** Whether the state must outlive the process though nothing is asked for. */
  readonly isKept?: boolean;
  /** Why nothing is asked for. */
  readonly skip?: string | undefined;
  /** Keys to add to dynamic definitions first. */
  readonly add?: DynamicKeys | undefined;
  /** Keys to remove from dynamic definitions. */
  readonly remove?: DynamicKeys | undefined;
  /** How soon to look again, in milliseconds, where that is sooner than usual. */
  readonly againMs?: number | undefined;
}

/** Looks. What it throws is a failed look. */
export type Looker = (look: Look) => Awaitable<Findings>;
