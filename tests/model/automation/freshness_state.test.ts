import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { freshBy, freshWithin } from "../../../src/model/automation/freshness.ts";
import type { FreshnessPolicy } from "../../../src/model/automation/freshness.ts";
import { freshnessOf } from "../../../src/model/automation/freshness_state.ts";

const HOUR_MS = 3_600_000;
const at = (text: string) => Date.parse(`2026-${text}Z`);

describe("freshnessOf", () => {
  test("of what was never made cannot tell", () => {
    const unknown = { state: "unknown", changesMs: undefined };
    assert.deepEqual(freshnessOf(freshWithin({ failMs: HOUR_MS }), undefined, 0), unknown);
  });

  test("warns and fails from the moment at which a window is over", () => {
    const policy = freshWithin({ failMs: 2 * HOUR_MS, warnMs: HOUR_MS });
    const states = [0, HOUR_MS - 1, HOUR_MS, 2 * HOUR_MS - 1, 2 * HOUR_MS].map((now) =>
      freshnessOf(policy, 0, now)
    );
    assert.deepEqual(states, [
      { state: "pass", changesMs: HOUR_MS },
      { state: "pass", changesMs: HOUR_MS },
      { state: "warn", changesMs: 2 * HOUR_MS },
      { state: "warn", changesMs: 2 * HOUR_MS },
      { state: "fail", changesMs: undefined },
    ]);
  });

  test("has no warning without one", () => {
    assert.deepEqual(freshnessOf(freshWithin({ failMs: HOUR_MS }), 0, 5), {
      state: "pass",
      changesMs: HOUR_MS,
    });
  });

  test("by a cron holds what was made shortly before the last tick, or after it", () => {
    const policy = freshBy({ deadlineCron: "0 9 * * *", lowerBoundMs: HOUR_MS });
    const early = at("01-05T07:30");
    assert.deepEqual(freshnessOf(policy, early, at("01-05T08:59")), {
      state: "pass",
      changesMs: at("01-05T09:00"),
    });
    assert.equal(freshnessOf(policy, early, at("01-05T09:00")).state, "fail");
    const inTime = at("01-05T08:00");
    assert.deepEqual(freshnessOf(policy, inTime, at("01-05T09:00")), {
      state: "pass",
      changesMs: at("01-06T09:00"),
    });
    assert.equal(freshnessOf(policy, at("01-05T11:00"), at("01-05T12:00")).state, "pass");
  });

  test("says when it changes: it is the same until then, and another then", () => {
    const policies: readonly FreshnessPolicy[] = [
      freshWithin({ failMs: 90 * 60_000, warnMs: 60_000 }),
      freshBy({ deadlineCron: "*/20 3-5 * * *", lowerBoundMs: 5 * 60_000, timezone: "Europe/Berlin" }),
      freshBy({ deadlineCron: "30 2 * * *", lowerBoundMs: HOUR_MS, timezone: "America/New_York" }),
    ];
    let changes = 0;
    for (const policy of policies) {
      for (let hour = 0; hour < 400; hour += 7) {
        const madeMs = at("03-01T00:00") + hour * HOUR_MS;
        let nowMs = madeMs;
        for (let step = 0; step < 3; step++) {
          const { state, changesMs } = freshnessOf(policy, madeMs, nowMs);
          if (changesMs === undefined) {
            assert.equal(freshnessOf(policy, madeMs, nowMs + 40 * 24 * HOUR_MS).state, state);
            break;
          }
          assert.equal(freshnessOf(policy, madeMs, changesMs - 1).state, state);
          assert.notEqual(freshnessOf(policy, madeMs, changesMs).state, state);
          nowMs = changesMs;
          changes++;
        }
      }
    }
    assert.ok(changes > 150, `${changes} changes`);
  });
});
