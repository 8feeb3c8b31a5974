import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { formatBar } from "../../../src/cli/progress/bar.ts";
import { Tally } from "../../../src/cli/progress/tally.ts";
import { plainPage } from "../support/pages.ts";
import { eventOf, tableOf, type TestNode } from "./support.ts";

function started(expected: number, ...nodes: readonly TestNode[]): Tally {
  const tally = new Tally(expected);
  tally.add(eventOf("run_created", { payload: { steps: tableOf(...nodes), tags: {}, config: {} } }));
  return tally;
}

describe("Tally", () => {
  test("counts partitions, whatever the steps they come in", () => {
    const tally = started(13, ["days", 12, 5], ["report", 0]);
    for (const step of [0, 1, 2]) tally.add(eventOf("step_succeeded", { step }));
    assert.deepEqual([tally.done, tally.expected], [12, 13]);
    tally.add(eventOf("step_failed", { step: 3, payload: { error: { name: "E", message: "m" } } }));
    assert.deepEqual([tally.done, tally.endings.success, tally.endings.failed], [13, 12, 1]);
  });

  test("expects more when runs turn out to have more", () => {
    const tally = started(0, ["days", 12]);
    assert.equal(tally.expected, 12);
    tally.add(
      eventOf("run_created", { runId: "r2", payload: { steps: tableOf(["days", 3]), tags: {}, config: {} } }),
    );
    assert.equal(tally.expected, 15);
  });

  test("names steps by asset and partition, or by the range of a batch", () => {
    const tally = started(0, ["days", 12, 5], ["hours", 2], ["report", 0]);
    const labels = [0, 2, 3, 5].map((step) => tally.label(eventOf("step_started", { step }))?.text);
    assert.deepEqual(labels, ["days p0...p4 (5)", "days p10...p11 (2)", "hours p0", "report"]);
  });

  test("knows what is under way, and for how long it was", () => {
    const tally = started(0, ["days", 3]);
    tally.add(eventOf("step_started", { step: 1, atMs: 100 }));
    assert.equal(tally.running, 1);
    const end = eventOf("step_succeeded", { step: 1, atMs: 350 });
    assert.equal(tally.durationMs(end), 250);
    tally.add(end);
    assert.deepEqual([tally.running, tally.durationMs(end)], [0, undefined]);
  });

  test("ignores runs that it did not see begin", () => {
    const tally = new Tally(5);
    tally.add(eventOf("step_succeeded", { step: 1 }));
    assert.equal(tally.done, 0);
  });
});

describe("formatBar", () => {
  const tally = started(0, ["raw/orders", 1461]);
  for (let step = 0; step < 365; step++) tally.add(eventOf("step_succeeded", { step }));
  tally.add(eventOf("step_failed", { step: 365, payload: { error: { name: "E", message: "m" } } }));
  tally.add(eventOf("step_started", { step: 366 }));

  test("shows share, counts, rate, what is left, failures and what goes on", () => {
    assert.equal(
      formatBar(tally, 3_660, plainPage(120)),
      "######..................  25%  366/1,461  100/s  11 s left  1 failed  raw/orders p366",
    );
  });

  test("leaves out what does not fit", () => {
    assert.equal(formatBar(tally, 3_660, plainPage(40)), " 25%  366/1,461  100/s  11 s left  1...");
    assert.ok(formatBar(tally, 3_660, plainPage(20)).length < 20);
  });

  test("says nothing of a rate that it cannot know yet", () => {
    assert.match(formatBar(new Tally(0), 10, plainPage(100)), /^\.{24} {3}0% {2}0\/0$/);
  });
});
