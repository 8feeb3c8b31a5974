/** A body that takes a range of days at once, and one that takes them one by one. */
import { dailyPartitions, defineAsset, definitions } from "sluice";

const days = dailyPartitions({ start: "2026-01-01", end: "2026-04-02", timezone: "Europe/Berlin" });

export const readings = defineAsset({
  key: "readings",
  partitions: days,
  batch: true,
  backfill: { maxPartitionsPerRun: Infinity },
  run: ({ partitions }) => new Map(partitions.map(({ key }) => [key, { key, value: valueOf(key) }] as const)),
});

export const doubled = defineAsset({
  key: "doubled",
  partitions: days,
  deps: { readings },
  backfill: { maxPartitionsPerRun: Infinity },
  run: ({ inputs, partition }) => ({ key: partition.key, value: inputs.readings.value * 2 }),
});

function valueOf(key: string): number {
  return [...key].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 1_000, 7);
}

export default definitions({ assets: [readings, doubled], module: import.meta.url });
