/** One step of each end. */
import { defineAsset, defineJob, definitions, dynamicPartitions, skip, staticPartitions } from "sluice";
import { z } from "zod";

const partitions = staticPartitions(["eu", "us"]);

const customers = dynamicPartitions("customers");
const greeting = defineAsset({
  key: "greeting",
  partitions: customers,
  run: ({ partition }) => `hello ${partition.key}`,
});

const everyone = defineAsset({
  key: "everyone",
  deps: { greeting },
  run: ({ inputs }) => [...inputs.greeting.keys()],
});

export default definitions({
  assets: [
    defineAsset({
      key: "made",
      isolation: "process",
      memoryMb: 256,
      partitions,
      run: ({ partition }) => partition.key,
    }),
    defineAsset({ key: "skipped", skippable: true, run: () => skip("nothing") }),
    defineAsset({
      key: "broken",
      run: () => {
        throw new Error("broken");
      },
    }),
    greeting,
    everyone,
    defineAsset({ key: "wrong", config: z.object({ limit: z.number() }), run: () => 1 }),
  ],
  jobs: [defineJob({ name: "all", selection: "not key:greeting" })],
  module: import.meta.url,
});
