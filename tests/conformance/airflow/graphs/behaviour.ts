/** Steps that misbehave, and texts that would, were they not kept as data. */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import process from "node:process";
import {
  dailyPartitions,
  defineAsset,
  defineJob,
  defineMultiAsset,
  defineSchedule,
  definitions,
  output,
  skip,
} from "sluice";
import { z } from "zod";

/** A text that Jinja, shells and Python would make something else of. */
export const TEXT =
  "{{ 7 * 7 }} {% raw %} $(id) `id` %s {x} ''' \"\"\" \\N{BULLET} \\ \u2028 coding: utf-7 +AAo- run.sh";

const days = dailyPartitions({ start: "2026-01-01", exclusions: ["2026-01-03"] });
const HOUR_MS = 3_600_000;

/** Waits for ever, with a child that cannot hear. Their ids are in the file that the environment names. */
const deaf = defineAsset({
  key: "deaf",
  run: async () => {
    const child = spawn("sh", ["-c", "trap '' TERM; while :; do sleep 1; done"], { stdio: "ignore" });
    process.on("SIGTERM", () => {});
    writeFileSync(process.env.SLUICE_TEST_PIDS as string, JSON.stringify([process.pid, child.pid]));
    await new Promise((done) => setTimeout(done, HOUR_MS));
  },
});
const slow = defineAsset({
  key: "slow",
  timeoutMs: 300,
  run: ({ signal }) =>
    new Promise((_, fail) => signal.addEventListener("abort", () => fail(new Error("told to stop")))),
});
const crash = defineAsset({
  key: "crash",
  retry: { maxRetries: 1, delayMs: 10 },
  run: () => process.exit(3),
});
const echo = defineAsset({
  key: "echo",
  description: TEXT,
  config: z.string(),
  run: ({ config, run }) => output({ config, tags: run.tags }, { metadata: { text: TEXT } }),
});
const daily = defineAsset({
  key: "daily",
  partitions: days,
  retry: { maxRetries: 2, delayMs: 10 },
  run: ({ partition }) => partition.key,
});
const { kept, left } = defineMultiAsset({
  name: "pair",
  outputs: { kept: { key: "pair/kept" }, left: { key: "pair/left" } },
  skippable: true,
  run: () => ({ kept: 1, left: skip("nothing new") }),
});

export default definitions({
  assets: [deaf, slow, crash, echo, daily, kept, left],
  jobs: [
    defineJob({ name: "deaf", selection: [deaf] }),
    defineJob({ name: "slow", selection: [slow] }),
    defineJob({ name: "crash", selection: [crash] }),
    defineJob({ name: "pair", selection: [kept, left] }),
    defineJob({ name: "echo", selection: [echo], config: { echo: TEXT }, tags: { team: "sales" } }),
  ],
  schedules: [defineSchedule({ name: "daily", target: [daily] })],
  module: import.meta.url,
});
