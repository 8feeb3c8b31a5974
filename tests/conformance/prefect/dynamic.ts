/** Keys that are added at run time, and something made from all of them. */
import { defineAsset, definitions, dynamicPartitions } from "sluice";

const shops = dynamicPartitions("shops");

export const sales = defineAsset({
  key: "sales",
  partitions: shops,
  run: ({ partition }) => ({ shop: partition.key, sold: partition.key.length }),
});

export const total = defineAsset({
  key: "total",
  deps: { sales },
  run: async ({ inputs }) => {
    const all = await inputs.sales.load();
    return [...all.values()].reduce((sum, { sold }) => sum + sold, 0);
  },
});

export default definitions({ assets: [sales, total], module: import.meta.url });
