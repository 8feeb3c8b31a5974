import assert from "node:assert/strict";
import { describe, test } from "bun:test";
import { StepFold } from "../../../src/model/events/fold_steps.ts";
import { readChecks, readLogs, readMaterializations, readReports } from "../../../src/model/events/read.ts";
import { days, finished, names, Scribe, tableOf, timeOf } from "./support.ts";

const failure = { name: "TypeError", message: "x is not a function" };

describe("the fold of steps", () => {
  const table = tableOf([
    { step: "raw", partitions: days("2026-01-01", 2) },
    {
      step: "both",
      kind: "multi-asset",
      outputs: [{ asset: "p", codeVersion: undefined }, { asset: "q", codeVersion: undefined }],
    },
    { step: "mart" },
    { step: "report" },
    { step: "idle" },
  ]);
  const scribe = new Scribe();
  const batches = [
    scribe.create("r", table),
    scribe.write("r", ["step_started", 0], ["step_retrying", 0, { error: failure, delayMs: 5 }], [
      "step_started",
      1,
    ], ["step_succeeded", 1]),
    scribe.write("r", ["step_started", 0, undefined, 2], ["step_failed", 0, { error: failure }, 2]),
    scribe.write("r", ["step_started", 2], ["step_succeeded", 2, {
      outputs: [{ output: 1, metadata: { rows: 3 } }],
    }]),
    scribe.write("r", ["step_upstream_failed", 3, { cause: 0, via: 0 }], ["step_upstream_failed", 4, {
      cause: 0,
      via: 3,
    }]),
    scribe.write("r", ["step_canceled", 5, { reason: "asked to" }], finished("failed")),
  ];
  const fold = (from?: number, to?: number) => {
    const steps = new StepFold(table, from, to);
    for (const batch of batches) steps.add(batch);
    return steps.finish();
  };

  test("tells of every step what became of it", () => {
    const steps = fold();
    assert.deepEqual(steps.map(({ status }) => status), [
      "failed",
      "success",
      "success",
      "upstream_failed",
      "upstream_failed",
      "canceled",
    ]);
    assert.deepEqual(steps[0], {
      step: 0,
      name: "raw",
      partitionKeys: ["2026-01-01"],
      status: "failed",
      attempts: 2,
      startedMs: timeOf(3),
      finishedMs: timeOf(8),
      outputs: [],
      error: failure,
      reason: undefined,
      chain: [],
    });
    assert.deepEqual(steps[1].outputs, [{ asset: "raw" }]);
    assert.deepEqual(steps[2].outputs, [{ output: 1, metadata: { rows: 3 }, asset: "q" }, { asset: "p" }]);
    assert.deepEqual([steps[3].chain, steps[4].chain], [[0], [3, 0]]);
    assert.deepEqual([steps[5].reason, steps[5].startedMs, steps[5].attempts], ["asked to", undefined, 1]);
  });

  test("reads a range as it reads the whole", () => {
    assert.deepEqual(fold(4, 5), fold().slice(4, 5));
    assert.deepEqual(fold(2), fold().slice(2));
    assert.deepEqual(fold(5, 100), fold().slice(5));
    assert.deepEqual(fold(7, 9), []);
  });
});

describe("a batch is read for", () => {
  const table = tableOf([
    { step: "a", codeVersion: "3", partitions: names("x", "y", "z"), chunkSize: 2 },
    { step: "b" },
  ]);
  const scribe = new Scribe();
  const outputs = [{ dataVersion: "v", metadata: { rows: 1 } }, { partition: 1, skipped: "empty" }];
  const batch = scribe.write(
    "r",
    ["step_started", 0],
    ["step_log", 0, { level: "info", message: "one" }],
    ["step_succeeded", 0, { outputs }],
    ["step_started", 1],
    ["step_log", 1, { level: "warning", message: "two", fields: { n: 1 } }],
    ["check_evaluated", 1, {
      asset: "a",
      check: "c",
      passed: false,
      severity: "warn",
      blocking: false,
      partition: "z",
    }],
    ["step_succeeded", 1],
    ["step_started", 2],
    ["step_succeeded", 2, { outputs: [{ unchanged: true }] }],
  );

  test("its lines", () => {
    assert.deepEqual(readLogs(batch).map(({ message, step, seq }) => [message, step, seq]), [["one", 0, 2], [
      "two",
      1,
      5,
    ]]);
    assert.deepEqual(readLogs(batch, { step: 1 })[0].fields, { n: 1 });
    assert.deepEqual(readLogs(batch, { after: 2 }).length, 1);
  });

  test("its verdicts", () => {
    const [verdict] = readChecks(batch);
    assert.deepEqual([verdict.check, verdict.atMs, verdict.runId, verdict.partition], [
      "c",
      timeOf(6),
      "r",
      "z",
    ]);
  });

  test("what was made of an asset", () => {
    const made = readMaterializations(batch, table, "a");
    assert.deepEqual(made.map(({ partitionKey, dataVersion, seq }) => [partitionKey, dataVersion, seq]), [
      ["x", "v", 3],
      ["z", "r/1", 7],
    ]);
    assert.deepEqual([made[0].metadata, made[0].codeVersion, made[1].metadata], [
      { rows: 1 },
      "3",
      undefined,
    ]);
    assert.deepEqual(readMaterializations(batch, table, "b"), []);
  });

  test("what was reported", () => {
    const reports = scribe.write(
      "",
      ["asset_reported", undefined, {
        asset: "e",
        partition: { key: "k", identity: "k" },
        metadata: { by: "hand" },
      }],
      ["asset_reported", undefined, { asset: "f" }],
    );
    const [report] = readReports(reports, "e");
    assert.deepEqual([report.partitionKey, report.runId, report.dataVersion, report.metadata], [
      "k",
      undefined,
      "reported/10",
      { by: "hand" },
    ]);
    assert.equal(readReports(reports, "f").length, 1);
  });
});
