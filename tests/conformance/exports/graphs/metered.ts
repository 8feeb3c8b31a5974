/** Bodies that tell when they were there: one step of a key goes on at a time, and one run of a job. */
import { defineAsset, defineJob, definitions, staticPartitions } from "sluice";

const letters = staticPartitions(["a", "b"]);

async function body() {
  const beganMs = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  return { beganMs, endedMs: Date.now() };
}

export const metered = defineAsset({
  key: "metered",
  partitions: letters,
  concurrency: { key: "meter" },
  run: body,
});
export const single = defineAsset({ key: "single", partitions: letters, run: body });

export default definitions({
  assets: [metered, single],
  jobs: [
    defineJob({ name: "steps", selection: "metered" }),
    defineJob({ name: "runs", selection: "single", concurrency: { key: "alone" } }),
  ],
  module: import.meta.url,
});
