/**
 * Trigger rules: the table that local runs are held to, asked of the real Airflow. The Dag is written by hand, as a user of
 * Airflow would.
 */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TRIGGER_RULES, type TriggerRule } from "../../../../src/model/assets/trigger_rule.ts";
import { ENDS, VERDICTS } from "../../../support/trigger_vectors.ts";
import { askPython } from "../../python.ts";
import { findAirflow } from "../installed.ts";

const LETTERS: { readonly [state: string]: string } = { success: "R", skipped: "S", upstream_failed: "F" };

/** Below a failure and a skip, Airflow's `all_success` says what it saw first. */
function mayDiffer(rule: TriggerRule, one: string, other: string): boolean {
  return rule === "all_success" && [one, other].includes("skipped") && /failed/.test(one + other);
}

const { python } = findAirflow("trigger rules");
const check = python === undefined ? test.skip : test;

describe("trigger rules in Airflow", () => {
  check("decide for every pair of ends as they do here", () => {
    const home = mkdtempSync(join(tmpdir(), "sluice-rules-"));
    try {
      const states = askPython<{ readonly [task: string]: string }>(
        python as string,
        new URL("./states.py", import.meta.url),
        { home, dag: "trigger_rules", env: { SLUICE_TRIGGER_RULES: TRIGGER_RULES.join(",") } },
      );
      for (const rule of TRIGGER_RULES) {
        for (const [place, letter] of [...VERDICTS[rule].replaceAll(" ", "")].entries()) {
          const [one, other] = [ENDS[place >> 2], ENDS[place & 3]];
          const state = LETTERS[states[`${rule}.${one}.${other}`]];
          const allowed = mayDiffer(rule, one, other) ? ["F", "S"] : [letter];
          assert.ok(allowed.includes(state), `${rule} below ${one} and ${other}: ${state}, not ${letter}`);
        }
      }
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});
