/** A graph with something of everything that Prefect is given in a way of its own. */
import {
  allMapping,
  assetRef,
  condition,
  customMapping,
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
  freshWithin,
  hourlyPartitions,
  lastMapping,
  monthlyPartitions,
  multiMapping,
  multiPartitions,
  secret,
  specificMapping,
  staticMapping,
  staticPartitions,
  timeWindowMapping,
} from "sluice";
import { z } from "zod";

const timezone = "America/New_York";
const days = dailyPartitions({ start: "2026-01-01", timezone, exclusions: ["0 0 * * 0", "2026-12-25"] });
const months = monthlyPartitions({ start: "2026-01-01", timezone, keyFormat: "%Y-%m", endOffset: 1 });
const hours = hourlyPartitions({ start: "2026-01-01", timezone, end: "2027-01-01" });
const regions = staticPartitions(["eu", "us", 'it\'s "x"']);
const cells = multiPartitions({ day: days, region: staticPartitions(["eu", "us"]) });
const shops = dynamicPartitions("shops");
const run = () => 1;

const source = defineExternalAsset({ key: "source/api", description: "Made elsewhere." });

const orders = defineAsset({
  key: "raw/orders",
  group: "raw",
  description: "Orders \u00fcber {{ ds }} '''",
  owners: ["ann@example.org", "team:sales"],
  tags: { tier: "gold" },
  kinds: ["csv"],
  metadata: { rows: 3, nested: { list: [1, null, true] } },
  codeVersion: "1",
  after: [source],
  partitions: days,
  retry: { maxRetries: 3, delayMs: 1500, backoff: "exponential", jitter: "plus-minus", maxDelayMs: 60_000 },
  timeoutMs: 60_000,
  pool: "warehouse/main",
  priority: 3,
  freshness: freshWithin({ failMs: 86_400_000 }),
  checks: { plain: () => true, gate: { blocking: true, run: () => true } },
  run,
});
const clean = defineAsset({
  undo: run,
  key: "mart/clean",
  deps: {
    orders,
    before: { asset: assetRef("mart/clean"), mapping: timeWindowMapping({ startOffset: -1, endOffset: -1 }) },
  },
  partitions: days,
  batch: true,
  config: z.object({ limit: z.number(), token: z.unknown() }),
  automation: condition.eager,
  run: () => undefined as never,
});
const weekly = defineAsset({
  key: "mart/week",
  deps: { clean: { asset: clean, mapping: timeWindowMapping({ startOffset: -6, allowNonexistent: true }) } },
  partitions: days,
  backfill: { maxPartitionsPerRun: 7 },
  run,
});
const monthly = defineAsset({ key: "mart/month", deps: { clean }, partitions: months, run });
const hourly = defineAsset({
  key: "hourly",
  partitions: hours,
  retry: { maxRetries: 60, delayMs: 100 },
  run,
});
const newest = defineAsset({
  key: "class",
  deps: { monthly: { asset: monthly, mapping: lastMapping() } },
  run,
});
const byCell = defineAsset({ key: "cells", deps: { clean }, partitions: cells, run });
const nextCell = defineAsset({
  key: "cells/next",
  deps: {
    byCell: {
      asset: byCell,
      mapping: multiMapping({
        day: { dimension: "day", mapping: timeWindowMapping({ startOffset: -1, endOffset: -1 }) },
      }),
    },
  },
  partitions: cells,
  run,
});
const perRegion = defineAsset({ key: "per/region", partitions: regions, skippable: true, run });
const merged = defineAsset({
  key: "merged",
  deps: {
    some: { asset: perRegion, mapping: specificMapping(["eu", "us"]) },
    tabled: { asset: perRegion, mapping: staticMapping({ eu: ["eu", "us"], us: "us" }) },
    swapped: {
      asset: perRegion,
      mapping: customMapping({
        name: "swap",
        upstream: (key) => [key === "eu" ? "us" : "eu"],
        downstream: (key) => [key === "eu" ? "us" : "eu"],
      }),
    },
  },
  partitions: regions,
  run,
});
const byShop = defineAsset({ key: "shop/sales", partitions: shops, run });
const { left, right } = defineMultiAsset({
  name: "pair",
  outputs: {
    left: { key: "pair/left", codeVersion: "l1", metadata: { side: "left" } },
    right: { key: "pair/right", description: "x".repeat(2_600) },
  },
  deps: { byShop: { asset: byShop, mapping: allMapping() } },
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
const known = defineCheck({ asset: newest, name: "known", severity: "warn", run: () => true });
const refresh = defineJob({
  name: "refresh",
  selection: [orders, clean],
  config: { "mart/clean": { limit: 5, token: secret("TOKEN") } },
  tags: { team: "sales" },
  description: "Both.",
});

/** The definitions. */
export const everything: Definitions = definitions({
  assets: [
    source,
    orders,
    clean,
    weekly,
    monthly,
    hourly,
    newest,
    byCell,
    nextCell,
    perRegion,
    merged,
    byShop,
    left,
    right,
  ],
  checks: [full, known],
  jobs: [refresh, defineJob({ name: "left-only", selection: [left], compensate: false })],
  schedules: [
    defineSchedule({
      name: "nightly",
      cron: "30 2 * * *",
      timezone,
      target: refresh,
      config: { "mart/clean": { limit: 6 } },
    }),
    defineSchedule({ name: "windows", target: hourly, catchUp: true }),
    defineSchedule({
      name: "off",
      cron: ["0 6 * * mon", "@daily"],
      target: perRegion,
      partitions: "all",
      enabled: false,
      description: "Off at first.",
      tags: { a: "b" },
    }),
  ],
});
