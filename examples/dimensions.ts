/** An asset with two dimensions, read by one with one of them. */
import {
  createOrchestrator,
  dailyPartitions,
  defineAsset,
  definitions,
  multiPartitions,
  staticPartitions,
} from "sluice";

const days = dailyPartitions({ start: "2026-01-01", end: "2026-01-08" });
const regions = staticPartitions(["asia", "europe", "us"]);

const visits = defineAsset({
  key: "visits",
  partitions: multiPartitions({ day: days, region: regions }),
  run: ({ partition }) => Number(partition.dimensions.day.slice(-2)) * partition.dimensions.region.length,
});

const byDay = defineAsset({
  key: "visits/by_day",
  deps: { visits },
  partitions: days,
  run: async ({ inputs }) => {
    let sum = 0;
    for await (const count of inputs.visits.values()) sum += count;
    return sum;
  },
});

await using sluice = createOrchestrator(definitions({ assets: [visits, byDay] }), {
  folder: ".sluice/dimensions",
});

const { plan } = await sluice.backfill({ scope: "missing" });
console.log(`made ${plan.cellCount} values in ${plan.runCount} runs`);
console.log(`visits on the 7th: ${await sluice.load(byDay, "2026-01-07")}`);
