/** A check that blocks: what is downstream of a bad value is not made. */
import { createOrchestrator, defineAsset, defineCheck, definitions } from "sluice";

const prices = defineAsset({ key: "prices", run: () => [12, -5, 7] });

const noNegative = defineCheck({
  asset: prices,
  name: "no_negative",
  blocking: true,
  run: ({ value }) => {
    const negative = value.filter((price) => price < 0);
    return { passed: negative.length === 0, metadata: { negative } };
  },
});

const total = defineAsset({
  key: "total",
  deps: { prices },
  run: ({ inputs }) => inputs.prices.reduce((sum, price) => sum + price, 0),
});

await using sluice = createOrchestrator(definitions({ assets: [prices, total], checks: [noNegative] }), {
  folder: ".sluice/checks",
});

const { id, status } = await sluice.materialize("*");
console.log(`the run ${status}`);
for (const step of await sluice.steps(id)) console.log(`${step.name}: ${step.status}`);
for (const check of await sluice.checks(prices)) console.log(`${check.check} passed: ${check.passed}`);
