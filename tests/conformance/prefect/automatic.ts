/** Assets that are made by themselves, and that must not grow too old. */
import { condition, dailyPartitions, defineAsset, defineSchedule, definitions, freshWithin } from "sluice";

const DAY_MS = 86_400_000;
const days = dailyPartitions({ start: "2026-01-01" });

export const base = defineAsset({
  key: "base",
  pool: "db/main",
  timeoutMs: 60_000,
  freshness: freshWithin({ failMs: DAY_MS }),
  run: () => 1,
});

export const eager = defineAsset({
  key: "eager",
  deps: { base },
  automation: condition.eager,
  run: ({ inputs }) => inputs.base + 1,
});

export const ticked = defineAsset({
  key: "ticked",
  deps: { base },
  partitions: days,
  automation: condition.onCron("0 0 1 1 *"),
  freshness: freshWithin({ failMs: DAY_MS, warnMs: 60_000 }),
  run: ({ inputs }) => inputs.base + 2,
});

export const missing = defineAsset({
  key: "missing",
  deps: { base },
  partitions: days,
  automation: condition.onMissing,
  run: ({ inputs }) => inputs.base + 3,
});

export const never = defineAsset({ key: "never", freshness: freshWithin({ failMs: DAY_MS }), run: () => 0 });

/** A tick comes when a day ends, and makes that day. */
export const daily = defineSchedule({ name: "daily", target: ticked });

export default definitions({
  module: import.meta.url,
  assets: [base, eager, ticked, missing, never],
  schedules: [daily],
});
