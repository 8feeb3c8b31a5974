import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import type { SluiceEvent } from "../../../src/model/events/event.ts";
import { isAtLeast, SEVERITIES, severityOf } from "../../../src/monitor/stream/severity.ts";

function severity(type: string, payload?: unknown): string {
  return severityOf({ type, payload, seq: 1, atMs: 0, runId: "r", step: 0, attempt: 1 } as SluiceEvent);
}

describe("the severity of an event", () => {
  test("follows from what it says", () => {
    assert.deepEqual([
      severity("step_succeeded"),
      severity("step_retrying", {}),
      severity("step_failed", {}),
      severity("run_parked", {}),
      severity("run_finished", { status: "success" }),
      severity("run_finished", { status: "failed" }),
      severity("run_finished", { status: "canceled" }),
      severity("run_interrupted", { how: "closed" }),
      severity("run_interrupted", {}),
      severity("run_interrupted", { how: "failed" }),
      severity("check_evaluated", { passed: true, severity: "error" }),
      severity("check_evaluated", { passed: false, severity: "error" }),
      severity("check_evaluated", { passed: false, severity: "warn" }),
      severity("step_log", { level: "debug" }),
      severity("step_log", { level: "error" }),
    ], [
      "info",
      "warning",
      "error",
      "critical",
      "info",
      "error",
      "warning",
      "info",
      "error",
      "critical",
      "info",
      "error",
      "warning",
      "info",
      "error",
    ]);
  });

  test("is info for an event of a newer version", () => {
    assert.equal(severity("step_dreamed", {}), "info");
  });

  test("is ordered", () => {
    for (const [place, one] of SEVERITIES.entries()) {
      for (const [other, least] of SEVERITIES.entries()) assert.equal(isAtLeast(one, least), place >= other);
    }
  });
});
