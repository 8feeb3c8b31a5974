import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  isTriggerRule,
  judgeTrigger,
  TRIGGER_RULES,
  type TriggerVerdict,
  type UpstreamTally,
} from "../../../src/model/assets/trigger_rule.ts";
import { ENDS, VERDICTS } from "../../support/trigger_vectors.ts";

const FIELDS = {
  success: "success",
  failed: "failed",
  upstream_failed: "upstreamFailed",
  skipped: "skipped",
} as const;
const LETTERS: { readonly [verdict in TriggerVerdict]: string } = {
  run: "R",
  skip: "S",
  fail: "F",
  wait: ".",
};

function tally(total: number, ends: readonly (typeof ENDS[number])[]): UpstreamTally {
  const counts = { total, success: 0, failed: 0, upstreamFailed: 0, skipped: 0 };
  for (const end of ends) counts[FIELDS[end]]++;
  return counts;
}

describe("judgeTrigger", () => {
  test("says what Airflow says of every pair of ends", () => {
    for (const rule of TRIGGER_RULES) {
      const rows = ENDS.map((one) =>
        ENDS.map((other) => LETTERS[judgeTrigger(rule, tally(2, [one, other]))]).join("")
      );
      assert.equal(rows.join(" "), VERDICTS[rule], rule);
    }
  });

  test("comes to the same in whatever order steps end, and never takes a verdict back", () => {
    const ends = fc.array(fc.constantFrom(...ENDS), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(
        fc.constantFrom(...TRIGGER_RULES),
        ends,
        fc.infiniteStream(fc.nat(5)),
        (rule, ends, draws) => {
          const known: typeof ends = [];
          const rest = [...ends];
          let verdict: TriggerVerdict = judgeTrigger(rule, tally(ends.length, known));
          while (rest.length > 0) {
            known.push(...rest.splice(draws.next().value % rest.length, 1));
            const next = judgeTrigger(rule, tally(ends.length, known));
            if (verdict !== "wait") assert.equal(next, verdict, `${rule} ${known.join(", ")}`);
            verdict = next;
          }
          assert.equal(verdict, judgeTrigger(rule, tally(ends.length, ends)));
          assert.notEqual(verdict, "wait");
        },
      ),
      { seed: 1, numRuns: 2_000 },
    );
  });

  test("lets steps without anything upstream run", () => {
    for (const rule of TRIGGER_RULES) assert.equal(judgeTrigger(rule, tally(0, [])), "run");
  });

  test("knows the names of rules", () => {
    assert.deepEqual(["all_success", "All_Success", "toString", 1].map(isTriggerRule), [
      true,
      false,
      false,
      false,
    ]);
  });
});
