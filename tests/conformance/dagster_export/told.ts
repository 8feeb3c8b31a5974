/** Assets and checks that tell metadata of every type of JSON, by every way on which it reaches Dagster. */
import { defineAsset, defineCheck, definitions, output, staticPartitions } from "sluice";

/** What is told: a text, whole numbers, fractions and so on. */
export const TOLD = {
  text: 'caf\u00e9 "\u2028"',
  integer: -3,
  huge: 1e21,
  fraction: 0.1,
  yes: true,
  nothing: null,
  list: [1, "a", null, [true]],
  empty: [],
  record: { a: { b: [1.5] } },
} as const;

/** What Dagster makes of each. */
export const TYPES: { readonly [name in keyof typeof TOLD]: string } = {
  text: "TextMetadataValue",
  integer: "IntMetadataValue",
  huge: "FloatMetadataValue",
  fraction: "FloatMetadataValue",
  yes: "BoolMetadataValue",
  nothing: "NullMetadataValue",
  list: "JsonMetadataValue",
  empty: "JsonMetadataValue",
  record: "JsonMetadataValue",
};

const letters = staticPartitions(["a", "b"]);

const whole = defineAsset({
  key: "whole",
  checks: { inside: () => ({ passed: true, metadata: TOLD }) },
  run: () => output(1, { metadata: TOLD }),
});
const ranged = defineAsset({
  key: "ranged",
  partitions: letters,
  backfill: { maxPartitionsPerRun: Infinity },
  run: ({ partition }) => output(1, { metadata: { ...TOLD, own: partition.key } }),
});
const halved = defineAsset({
  key: "halved",
  partitions: letters,
  backfill: { maxPartitionsPerRun: Infinity },
  run({ partition }) {
    if (partition.key === "b") throw new Error("no b");
    return output(1, { metadata: TOLD });
  },
});

export default definitions({
  assets: [whole, ranged, halved],
  checks: [
    defineCheck({
      asset: whole,
      name: "beside",
      run: () => ({ passed: false, severity: "warn" as const, metadata: TOLD }),
    }),
  ],
  module: import.meta.url,
});
