/** Sensors: what is looked at, and what is run when something has happened there. */
import type { Site } from "../../assets/site.ts";
import type { Job, RunConfig, Selection } from "../../job.ts";
import type { ScheduledPartitions } from "../schedule.ts";
import type { Watch } from "./watch.ts";

/** A declared sensor; made by `fileSensor`, `assetSensor`, `runSensor`, `httpSensor`, `freshnessSensor` or `defineSensor`. */
export interface Sensor {
  /** Says what this is. */
  readonly kind: "sensor";
  /** Its name. */
  readonly name: string;
  /** What it looks at. */
  readonly watch: Watch;
  /** What it runs; undefined for a function that asks for no runs. */
  readonly target: Job | Selection | undefined;
  /** Which partitions of the target are run where what happened does not say it. */
  readonly partitions: ScheduledPartitions;
  /** How long after one look the next one comes, in milliseconds; undefined where nothing needs to be looked for. */
  readonly intervalMs: number | undefined;
  /** How long a look may take, in milliseconds; undefined where nothing needs to be looked for. */
  readonly timeoutMs: number | undefined;
  /** Whether it is on from the start. */
  readonly enabled: boolean;
  /** What it is, for people. */
  readonly description: string | undefined;
  /** Config by step name, over that of the job. */
  readonly config: RunConfig;
  /** Values by name, for the runs it starts. */
  readonly tags: { readonly [name: string]: string };
  /** Where it was declared. */
  readonly site: Site;
}

/** What all sensors take. */
export interface SensorOptions {
  /** Letters, digits, `_`, `.` and `-`. Schedules and sensors have different names. */
  readonly name: string;
  /** What it runs: a job, or a selection of assets. */
  readonly target: Job | Selection;
  /**
   * Which partitions of the target a request runs: the last that exists then (`"last"`, the default; with a dimension of
   * time, every cell of its last window), or all that exist.
   */
  readonly partitions?: ScheduledPartitions;
  /** Whether it is on from the start. Default true. */
  readonly enabled?: boolean;
  /** What it is, for people. */
  readonly description?: string;
  /** Config by step name, over that of the job. */
  readonly config?: RunConfig;
  /** Values by name, for the runs it starts. */
  readonly tags?: { readonly [name: string]: string };
}

/** What sensors take that look again and again. */
export interface PollOptions {
  /** How long after one look the next one comes, in milliseconds, from 100. Default 30,000. */
  readonly intervalMs?: number;
  /** How long a look may take, in milliseconds. Default 60,000. */
  readonly timeoutMs?: number;
}
