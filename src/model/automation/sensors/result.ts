/** What a look of a sensor comes to. */
import type { RunConfig } from "../../job.ts";

/** A run that is asked for. */
export interface SensorRequest {
  /**
   * What the run is known by within the sensor: of each key there is one run ever. Without a key every look that asks
   * gets a run.
   */
  readonly runKey?: string;
  /** Config by step name, over that of the sensor. */
  readonly config?: RunConfig;
  /** Values by name, over those of the sensor. */
  readonly tags?: { readonly [name: string]: string };
  /** The key of the partition to run. */
  readonly partition?: string;
  /** Keys of partitions to run at once, in the place of `partition`. */
  readonly partitions?: readonly string[];
}

/** Keys of dynamic definitions, by the name of the definition. */
export type DynamicKeys = { readonly [definition: string]: readonly string[] };

/** What a look has found. */
export interface SensorResult {
  /** The runs that are asked for. Default: none. */
  readonly runs?: readonly SensorRequest[];
  /** What the next look is handed, as JSON of at most 256 KiB. Default: what this one was handed. */
  readonly cursor?: unknown;
  /** Why nothing is asked for, for people. */
  readonly skip?: string;
  /** Keys to be added to dynamic definitions before anything runs. */
  readonly addPartitions?: DynamicKeys;
  /** Keys to be removed from dynamic definitions. */
  readonly removePartitions?: DynamicKeys;
}
