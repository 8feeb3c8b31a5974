/** One step of each end. */
import { defineAsset, defineJob, definitions, skip, staticPartitions } from "sluice";
import { z } from "zod";

const partitions = staticPartitions(["eu", "us"]);

export default definitions({
  assets: [
    defineAsset({ key: "made", partitions, run: ({ partition }) => partition.key }),
    defineAsset({ key: "skipped", skippable: true, run: () => skip("nothing") }),
    defineAsset({
      key: "broken",
      run: () => {
        throw new Error("broken");
      },
    }),
    defineAsset({ key: "wrong", config: z.object({ limit: z.number() }), run: () => 1 }),
  ],
  jobs: [defineJob({ name: "all", selection: "*" })],
  module: import.meta.url,
});
