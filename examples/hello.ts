/** Two assets, one of which reads the other. */
import { createOrchestrator, defineAsset, definitions } from "sluice";

const numbers = defineAsset({ key: "numbers", run: () => [1, 2, 3] });

const sum = defineAsset({
  key: "sum",
  deps: { numbers },
  run: ({ inputs, log }) => {
    log.info("adding", { count: inputs.numbers.length });
    return inputs.numbers.reduce((total, number) => total + number, 0);
  },
});

await using sluice = createOrchestrator(definitions({ assets: [numbers, sum] }), { folder: ".sluice/hello" });

const { status } = await sluice.materialize("*");
console.log(`${status}: the sum is ${await sluice.load(sum)}, kept in ${sluice.locate(sum)}`);
