/** Days by a schedule, the months that are made of all of their days, and the days that are made of their months. */
import {
  condition,
  dailyPartitions,
  defineAsset,
  defineSchedule,
  definitions,
  monthlyPartitions,
} from "sluice";

const timezone = "Europe/Berlin";
/** All of a month in which the clock is set, and the beginning of the next. */
const days = dailyPartitions({ start: "2026-03-01", end: "2026-04-03", timezone });
const months = monthlyPartitions({ start: "2026-03-01", end: "2026-05-01", timezone, keyFormat: "%Y-%m" });

/** On a busy machine Airflow may fail to start a task. */
const retry = { maxRetries: 5, delayMs: 2_000 } as const;

const count = defineAsset({
  key: "count",
  partitions: days,
  retry,
  run: ({ partition }) => Number(partition.key.slice(-2)),
});
const total = defineAsset({
  key: "total",
  deps: { count },
  partitions: months,
  automation: condition.eager,
  retry,
  run: async ({ inputs }) => {
    const counts = await inputs.count.load();
    return [...counts.values()].reduce((sum, each) => sum + each, 0);
  },
});
const share = defineAsset({
  key: "share",
  deps: { total },
  partitions: days,
  automation: condition.eager,
  retry,
  run: ({ inputs, partition }) => `${partition.key} is a part of ${inputs.total}`,
});

export default definitions({
  assets: [count, total, share],
  schedules: [defineSchedule({ name: "daily", target: [count], catchUp: true })],
  module: import.meta.url,
});
