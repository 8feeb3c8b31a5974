/** A schedule by the minute, and an asset in another Dag that follows it. */
import { condition, defineAsset, defineSchedule, definitions, timePartitions } from "sluice";

const minutes = timePartitions({ cron: "* * * * *", start: "2026-01-01" });
const clock = defineAsset({
  key: "clock",
  partitions: minutes,
  run: ({ partition }) => ({ minute: partition.key }),
});
const echo = defineAsset({
  key: "echo",
  deps: { clock },
  partitions: minutes,
  automation: condition.eager,
  run: ({ inputs }) => `after ${inputs.clock.minute}`,
});

export default definitions({
  assets: [clock, echo],
  schedules: [defineSchedule({ name: "minutely", target: [clock] })],
  module: import.meta.url,
});
