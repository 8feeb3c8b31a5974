/** A graph to be deployed: schedules of every kind, pools, and a step that only ends when it is told to. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import {
  condition,
  dailyPartitions,
  defineAsset,
  defineExternalAsset,
  defineJob,
  defineSchedule,
  definitions,
  freshBy,
  hourlyPartitions,
  lastMapping,
} from "sluice";

const days = dailyPartitions({ start: "2026-01-01", timezone: "Europe/Berlin" });
const hours = hourlyPartitions({ start: "2026-01-01", timezone: "Australia/Lord_Howe" });

export const source = defineExternalAsset({ key: "source", partitions: days });

export const orders = defineAsset({
  key: "orders",
  after: [source],
  partitions: days,
  pool: "db/main.1",
  run: ({ partition }) => partition.key,
});

export const readings = defineAsset({
  key: "readings",
  partitions: hours,
  concurrency: { key: "meter", limit: 2 },
  run: ({ partition }) => partition.key,
});

export const endless = defineAsset({
  key: "endless",
  retry: { maxRetries: 2 },
  run: async ({ signal }) => {
    const folder = process.env.SLUICE_TEST_FOLDER ?? ".";
    writeFileSync(join(folder, "pid"), String(process.pid));
    while (!signal.aborted) await delay(20);
    writeFileSync(join(folder, existsSync(join(folder, "stopped")) ? "again" : "stopped"), "");
    signal.throwIfAborted();
    return 0;
  },
});

export const base = defineAsset({ key: "base", run: () => 20 });

/** Is made when its maker's event comes. */
export const eager = defineAsset({
  key: "eager",
  deps: { base },
  automation: condition.eager,
  run: ({ inputs }) => inputs.base + 1,
});

export const late = defineAsset({
  key: "late",
  deps: { orders: { asset: orders, mapping: lastMapping() } },
  after: [source],
  automation: condition.onCron("0 6 * * *"),
  freshness: freshBy({ deadlineCron: "0 9 * * *", lowerBoundMs: 3_600_000 }),
  run: ({ inputs }) => inputs.orders,
});

export const waiting = defineJob({
  name: "waiting",
  selection: "endless",
  description: "Ends when it is told to: {{ $HOME }} and \u00fc.",
  tags: { team: "data", "cost/center": "42", empty: "" },
  concurrency: { key: "waits", limit: 2, whenBusy: "skip" },
});

export default definitions({
  module: import.meta.url,
  assets: [source, orders, readings, endless, base, eager, late],
  jobs: [waiting],
  schedules: [
    defineSchedule({
      name: "nightly",
      cron: ["30 2 * * *", "@weekly"],
      timezone: "Europe/Berlin",
      target: orders,
    }),
    defineSchedule({ name: "daily", target: orders, partitions: "all", enabled: false }),
    defineSchedule({ name: "by-the-hour", target: readings, catchUp: true }),
    defineSchedule({ name: "idle", cron: "0 0 L * mon#2", target: waiting, enabled: false }),
  ],
});
