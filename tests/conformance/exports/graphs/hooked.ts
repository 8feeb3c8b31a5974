/** A step whose hooks write down what they hear, and one that waits until it reads there how the first has ended. */
import { appendFileSync, existsSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { defineAsset, definitions, type StepFact } from "sluice";

/** One file for each place of values; processes that share none share nothing else. */
const place = process.env.SLUICE_IO ?? process.env.SLUICE_FOLDER ?? String(process.pid);
const path = join(tmpdir(), `heard-${place.replaceAll(/[^\w-]/g, "").slice(-60)}.txt`);

function note(name: string): (fact: StepFact) => void {
  return ({ step, attempt, partitions }) =>
    appendFileSync(path, `${[name, step, ...partitions, attempt].join(" ")}\n`);
}

export const flaky = defineAsset({
  key: "flaky",
  retry: { maxRetries: 2, delayMs: 50 },
  hooks: {
    onStart: note("start"),
    onSuccess: note("success"),
    onFailure: note("failure"),
    onRetry: note("retry"),
    onSkip: note("skip"),
  },
  run: ({ attempt }) => {
    if (attempt < 2) throw new Error(`attempt ${attempt} fails`);
    return { attempt };
  },
});

export const heard = defineAsset({
  key: "heard",
  after: [flaky],
  timeoutMs: 20_000,
  run: async ({ signal }) => {
    while (!existsSync(path) || !/success|failure/.test(readFileSync(path, "utf8"))) {
      signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const lines = readFileSync(path, "utf8").trim().split("\n");
    rmSync(path);
    return lines;
  },
});

export default definitions({ assets: [flaky, heard], module: import.meta.url });
