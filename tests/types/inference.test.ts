/** Inputs, outputs and partitions as the compiler infers them: this file is tested by compiling it. */
import { test } from "bun:test";
import assert from "node:assert/strict";
import { z } from "zod";
import {
  type Asset,
  assetRef,
  dailyPartitions,
  defineAsset,
  defineCheck,
  defineExternalAsset,
  defineMultiAsset,
  defineResource,
  definitions,
  hourlyPartitions,
  lastMapping,
  monthlyPartitions,
  multiPartitions,
  output,
  type Partitioned,
  selfDep,
  skip,
  specificMapping,
  type StaticPartitions,
  staticPartitions,
  type TimePartitions,
  timeWindowMapping,
  type,
  unchanged,
} from "sluice";
import { same } from "./same.ts";

interface Order {
  readonly id: number;
  readonly amount: number;
}

const hours = hourlyPartitions({ start: "2026-01-01" });
const days = dailyPartitions({ start: "2026-01-01" });
const months = monthlyPartitions({ start: "2026-01-01" });
const regions = staticPartitions(["us", "eu"]);
const dayByRegion = multiPartitions({ day: days, region: regions });

const clicks = defineExternalAsset({ key: "clicks", partitions: hours, output: type<string[]>() });
const orders = defineAsset({
  key: "orders",
  partitions: days,
  run: async ({ partition }): Promise<readonly Order[]> => {
    same<typeof partition.key, string>(true);
    same<typeof partition.window.startMs, number>(true);
    return [];
  },
});
same<typeof orders, Asset<readonly Order[], TimePartitions<"day">>>(true);

const revenue = defineAsset({
  key: "revenue",
  deps: { orders, clicks },
  partitions: days,
  run: ({ inputs }) => {
    same<typeof inputs.orders, readonly Order[]>(true);
    same<typeof inputs.clicks, Partitioned<string[], string>>(true);
    return inputs.orders.length;
  },
  checks: { positive: (value) => value > 0 },
});
same<typeof revenue, Asset<number, TimePartitions<"day">>>(true);

const monthly = defineAsset({
  key: "monthly",
  deps: { revenue },
  partitions: months,
  run: async ({ inputs }) => {
    same<typeof inputs.revenue, Partitioned<number, string>>(true);
    let sum = 0;
    for await (const [, value] of inputs.revenue) sum += value;
    return sum;
  },
});

const region = defineAsset({
  key: "region",
  partitions: regions,
  run: ({ partition }) => {
    same<typeof partition.key, "us" | "eu">(true);
    return output(partition.key as string);
  },
});
same<typeof region, Asset<string, StaticPartitions<"us" | "eu">>>(true);

const cell = defineAsset({
  key: "cell",
  partitions: dayByRegion,
  deps: { region, revenue, latest: { asset: monthly, mapping: lastMapping() } },
  run: ({ inputs, partition }) => {
    same<typeof inputs.region, string>(true);
    same<typeof inputs.revenue, number>(true);
    same<typeof inputs.latest, number>(true);
    same<typeof partition.dimensions, { readonly day: string; readonly region: string }>(true);
    return { total: inputs.revenue };
  },
});

const summary = defineAsset({
  key: "summary",
  deps: { region, us: { asset: region, mapping: specificMapping("us") } },
  skippable: true,
  run: ({ inputs, attempt }) => {
    same<typeof inputs.region, Partitioned<string, "us" | "eu">>(true);
    same<typeof inputs.us, string>(true);
    if (attempt > 2) return skip("enough");
    return attempt > 1 ? unchanged() : inputs.us;
  },
});
same<typeof summary, Asset<string, undefined>>(true);

const batch = defineAsset({
  key: "batch",
  partitions: days,
  deps: { orders },
  batch: true,
  run: async function* ({ inputs, partitions }) {
    same<typeof inputs.orders, Partitioned<readonly Order[], string>>(true);
    for (const { key } of partitions) yield [key, (await inputs.orders.get(key)).length] as const;
  },
});
same<typeof batch, Asset<number, TimePartitions<"day">>>(true);

const db = defineResource({
  name: "db",
  setup: async () => ({ query: (text: string) => text.length }),
  teardown: (value) => void value.query(""),
});
const configured = defineAsset({
  key: "configured",
  config: z.object({ limit: z.number().default(3) }),
  resources: { db },
  run: ({ config, resources }) => {
    same<typeof config, { limit: number }>(true);
    return resources.db.query("select") + config.limit;
  },
});

const balance = defineAsset({
  key: "balance",
  partitions: days,
  deps: {
    before: selfDep(type<number>(), days, timeWindowMapping({ startOffset: -1, endOffset: -1 })),
    today: assetRef<typeof revenue>("revenue"),
  },
  run: ({ inputs }): number => {
    same<typeof inputs.before, Partitioned<number, string>>(true);
    same<typeof inputs.today, number>(true);
    return inputs.before.size + inputs.today;
  },
});

const { even, odd } = defineMultiAsset({
  name: "split",
  outputs: { even: { key: "even" }, odd: { key: "odd", output: type<string>() } },
  deps: { revenue },
  partitions: days,
  run: ({ inputs, selected }) => {
    same<typeof inputs.revenue, number>(true);
    same<typeof selected, ReadonlySet<"even" | "odd">>(true);
    return { even: [inputs.revenue], odd: "x" };
  },
});
same<typeof even, Asset<number[], TimePartitions<"day">>>(true);
same<typeof odd, Asset<string, TimePartitions<"day">>>(true);

const checked = defineAsset({
  key: "checked",
  output: z.object({ amount: z.number() }),
  run: () => ({ amount: 1 }),
});
same<typeof checked, Asset<{ amount: number }, undefined>>(true);

const positive = defineCheck({
  asset: revenue,
  name: "positive",
  run: ({ value, partition }) => {
    same<typeof value, number>(true);
    return value > 0 && partition.key !== "";
  },
});

/** Any asset is an `Asset`. */
const all: readonly Asset[] = [
  clicks,
  orders,
  revenue,
  monthly,
  region,
  cell,
  summary,
  batch,
  configured,
  balance,
  even,
  odd,
  checked,
];

// Where the place of a declaration says nothing of partitions, neither does the declaration.
const inPlace = definitions({
  assets: [
    orders,
    defineAsset({
      key: "in_place",
      deps: { orders },
      run: ({ inputs }) => {
        same<typeof inputs.orders, Partitioned<readonly Order[], string>>(true);
        return [...inputs.orders.keys()];
      },
    }),
  ],
});

test("what the compiler accepts is also declared", () => {
  assert.equal(new Set(all.map((asset) => asset.key)).size, all.length);
  assert.equal(positive["~step"].check?.asset, "revenue");
  assert.equal(inPlace.assets.length, 2);
});
