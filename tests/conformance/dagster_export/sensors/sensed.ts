/** Sensors of every kind that engines have something for, over a folder that the environment names. */
import process from "node:process";
import {
  assetSensor,
  dailyPartitions,
  defineAsset,
  defineExternalAsset,
  defineJob,
  defineSensor,
  definitions,
  dynamicPartitions,
  fileSensor,
  runSensor,
  staticPartitions,
} from "sluice";
import { z } from "zod";

const regions = staticPartitions(["eu", "us"]);
const run = () => 1;

export const orders = defineExternalAsset({ key: "orders" });
export const rates = defineExternalAsset({ key: "rates" });
export const regional = defineExternalAsset({ key: "regional", partitions: regions });
export const other = defineExternalAsset({ key: "other", partitions: regions });
const plain = defineAsset({ key: "plain", config: z.object({ limit: z.number() }), run });
const shopped = defineAsset({ key: "shopped", partitions: dynamicPartitions("shops"), run });
const days = defineAsset({
  key: "days",
  partitions: dailyPartitions({ start: "2026-01-01", end: "2026-01-05" }),
  run,
});
const each = defineAsset({ key: "each", partitions: regions, run });
const mail = defineAsset({ key: "mail", run });
const broken = defineAsset({
  key: "broken",
  run: (): number => {
    throw new Error("as ever");
  },
});
const spoil = defineJob({ name: "spoil", selection: broken });
const plainly = defineJob({
  name: "plainly",
  selection: plain,
  config: { plain: { limit: 1 } },
  tags: { by: "job" },
});

export default definitions({
  assets: [orders, rates, regional, other, plain, shopped, days, each, mail, broken],
  jobs: [spoil, plainly],
  sensors: [
    defineSensor({
      name: "queue",
      target: plainly,
      tags: { team: "data" },
      evaluate: ({ cursor }) => {
        const n = Number(cursor ?? 0);
        if (n === 2) return { skip: "Nothing is left." };
        const config = { plain: { limit: 10 + n } };
        return {
          runs: [{ runKey: `a${n}`, config }, { runKey: `b${n}`, tags: { n: String(n) } }],
          cursor: n + 1,
        };
      },
    }),
    defineSensor({
      name: "shops",
      target: shopped,
      evaluate: ({ cursor }) =>
        cursor === undefined
          ? { addPartitions: { shops: ["x", "y"] }, runs: [{ runKey: "x", partition: "x" }], cursor: 1 }
          : { removePartitions: { shops: ["y"] } },
    }),
    defineSensor({
      name: "latest",
      target: days,
      evaluate: ({ cursor }) => cursor ? {} : { runs: [{ runKey: "k" }], cursor: 1 },
    }),
    defineSensor({
      name: "whole",
      target: days,
      partitions: "all",
      evaluate: ({ cursor }) => cursor ? {} : { runs: [{ runKey: "k" }], cursor: 1 },
    }),
    fileSensor({
      name: "inbox",
      folder: process.env.SENSED_FOLDER ?? "nowhere",
      glob: "**/*.csv",
      settleMs: 0,
      each: true,
      target: mail,
    }),
    assetSensor({ name: "any", assets: [orders, rates], target: mail }),
    assetSensor({ name: "both", assets: [regional, other], when: "all", target: each }),
    runSensor({ name: "failed", status: ["failed", "canceled"], jobs: spoil, target: mail, enabled: false }),
  ],
  module: import.meta.url,
});
