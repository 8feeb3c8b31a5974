/** The arithmetic of retries, asked of Airflow's own. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { airflowRetryDelayMs } from "../../../../src/runtime/retry/airflow.ts";
import { askPython } from "../../python.ts";
import { findAirflow } from "../installed.ts";

const { python } = findAirflow("delays of retries");
const check = python === undefined ? test.skip : test;

const DELAYS = [0, 1, 400, 1_000, 1_500, 60_000, 300_000, 90_000_000];
const MULTIPLIERS = [-1, 0, 0.5, 1, 1.5, 2, 3, 10];
const LONGEST = [undefined, 0, 500, 90_000, 7_200_000];
const DATES = [undefined, 0, Date.UTC(2026, 2, 29, 1, 30), Date.UTC(1999, 11, 31, 23, 59, 59, 7)];
const ATTEMPTS = [1, 2, 3, 4, 10, 60, 1_200];

const cases = DELAYS.flatMap((delayMs) =>
  MULTIPLIERS.flatMap((multiplier) =>
    LONGEST.flatMap((maxDelayMs) =>
      DATES.flatMap((logicalDateMs) =>
        ATTEMPTS.map((attempt) => ({
          delayMs,
          multiplier,
          ...(maxDelayMs !== undefined && { maxDelayMs }),
          ...(logicalDateMs !== undefined && { logicalDateMs }),
          attempt,
          dagId: "shop.nightly",
          taskId: `mart__revenue_${delayMs}`,
        }))
      )
    )
  )
);

describe("delays of retries in Airflow", () => {
  check("are those that are predicted here", () => {
    const home = mkdtempSync(join(tmpdir(), "sluice-delays-"));
    try {
      const asked = new URL("./retry_delays.py", import.meta.url);
      const delays = askPython<readonly number[]>(python as string, asked, { home, cases });
      const predicted = cases.map((each) => airflowRetryDelayMs(each, each.attempt, each));
      for (const [place, each] of cases.entries()) {
        assert.equal(predicted[place], delays[place], JSON.stringify(each));
      }
      assert.equal(delays.length, 8 * 8 * 5 * 4 * 7);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});
