/** Config of a step, by a job and by default. */
import { defineAsset, defineJob, definitions } from "sluice";
import { z } from "zod";

export const sample = defineAsset({
  key: "sample",
  config: z.object({ size: z.number().int().min(1).default(3), prefix: z.string().default("row") }),
  run: ({ config }) => Array.from({ length: config.size }, (_, index) => `${config.prefix} ${index + 1}`),
});

export const count = defineAsset({
  key: "count",
  deps: { sample },
  run: ({ inputs }) => inputs.sample.length,
});

export const large = defineJob({
  name: "large_sample",
  selection: "sample+",
  config: { sample: { size: 5, prefix: 'it\'s "quoted" \u2028 {{ var.value.x }} %s' } },
});

export default definitions({ assets: [sample, count], jobs: [large], module: import.meta.url });
