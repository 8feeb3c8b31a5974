/** Sensors of the ends of runs. */
import type { Job } from "../../job.ts";
import type { Shapes } from "../../validate/options.ts";
import { COMMON, JOBS, listOf, requireSensor, sensorOf, textsOf } from "./declare.ts";
import type { Sensor, SensorOptions } from "./sensor.ts";
import type { WatchedStatus } from "./watch.ts";

/** What {@linkcode runSensor} takes. */
export interface RunSensorSpec extends SensorOptions {
  /** What a run must have come to: one status or several. */
  readonly status: WatchedStatus | readonly WatchedStatus[];
  /** The jobs whose runs count, or their names. Default: all runs, also those of no job. */
  readonly jobs?: Job | string | readonly (Job | string)[];
}

const SHAPES: Shapes<RunSensorSpec> = Object.freeze({
  ...COMMON,
  status: textsOf("success", "failed", "canceled"),
  jobs: JOBS,
});

/**
 * Runs something when a run has ended: once for each run. The run that it starts has the tags `sluice/after_run` and
 * `sluice/after_status`.
 *
 * No sensor answers a run that it has caused, itself or by way of other sensors: runs carry the names of those that led to
 * them in the tag `sluice/caused_by`, and so two sensors cannot keep each other going.
 *
 * @throws {SluiceError} DEFINITION_INVALID for an option that is not known or of another shape. What `definitions()` finds:
 * a job that is not listed.
 * @example
 * ```ts
 * import { defineAsset, defineJob, definitions, runSensor } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const orders = defineAsset({ key: "orders", run: () => [] });
 * const repair = defineAsset({ key: "repair", run: () => "done" });
 * const nightly = defineJob({ name: "nightly", selection: orders });
 * const onFailure = runSensor({ name: "on-failure", status: "failed", jobs: nightly, target: repair });
 *
 * const all = definitions({ assets: [orders, repair], jobs: [nightly], sensors: [onFailure] });
 * assert.equal(all.sensors.get("on-failure")?.watch.kind, "runs");
 * ```
 */
export function runSensor(spec: RunSensorSpec): Sensor {
  const example = 'runSensor({ name: "on-failure", status: "failed", target: repair })';
  const site = requireSensor(spec, SHAPES, { call: runSensor, needed: ["status", "target"], example });
  const { jobs: given } = spec;
  const jobs = given === undefined ? undefined : listOf(namesOf(given));
  return sensorOf(spec, { kind: "runs", statuses: listOf(spec.status), jobs }, site);
}

function namesOf(jobs: Job | string | readonly (Job | string)[]): readonly string[] {
  const list = Array.isArray(jobs) ? jobs as readonly (Job | string)[] : [jobs as Job | string];
  return list.map((each) => typeof each === "string" ? each : each.name);
}
