/** Sensors as JSON. */
import { jobOf, selectionOf } from "../automation/schedule.ts";
import type { Sensor } from "../automation/sensors/sensor.ts";
import type { Watch } from "../automation/sensors/watch.ts";
import type { Definitions } from "../definitions.ts";
import { plainRecord } from "./json.ts";
import type { PartitionTable } from "./partitions.ts";
import { partitionsOf, selectedKeys, selectionTexts } from "./selections.ts";
import type { SensorSnapshot, WatchSnapshot } from "./snapshot.ts";

/** A sensor as JSON: functions are left out, and so are the values of headers. */
export function sensorSnapshot(
  sensor: Sensor,
  definitions: Definitions,
  table: PartitionTable,
): SensorSnapshot {
  const { name, watch, target, partitions, intervalMs, timeoutMs, enabled, description, config, tags } =
    sensor;
  const job = jobOf(sensor);
  const selection = target === undefined ? undefined : selectionOf({ target });
  const assets = selection === undefined ? [] : selectedKeys(selection, definitions);
  return plainRecord({
    name,
    watch: watchSnapshot(watch),
    job: job?.name,
    selection: selection === undefined ? [] : selectionTexts(selection),
    assets,
    partitions: table.placeOf(partitionsOf(assets, definitions)),
    runs: partitions,
    intervalMs,
    timeoutMs,
    enabled,
    description,
    config: { ...job?.config, ...config },
    tags: { ...job?.tags, ...tags },
  }, ["sensors", name]) as unknown as SensorSnapshot;
}

function watchSnapshot(watch: Watch): WatchSnapshot {
  if (watch.kind === "custom") return { kind: watch.kind };
  if (watch.kind === "runs") {
    const { jobs, ...rest } = watch;
    return { ...rest, ...(jobs && { jobs }) };
  }
  if (watch.kind !== "http") return watch;
  const { headers, when, ...rest } = watch;
  const names = Object.keys(headers).sort();
  return { ...rest, ...(names.length > 0 && { headers: names }), ...(when && { isDecided: true }) };
}
