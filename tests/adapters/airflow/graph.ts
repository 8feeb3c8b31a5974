/** A graph with something of everything that becomes a Dag of its own kind. */
import {
  condition,
  dailyPartitions,
  defineAsset,
  defineCheck,
  defineExternalAsset,
  defineJob,
  defineMultiAsset,
  defineSchedule,
  type Definitions,
  definitions,
  dynamicPartitions,
  hourlyPartitions,
  monthlyPartitions,
  multiPartitions,
  staticPartitions,
  weeklyPartitions,
} from "sluice";
import { z } from "zod";

const timezone = "America/New_York";
const start = "2026-01-01";
const days = dailyPartitions({ start, timezone });
const written = dailyPartitions({ start, timezone: "Europe/Berlin", keyFormat: "%d/%m/%Y" });
const hours = hourlyPartitions({ start, timezone });
const weeks = weeklyPartitions({ start, timezone, dayOffset: 1 });
const months = monthlyPartitions({ start, timezone, keyFormat: "%Y-%m" });
const cells = multiPartitions({ day: days, region: staticPartitions(["eu", "us"]) });
const run = () => 1;

const source = defineExternalAsset({ key: "source/api", description: "Made elsewhere." });
const orders = defineAsset({
  undo: { run, keepsValue: true },
  key: "raw/orders",
  group: "raw",
  description: "Orders \u00fcber {{ ds }}.md",
  owners: ["ann@example.org", "team:sales"],
  tags: { tier: "gold" },
  kinds: ["csv"],
  metadata: { rows: 3, nested: { list: [1, null, true] } },
  codeVersion: "1",
  after: [source],
  partitions: days,
  retry: { maxRetries: 3, delayMs: 1500, backoff: "exponential", jitter: "full", maxDelayMs: 60_000 },
  timeoutMs: 60_000,
  pool: "warehouse",
  priority: 3,
  run,
});
const clean = defineAsset({
  undo: run,
  key: "clean/orders",
  group: "clean",
  deps: { orders },
  partitions: days,
  config: z.object({ limit: z.number() }),
  run,
});
const next = defineAsset({
  key: "mart/next",
  deps: { clean },
  partitions: days,
  automation: condition.eager,
  run,
});
const beside = defineAsset({
  key: "mart/beside",
  deps: { next, clean },
  partitions: days,
  automation: condition.eager,
  run,
});
const weekly = defineAsset({
  key: "mart/weekly",
  deps: { clean },
  partitions: weeks,
  automation: condition.eager,
  run,
});
const monthly = defineAsset({
  key: "mart/monthly",
  deps: { clean },
  partitions: months,
  automation: condition.eager,
  run,
});
const total = defineAsset({ key: "mart/total", deps: { monthly }, automation: condition.eager, run });
const report = defineAsset({
  key: "mart/report",
  deps: { total },
  automation: condition.onCron("0 3 * * *"),
  run,
});
const sales = defineAsset({ key: "cells/sales", partitions: cells, run });
const dated = defineAsset({ key: "dated", partitions: written, run });
const hourly = defineAsset({ key: "hourly", partitions: hours, run });
const customers = defineAsset({ key: "customers", partitions: dynamicPartitions("customers"), run });
const rates = defineAsset({ key: "rates", partitions: staticPartitions(["eur", "usd"]), run });
const { left, right } = defineMultiAsset({
  name: "pair",
  outputs: { left: { key: "pair/left" }, right: { key: "pair/right" } },
  subsettable: true,
  run: () => ({ left: 1, right: 2 }),
});
const full = defineCheck({
  asset: clean,
  name: "full",
  blocking: true,
  description: "It is full.",
  run: () => true,
});
const known = defineCheck({ asset: total, name: "known", severity: "warn", run: () => true });

/** The definitions. */
export const everything: Definitions = definitions({
  assets: [
    source,
    orders,
    clean,
    next,
    beside,
    weekly,
    monthly,
    total,
    report,
    sales,
    dated,
    hourly,
    customers,
    rates,
    left,
    right,
  ],
  checks: [full, known],
  jobs: [
    defineJob({
      name: "refresh",
      selection: "raw/* clean/*",
      config: { "clean/orders": { limit: 5 } },
      tags: { team: "sales" },
    }),
    defineJob({ name: "kept", selection: "raw/*", compensate: false }),
    defineJob({ name: "half", selection: [left], description: "One half." }),
    defineJob({ name: "mixed", selection: [sales, dated] }),
  ],
  schedules: [
    defineSchedule({
      name: "nightly",
      cron: "0 4 * * *",
      timezone,
      target: [orders, clean],
      catchUp: true,
      config: { "clean/orders": { limit: 7 } },
    }),
    defineSchedule({ name: "cells", target: [sales] }),
    defineSchedule({ name: "dated", target: [dated] }),
    defineSchedule({ name: "hourly", target: [hourly] }),
    defineSchedule({ name: "in_the_gap", cron: "30 2 * * *", timezone, target: [orders] }),
    defineSchedule({ name: "mondays", cron: "30 5 * * 1", timezone, target: [orders] }),
    defineSchedule({ name: "all_days", cron: "30 5 * * 1", timezone, target: [orders], partitions: "all" }),
    defineSchedule({ name: "rates", cron: "@daily", target: [rates], partitions: "all" }),
    defineSchedule({
      name: "twice",
      cron: ["0 6 * * *", "30 14 * * *"],
      timezone,
      target: [total],
      enabled: false,
    }),
  ],
});
