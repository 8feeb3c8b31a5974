/** A step whose hooks write down what they hear, and one that reads it in a run of its own. */
import { appendFileSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { defineAsset, definitions, type StepFact } from "sluice";

/** Beside the values, where these have a folder that all processes know. */
const path = join(
  process.env.SLUICE_FOLDER ?? tmpdir(),
  `heard-${process.env.SLUICE_FOLDER ? 0 : process.pid}.txt`,
);

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
  run: () => {
    const lines = readFileSync(path, "utf8").trim().split("\n");
    rmSync(path);
    return lines;
  },
});

export default definitions({ assets: [flaky, heard], module: import.meta.url });
