/** Two dimensions, and an asset by one of them. */
import { dailyPartitions, defineAsset, definitions, multiPartitions, staticPartitions } from "sluice";

const days = dailyPartitions({ start: "2026-03-01", end: "2026-03-04" });

export const sales = defineAsset({
  key: "sales",
  partitions: multiPartitions({ date: days, region: staticPartitions(["eu", "us"]) }),
  run: ({ partition }) => {
    const { date, region } = partition.dimensions;
    return { date, region, amount: Number(date.slice(-2)) * (region === "eu" ? 10 : 100) };
  },
});

export const daily = defineAsset({
  key: "sales/daily",
  partitions: days,
  deps: { sales },
  run: async ({ inputs, partition }) => {
    const all = await inputs.sales.load();
    return { date: partition.key, amount: [...all.values()].reduce((sum, each) => sum + each.amount, 0) };
  },
});

export default definitions({ assets: [sales, daily], module: import.meta.url });
