/** Sensors of materializations. */
import type { Asset } from "../../assets/declaration.ts";
import type { Shapes } from "../../validate/options.ts";
import { ASSETS, COMMON, keysOf, oneOf, requireSensor, sensorOf } from "./declare.ts";
import type { Sensor, SensorOptions } from "./sensor.ts";

/** What {@linkcode assetSensor} takes. */
export interface AssetSensorSpec extends SensorOptions {
  /** What is watched: assets, or their keys. */
  readonly assets: Asset | string | readonly (Asset | string)[];
  /** Whether it is enough that one of them was made (`"any"`, the default), or whether all must be since the last request. */
  readonly when?: "any" | "all";
}

const SHAPES: Shapes<AssetSensorSpec> = Object.freeze({
  ...COMMON,
  assets: ASSETS,
  when: oneOf("any", "all"),
});

/**
 * Runs something when assets were materialized or reported, by whatever run; what is recorded at once, or while the sensor
 * was off, counts once.
 *
 * Where both a watched asset and the target have partitions, the partitions are run that read those which were made, by the
 * mapping that would be inferred for a dependency; with `"all"`, those for which every watched asset was made. Where only
 * the target has partitions, `partitions` says which are run.
 *
 * @throws {SluiceError} DEFINITION_INVALID for an option that is not known or of another shape. What `definitions()` finds:
 * a key that no asset has, partitions between which no mapping can be inferred.
 * @example
 * ```ts
 * import { assetSensor, defineAsset, definitions } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const orders = defineAsset({ key: "orders", run: () => [] });
 * const mail = defineAsset({ key: "mail", run: () => "sent" });
 * const afterOrders = assetSensor({ name: "after-orders", assets: orders, target: mail });
 *
 * const all = definitions({ assets: [orders, mail], sensors: [afterOrders] });
 * assert.equal(all.sensors.get("after-orders")?.watch.kind, "assets");
 * ```
 */
export function assetSensor(spec: AssetSensorSpec): Sensor {
  const example = 'assetSensor({ name: "after-orders", assets: orders, target: report })';
  const site = requireSensor(spec, SHAPES, { call: assetSensor, needed: ["assets", "target"], example });
  return sensorOf(spec, { kind: "assets", assets: keysOf(spec.assets), when: spec.when ?? "any" }, site);
}
