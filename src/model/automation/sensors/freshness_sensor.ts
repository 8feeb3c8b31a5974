/** Sensors of freshness. */
import type { Asset } from "../../assets/declaration.ts";
import type { Shapes } from "../../validate/options.ts";
import { ASSETS, COMMON, keysOf, listOf, requireSensor, sensorOf, textsOf } from "./declare.ts";
import type { Sensor, SensorOptions } from "./sensor.ts";
import type { WatchedFreshness } from "./watch.ts";

/** What {@linkcode freshnessSensor} takes. */
export interface FreshnessSensorSpec extends SensorOptions {
  /** What is watched: assets that have a freshness policy, or their keys. */
  readonly assets: Asset | string | readonly (Asset | string)[];
  /** What counts when an asset comes to it: one or several of `"pass"`, `"warn"` and `"fail"`. Default `"fail"`. */
  readonly state?: WatchedFreshness | readonly WatchedFreshness[];
}

const SHAPES: Shapes<FreshnessSensorSpec> = Object.freeze({
  ...COMMON,
  assets: ASSETS,
  state: textsOf("pass", "warn", "fail"),
});

/**
 * Runs something when an asset no longer keeps its freshness policy, or keeps it again: once for each change.
 *
 * @throws {SluiceError} DEFINITION_INVALID for an option that is not known or of another shape. What `definitions()` finds:
 * a key that no asset has, an asset without a policy.
 * @example
 * ```ts
 * import { defineAsset, definitions, freshnessSensor, freshWithin } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const day = 24 * 3_600_000;
 * const orders = defineAsset({ key: "orders", freshness: freshWithin({ failMs: day }), run: () => [] });
 * const stale = freshnessSensor({ name: "stale", assets: orders, target: orders });
 *
 * const all = definitions({ assets: [orders], sensors: [stale] });
 * assert.equal(all.sensors.get("stale")?.watch.kind, "freshness");
 * ```
 */
export function freshnessSensor(spec: FreshnessSensorSpec): Sensor {
  const example = 'freshnessSensor({ name: "stale", assets: orders, target: orders })';
  const site = requireSensor(spec, SHAPES, { call: freshnessSensor, needed: ["assets", "target"], example });
  const states = listOf(spec.state ?? "fail");
  return sensorOf(spec, { kind: "freshness", assets: keysOf(spec.assets), states }, site);
}
