/** Static partitions, and an asset without partitions made from all of them. */
import { defineAsset, definitions, staticPartitions } from "sluice";

const regions = staticPartitions(["eu", "us", "asia"]);

export const shops = defineAsset({
  key: "shops",
  partitions: regions,
  run: ({ partition }) => ({ region: partition.key, shops: partition.key.length * 10 }),
});

export const rates = defineAsset({
  key: "rates",
  partitions: regions,
  deps: { shops },
  run: ({ inputs, partition }) => ({ region: partition.key, rate: inputs.shops.shops / 7 }),
});

export const total = defineAsset({
  key: "total",
  deps: { shops },
  run: async ({ inputs }) => {
    const all = await inputs.shops.load();
    return { total: [...all.values()].reduce((sum, each) => sum + each.shops, 0), regions: [...all.keys()] };
  },
});

export default definitions({ assets: [shops, rates, total], module: import.meta.url });
