/** How an asset is tested: its body alone, with inputs and resources put in by hand. */
import assert from "node:assert/strict";
import { dailyPartitions, defineAsset, defineResource, materialize, output, override } from "sluice";

const rates = defineResource({
  name: "rates",
  setup: () => ({
    of: (_currency: string): number => {
      throw new Error("no network here");
    },
  }),
});

const days = dailyPartitions({ start: "2026-01-01" });
const orders = defineAsset({ key: "orders", partitions: days, run: () => [{ amount: 1, currency: "EUR" }] });

const revenue = defineAsset({
  key: "revenue",
  deps: { orders },
  partitions: days,
  resources: { rates },
  run: ({ inputs, partition, resources }) => {
    const sum = inputs.orders.reduce(
      (total, { amount, currency }) => total + amount * resources.rates.of(currency),
      0,
    );
    return output(sum, { metadata: { day: partition.key, orders: inputs.orders.length } });
  },
});

const result = await materialize(revenue, {
  partition: "2026-01-02",
  inputs: { orders: [{ amount: 10, currency: "EUR" }, { amount: 5, currency: "USD" }] },
  resources: [override(rates, { of: (currency) => (currency === "EUR" ? 2 : 1) })],
});

assert.equal(result.value, 25);
assert.deepEqual(result.metadata, { day: "2026-01-02", orders: 2 });
console.log(`tested: ${result.value}`);
