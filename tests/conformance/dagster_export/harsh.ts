/** Keys that Dagster's decorators refuse, processes that die, ranges that are made in part, checks of partitions. */
import { defineAsset, defineCheck, definitions, skip, staticPartitions } from "sluice";
import process from "node:process";

const regions = staticPartitions(["eu", "us", "asia"]);

const word = defineAsset({
  key: "class",
  checks: { "has-rows": () => true },
  run: ({ log }) => (log.info("a word of Python"), [1, 2]),
});
const accent = defineAsset({ key: "caf\u00e9/x", deps: { word }, run: ({ inputs }) => inputs.word.length });
const crash = defineAsset({
  key: "crash",
  retry: { maxRetries: 1, delayMs: 10 },
  run: () => process.exit(3) as never,
});
const behind = defineAsset({ key: "behind", deps: { crash }, run: () => 1 });
const halves = defineAsset({
  key: "halves",
  partitions: regions,
  backfill: { maxPartitionsPerRun: Infinity },
  skippable: true,
  run: ({ partition }) => partition.key === "us" ? skip("closed") : partition.key,
});
const reader = defineAsset({
  key: "reader",
  deps: { halves },
  partitions: regions,
  backfill: { maxPartitionsPerRun: Infinity },
  run: ({ inputs }) => inputs.halves,
});
const checked = defineAsset({ key: "checked", partitions: regions, run: ({ partition }) => partition.key });

export default definitions({
  assets: [word, accent, crash, behind, halves, reader, checked],
  checks: [
    defineCheck({ asset: accent, name: "is.long-enough", run: ({ value }) => value === 2 }),
    defineCheck({
      asset: checked,
      name: "known",
      blocking: true,
      run: ({ value }) => ({ passed: value === "us", metadata: { of: value } }),
    }),
  ],
  module: import.meta.url,
});
