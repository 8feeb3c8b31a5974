/** Sensors of whatever a function looks at. */
import type { Awaitable } from "../../assets/result.ts";
import { FUNCTION, type Shapes } from "../../validate/options.ts";
import { COMMON, POLL, requireSensor, sensorOf } from "./declare.ts";
import type { SensorResult } from "./result.ts";
import type { PollOptions, Sensor, SensorOptions } from "./sensor.ts";
import type { SensorTick } from "./tick.ts";

/** What {@linkcode defineSensor} takes. */
export interface SensorSpec extends Omit<SensorOptions, "target">, PollOptions {
  /** What its requests run: a job, or a selection of assets. Default: nothing, for one that only adds or removes partitions. */
  readonly target?: SensorOptions["target"];
  /** Looks, and says what is to be run. What it throws is a failed look: it is recorded, and the cursor stays. */
  readonly evaluate: (tick: SensorTick) => Awaitable<SensorResult | undefined>;
}

const SHAPES: Shapes<SensorSpec> = Object.freeze({ ...COMMON, ...POLL, evaluate: FUNCTION });

/**
 * Runs what a function asks for, which is called every `intervalMs` milliseconds and never twice at once.
 *
 * @throws {SluiceError} DEFINITION_INVALID for an option that is not known or of another shape.
 * @example
 * ```ts
 * import { defineAsset, definitions, defineSensor } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const orders = defineAsset({ key: "orders", run: () => [] });
 * const queue = { newest: () => 7 };
 * const arrivals = defineSensor({
 *   name: "arrivals",
 *   target: orders,
 *   evaluate: ({ cursor }) => {
 *     const newest = queue.newest();
 *     if (newest === cursor) return { skip: "Nothing has arrived." };
 *     return { runs: [{ runKey: `order ${newest}` }], cursor: newest };
 *   },
 * });
 *
 * const all = definitions({ assets: [orders], sensors: [arrivals] });
 * assert.equal(all.sensors.get("arrivals")?.intervalMs, 30_000);
 * ```
 */
export function defineSensor(spec: SensorSpec): Sensor {
  const example = 'defineSensor({ name: "arrivals", target: orders, evaluate: () => ({ runs: [{}] }) })';
  const site = requireSensor(spec, SHAPES, { call: defineSensor, needed: ["evaluate"], example });
  return sensorOf(spec, { kind: "custom", evaluate: spec.evaluate }, site, spec);
}
