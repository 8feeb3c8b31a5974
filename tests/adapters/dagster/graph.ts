/** A graph with something of everything that Dagster is given in a way of its own. */
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
  freshBy,
  freshWithin,
  hourlyPartitions,
  lastMapping,
  monthlyPartitions,
  multiMapping,
  multiPartitions,
  secret,
  staticPartitions,
  timePartitions,
  timeWindowMapping,
} from "sluice";
import { z } from "zod";

const timezone = "America/New_York";
const days = dailyPartitions({ start: "2026-01-01", timezone, exclusions: ["0 0 * * 0", "2026-12-25"] });
const hours = hourlyPartitions({ start: "2026-01-01T06:00", timezone, minuteOffset: 15 });
const months = monthlyPartitions({ start: "2026-01-01", timezone, keyFormat: "%Y-%m", endOffset: 1 });
const quarters = timePartitions({ cron: "0 0 1 1,4,7,10 *", start: "2026-01-01", end: "2030-01-01" });
const regions = staticPartitions(["eu", "us"]);
const shops = dynamicPartitions("shops");
const cells = multiPartitions({ day: days, region: regions });
const grid = multiPartitions({
  color: staticPartitions(["red", "blue"]),
  region: regions,
  size: staticPartitions(["s"]),
});
const growing = multiPartitions({ day: days, region: regions, shop: shops });
const run = () => 1;

const source = defineExternalAsset({ key: "source/api", description: "Made elsewhere." });
const orders = defineAsset({
  key: "raw/orders",
  group: "raw",
  description: "Orders \u00fcber {{ ds }}.md",
  owners: ["ann@example.org", "team:sales", "bob@example.photography"],
  tags: { tier: "gold" },
  kinds: ["csv", "duckdb"],
  metadata: { rows: 3, nested: { list: [1, null, true] } },
  codeVersion: "1",
  after: [source],
  partitions: days,
  retry: { maxRetries: 3, delayMs: 1500, backoff: "exponential", jitter: "full", maxDelayMs: 60_000 },
  timeoutMs: 60_000,
  pool: "warehouse",
  priority: 3,
  freshness: freshWithin({ failMs: 86_400_000, warnMs: 5_400_000 }),
  checks: { plain: () => true, gate: { blocking: true, description: "It holds.", run: () => true } },
  run,
});
const clean = defineAsset({
  undo: run,
  key: "mart/daily-revenue.v2",
  group: "mart/daily-1",
  deps: {
    orders,
    before: {
      asset: assetRef("mart/daily-revenue.v2"),
      mapping: timeWindowMapping({ startOffset: -1, endOffset: -1 }),
    },
  },
  partitions: days,
  batch: true,
  config: z.object({ limit: z.number(), token: z.unknown() }),
  automation: condition.eager,
  freshness: freshBy({ deadlineCron: "0 9 * * *", lowerBoundMs: 3_600_000, timezone }),
  run: () => undefined as never,
});
const weekOf = defineAsset({
  key: "mart/week",
  deps: { clean: { asset: clean, mapping: timeWindowMapping({ startOffset: -6, allowNonexistent: true }) } },
  partitions: days,
  backfill: { maxPartitionsPerRun: 7 },
  automation: condition.and(
    condition.anyDeps(condition.newlyUpdated, { except: ["mart/daily-revenue.v2"] }),
    condition.not(condition.since(condition.executionFailed, condition.newlyUpdated)),
  ),
  run,
});
const monthly = defineAsset({ key: "mart/month", deps: { clean }, partitions: months, run });
const hourly = defineAsset({ key: "hourly", partitions: hours, run });
const quarterly = defineAsset({ key: "quarterly", partitions: quarters, run });
const word = defineAsset({
  key: "class",
  deps: { monthly: { asset: monthly, mapping: lastMapping() } },
  run,
});
const kanji = defineAsset({
  key: "\u65e5\u672c/caf\u00e9",
  deps: { word },
  checks: { "has-rows": () => true },
  run,
});
const twins = [defineAsset({ key: "a-b", run }), defineAsset({ key: "a_b", skippable: true, run })];
const byCell = defineAsset({ key: "cells/sales", deps: { clean }, partitions: cells, run });
const nextCell = defineAsset({
  key: "cells/next",
  deps: {
    sales: {
      asset: byCell,
      mapping: multiMapping({
        day: { dimension: "day", mapping: timeWindowMapping({ startOffset: -1, endOffset: -1 }) },
        region: { dimension: "region" },
      }),
    },
  },
  partitions: cells,
  run,
});
const byGrid = defineAsset({ key: "grid", partitions: grid, run });
const perRegion = defineAsset({ key: "per/region", deps: { byGrid }, partitions: regions, run });
const swapped = defineAsset({
  key: "swapped",
  deps: {
    perRegion: {
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
const grown = defineAsset({
  key: "grown",
  deps: { byShop: { asset: byShop, mapping: allMapping() } },
  partitions: growing,
  run,
});
const { left, right } = defineMultiAsset({
  name: "pair",
  outputs: {
    left: { key: "pair/left", automation: condition.onCron("0 6 * * *", timezone) },
    right: { key: "pair/right" },
  },
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
const known = defineCheck({ asset: kanji, name: "known", severity: "warn", run: () => true });

/** The definitions. */
export const everything: Definitions = definitions({
  assets: [
    source,
    orders,
    clean,
    weekOf,
    monthly,
    hourly,
    quarterly,
    word,
    kanji,
    ...twins,
    byCell,
    nextCell,
    byGrid,
    perRegion,
    swapped,
    byShop,
    grown,
    left,
    right,
  ],
  checks: [full, known],
  jobs: [
    defineJob({
      name: "refresh",
      selection: [orders, clean],
      config: { "mart/daily-revenue.v2": { limit: 5, token: secret("TOKEN") } },
      tags: { team: "sales" },
      description: "Both.",
    }),
    defineJob({ name: "raw", selection: "group:raw", compensate: "always" }),
    defineJob({ name: "mixed", selection: [byCell, clean, left] }),
    defineJob({ name: "a-b", selection: [left] }),
  ],
  schedules: [
    defineSchedule({ name: "nightly", cron: "0 4 * * *", timezone, target: [orders, clean], catchUp: true }),
    defineSchedule({ name: "windows", target: [monthly] }),
    defineSchedule({ name: "in-the-gap", cron: "30 1 * * *", timezone: "Europe/Dublin", target: [word] }),
    defineSchedule({ name: "regions", cron: "@daily", target: [perRegion], partitions: "all" }),
    defineSchedule({ name: "grown", cron: "@daily", target: [grown] }),
    defineSchedule({
      name: "twice",
      cron: ["0 6 * * *", "30 14 * * *"],
      timezone,
      target: [left, right],
      enabled: false,
      tags: { by: "clock" },
    }),
  ],
});
