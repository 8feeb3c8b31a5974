import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { definitions } from "../../../src/model/definitions.ts";
import { defineAsset } from "../../../src/model/assets/asset.ts";
import { memoryIO } from "../../../src/io/memory.ts";
import { parseStepOutcome } from "../../../src/model/step/outcome.ts";
import type { StepReporter } from "../../../src/model/step/reporter.ts";
import { runStep, type StepCall } from "../../../src/cli/step/run.ts";
import { openNotes } from "../../../src/cli/host/notes.ts";
import { openTestHost, type TestHost } from "../support/host.ts";
import { plainPage } from "../support/pages.ts";

const asset = defineAsset({ key: "a", io: "kept", run: ({ log }) => (log.info("hello"), 7) });

/** Runs a step in this process, with reporters. */
async function run(reporters: readonly StepReporter[], options: Partial<StepCall> = {}) {
  const host: TestHost = openTestHost();
  const kept = memoryIO({ name: "kept" });
  const outcome = await runStep({
    host,
    notes: openNotes({ output: host.stderr, page: plainPage(), isQuiet: false, isLive: false }),
    stdout: host.stdout,
    reporters,
    graceMs: 100,
    watchStdin: false,
    readRequest: () => Promise.resolve({ version: 1, runId: "r", step: "a" }),
    load: () => Promise.resolve({ definitions: definitions({ assets: [asset] }), options: { io: [kept] } }),
    ...options,
  });
  assert.deepEqual(parseStepOutcome(host.stdout.text()), outcome);
  return { outcome, host, kept };
}

/** Keeps what it hears. */
function listener(heard: string[], says: Partial<StepReporter> = {}): StepReporter {
  return {
    opened: ({ step }) => void heard.push(`opened ${step}`),
    log: ({ level, message }) => void heard.push(`${level} ${message}`),
    outcome: ({ status }) => void heard.push(status),
    ...says,
  };
}

describe("a reporter", () => {
  test("hears of the request, of lines and of the outcome, in this order", async () => {
    const heard: string[] = [];
    const { outcome } = await run([listener(heard)]);
    assert.equal(outcome.status, "success");
    assert.deepEqual(heard, ["opened a", "info hello", "success"]);
  });

  test("is opened before code of the user's is loaded, and waited for", async () => {
    const heard: string[] = [];
    const slow = listener(heard, {
      opened: async () => {
        await Promise.resolve();
        heard.push("opened");
      },
    });
    await run([slow], {
      load: () => {
        heard.push("loading");
        return Promise.reject(new Error("broken"));
      },
    });
    assert.deepEqual(heard, ["opened", "loading", "retry"]);
  });

  test("hears of an outcome without a request when that cannot be read", async () => {
    const heard: string[] = [];
    const { outcome } = await run([listener(heard)], { readRequest: () => Promise.reject(new Error("no")) });
    assert.deepEqual([heard, outcome.step], [["retry"], undefined]);
  });

  test("that throws makes the outcome a failure that may be tried again", async () => {
    const outcome = () => Promise.reject(new Error("the messages cannot be written"));
    const failed = await run([listener([], { outcome })]);
    assert.deepEqual([failed.outcome.status, failed.outcome.step], ["retry", "a"]);
    assert.match(failed.outcome.error?.message ?? "", /messages cannot be written/);
    const opened = await run([listener([], { opened: () => Promise.reject(new Error("no context")) })]);
    assert.match(opened.outcome.error?.message ?? "", /no context/);
  });
});

describe("the options of a module", () => {
  test("count in a step as they do in a local run", async () => {
    const { outcome, kept } = await run([]);
    assert.equal(outcome.status, "success");
    assert.equal(kept.load({ asset: "a", partition: undefined }), 7);
  });
});
