import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  formatStepOutcome,
  parseStepOutcome,
  stepError,
  stepExitCodes,
  type StepOutcome,
} from "../../../src/model/step/outcome.ts";

const outcome: StepOutcome = {
  version: 1,
  status: "retry",
  runId: "r1",
  step: "a",
  attempt: 2,
  fence: 7,
  circuit: "direct",
  outputs: [
    { asset: "a", partition: "k", status: "made", dataVersion: "d", codeVersion: "c", metadata: { rows: 1 } },
    { asset: "b", status: "skipped", reason: "no rows" },
  ],
  checks: [{
    asset: "a",
    check: "c",
    partition: "k",
    passed: false,
    severity: "warn",
    blocking: false,
    description: "says why",
    metadata: { n: 1 },
  }],
  error: {
    name: "Error",
    message: "m",
    code: "X",
    stack: "s",
    causes: [{ name: "TypeError", message: "t" }],
  },
  retryAfterMs: 5,
  durationMs: 12.5,
};

describe("a step outcome", () => {
  test("survives the round trip on one line", () => {
    const text = formatStepOutcome(outcome);
    assert.doesNotMatch(text, /\n/);
    assert.deepEqual(parseStepOutcome(text), outcome);
  });

  test("is refused by the path of what is wrong", () => {
    const broken = { ...outcome, status: "done", outputs: [{ asset: "a" }], error: { name: "E" }, more: 1 };
    assert.throws(() => parseStepOutcome(JSON.stringify(broken)), {
      message: /status is one of[^]*outputs\.0\.status is missing[^]*error\.message is missing[^]*"more"/,
    });
  });

  test("has an exit code for each status", () => {
    assert.deepEqual(stepExitCodes, { success: 0, skipped: 99, retry: 75, failed: 78 });
  });

  test("holds the causes of an error in a list, outermost first", () => {
    const cause = { name: "B", message: "b", cause: { name: "C", message: "c", code: "7" } };
    assert.deepEqual(stepError({ name: "A", message: "a", stack: "at a", cause }), {
      name: "A",
      message: "a",
      stack: "at a",
      causes: [{ name: "B", message: "b" }, { name: "C", message: "c", code: "7" }],
    });
  });
});
