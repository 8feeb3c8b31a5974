/** Two jobs whose hooks write down what they hear, and an asset that reads it. */
import { appendFileSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { defineAsset, defineJob, definitions, type RunHooks } from "sluice";

/** One file for each place of values; processes that share none share nothing else. */
const place = process.env.SLUICE_IO ?? process.env.SLUICE_FOLDER ?? String(process.pid);
const path = join(tmpdir(), `watched-${place.replaceAll(/[^\w-]/g, "").slice(-60)}.txt`);

function note(...words: readonly unknown[]): void {
  appendFileSync(path, `${words.join(" ")}\n`);
}

const hooks: RunHooks = {
  onRunStart: ({ job, isResumed, tags }) => note(job, "begins", isResumed, tags.by),
  onRunEnd: ({ job, status, steps: { total, success, failed, skipped, upstreamFailed, canceled } }) =>
    note(job, status, total, success, failed, skipped, upstreamFailed, canceled),
  onSuccess: ({ step, outputs }) => note("success", step, outputs.map(({ asset }) => asset)),
  onFailure: ({ step, error }) => note("failure", step, error.message),
};

export const good = defineAsset({ key: "good", hooks: { onSuccess: () => note("own") }, run: () => 1 });
export const bad = defineAsset({
  key: "bad",
  run: (): number => {
    throw new Error("as ever");
  },
});
export const below = defineAsset({ key: "below", deps: { bad }, run: ({ inputs }) => inputs.bad });

export const heard = defineAsset({
  key: "heard",
  run: () => {
    const lines = readFileSync(path, "utf8").trim().split("\n");
    rmSync(path);
    return lines.sort();
  },
});

export default definitions({
  assets: [good, bad, below, heard],
  jobs: [
    defineJob({ name: "watch", selection: "good", tags: { by: "me" }, hooks }),
    defineJob({ name: "spoil", selection: "bad below", tags: { by: "me" }, hooks }),
    defineJob({ name: "listen", selection: "heard" }),
  ],
  module: import.meta.url,
});
