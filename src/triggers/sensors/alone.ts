/** One look of a sensor by itself: for a person who wants to know what it would ask for, and for other orchestrators. */
import { jobOf } from "../../model/automation/schedule.ts";
import type { Sensor } from "../../model/automation/sensors/sensor.ts";
import type { Definitions } from "../../model/definitions.ts";
import { SluiceError } from "../../model/issue.ts";
import type { Clock } from "../../model/ports.ts";
import { quote } from "../../model/quote.ts";
import type { SensorLookAnswer } from "../../model/step/sensor_look.ts";
import { didYouMean } from "../../model/suggest.ts";
import { tagsOf } from "./cause.ts";
import { hostFiles, Listing } from "./files/listing.ts";
import type { Ask } from "./look.ts";
import { openPoller } from "./lookers.ts";

/** What a single look is handed. */
export interface LoneLook {
  readonly clock: Clock;
  /** What the look before has left; undefined for the first. */
  readonly state: unknown;
  readonly lastMs?: number | undefined;
}

/** What a look has found, for whoever starts the runs. */
export type LoneFindings = Omit<SensorLookAnswer, "version" | "status" | "error" | "cursor"> & {
  readonly state: unknown;
};

/**
 * The sensor of a name.
 *
 * @throws {SluiceError} USAGE for a name that no sensor has.
 */
export function findSensor({ sensors }: Definitions, name: string): Sensor {
  const sensor = sensors.get(name);
  if (sensor) return sensor;
  const hint = didYouMean(name, [...sensors.keys()]) ??
    (sensors.size === 0
      ? "Declare one with defineSensor()."
      : `There are ${[...sensors.keys()].join(", ")}.`);
  throw new SluiceError({
    code: "USAGE",
    message: `There is no sensor ${quote(name)}.`,
    path: ["sensors", name],
    hint,
  });
}

/**
 * Looks once, and starts nothing.
 *
 * @throws {SluiceError} SENSOR_INVALID for one that follows the history, SENSOR_TIMEOUT, and what its function throws.
 */
export async function lookAlone(sensor: Sensor, { clock, state, lastMs }: LoneLook): Promise<LoneFindings> {
  const looker = openPoller(sensor, new Listing(hostFiles, clock), clock);
  if (!looker) throw followsHistory(sensor);
  const controller = new AbortController();
  const { timeoutMs = 60_000 } = sensor;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const cancel = clock.after(timeoutMs, () => {
    const error = tookTooLong(sensor.name, timeoutMs);
    controller.abort(error);
    reject(error);
  });
  try {
    const look = { state, nowMs: clock.now(), lastMs, signal: controller.signal };
    const { asks, state: next, skip, add, remove } = await Promise.race([looker(look), late]);
    return {
      sensor: sensor.name,
      runs: asks.map((ask) => requestOf(sensor, ask)),
      state: next,
      ...(skip !== undefined && { skip }),
      ...(add && { addPartitions: add }),
      ...(remove && { removePartitions: remove }),
    };
  } finally {
    cancel();
  }
}

function requestOf(sensor: Sensor, { key, partitions, config, tags }: Ask) {
  const job = jobOf(sensor);
  return {
    ...(key !== undefined && { runKey: key }),
    ...(partitions && { partitions }),
    config: { ...job?.config, ...sensor.config, ...config },
    tags: tagsOf(sensor.name, key, { ...job?.tags, ...sensor.tags, ...tags }),
  };
}

/** The error for a look that takes too long. */
export function tookTooLong(name: string, timeoutMs: number): SluiceError {
  return new SluiceError({
    code: "SENSOR_TIMEOUT",
    message: `The sensor ${name} took longer than ${timeoutMs} ms to look.`,
    path: ["sensors", name],
    hint: "Let its function end when its signal is aborted, or give it a longer timeoutMs.",
  });
}

function followsHistory({ name, watch: { kind } }: Sensor): SluiceError {
  return new SluiceError({
    code: "SENSOR_INVALID",
    message: `The sensor ${name} watches ${kind}: it follows what is recorded, and cannot look by itself.`,
    path: ["sensors", name],
    hint: "It looks when a run ends or something is made, while `start` is in force.",
  });
}
