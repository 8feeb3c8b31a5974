import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  clockChanges,
  differingTicks,
  doubledTicks,
  inElapsedTime,
  ownTicks,
  prefectTicks,
} from "../../../../adapters/prefect/time/ticks.ts";

const HOUR_MS = 3_600_000;
const FROM_MS = Date.UTC(2026, 0, 1);
const UNTIL_MS = Date.UTC(2027, 0, 1);

function around(cron: string, zone: string, at: string): readonly string[] {
  const atMs = Date.parse(at);
  return prefectTicks(cron, zone, atMs - 3 * HOUR_MS, atMs + 4 * HOUR_MS).map((tick) =>
    new Date(tick).toISOString().slice(11, 16)
  );
}

describe("the ticks of Prefect", () => {
  test("pause while the clock is set back: a repeated time counts the first time", () => {
    const change = "2026-10-25T01:00:00Z";
    assert.deepEqual(around("0 * * * *", "Europe/Berlin", change), [
      "22:00",
      "23:00",
      "00:00",
      "02:00",
      "03:00",
      "04:00",
    ]);
    assert.deepEqual(around("30 2 * * *", "Europe/Berlin", change), ["00:30"]);
  });

  test("come later by the gap when the clock is set forward", () => {
    assert.deepEqual(around("30 2 * * *", "Europe/Berlin", "2026-03-29T01:00:00Z"), ["01:30"]);
    assert.deepEqual(around("15,45 2,3 * * *", "Europe/Berlin", "2026-03-29T01:00:00Z"), ["01:15", "01:45"]);
    assert.deepEqual(around("0 0 * * *", "America/Havana", "2026-03-08T05:00:00Z"), ["05:00"]);
  });

  test("differ from ours at clock changes only, and by name", () => {
    const timezone = "Europe/Berlin";
    const differing = (cron: string) =>
      differingTicks({ crons: [cron], timezone }, [{ cron, timezone }], FROM_MS, UNTIL_MS);
    assert.deepEqual(
      differing("30 2 * * *").map((tick) => new Date(tick).toISOString()),
      [
        "2026-03-29T01:00:00.000Z",
        "2026-03-29T01:30:00.000Z",
        "2026-10-25T00:30:00.000Z",
        "2026-10-25T01:30:00.000Z",
      ],
    );
    assert.deepEqual(differing("0 12 * * *"), []);
  });

  test("are ours over a year wherever nothing differs", () => {
    for (const zone of ["Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata"]) {
      for (const cron of ["0 * * * *", "30 2 * * *", "0 0 L * *", "15 4 * * 1"]) {
        const own = { crons: [cron], timezone: zone };
        const differing = new Set(differingTicks(own, [{ cron, timezone: zone }], FROM_MS, UNTIL_MS));
        const [ours, theirs] = [ownTicks, prefectTicks].map((ticks) =>
          ticks(cron, zone, FROM_MS, UNTIL_MS).filter((tick) => !differing.has(tick))
        );
        assert.deepEqual(ours, theirs);
      }
    }
  });

  test("follow elapsed time when a cron of every hour is written in UTC", () => {
    assert.equal(inElapsedTime("0 * * * *", "Europe/Berlin", FROM_MS, UNTIL_MS), "0 * * * *");
    assert.deepEqual(
      ownTicks("10 * * * *", "Europe/Berlin", FROM_MS, UNTIL_MS),
      prefectTicks("10 * * * *", "UTC", FROM_MS, UNTIL_MS),
    );
    assert.equal(inElapsedTime("0 * * * *", "Asia/Kolkata", FROM_MS, UNTIL_MS), undefined);
    assert.equal(inElapsedTime("0 * * * *", "Australia/Lord_Howe", FROM_MS, UNTIL_MS), undefined);
    assert.equal(inElapsedTime("0 * * * 1", "Europe/Berlin", FROM_MS, UNTIL_MS), undefined);
    assert.equal(inElapsedTime("0 1 * * *", "Europe/Berlin", FROM_MS, UNTIL_MS), undefined);
  });

  test("come twice where several crons name an instant", () => {
    const rules = ["0 */6 * * *", "0 12 * * 1"].map((cron) => ({ cron, timezone: "UTC" }));
    const doubled = doubledTicks(rules, FROM_MS, FROM_MS + 9 * 24 * HOUR_MS);
    assert.deepEqual(doubled, [Date.UTC(2026, 0, 5, 12)]);
  });

  test("know when clocks are set", () => {
    assert.deepEqual(clockChanges("Europe/Berlin", FROM_MS, UNTIL_MS), [
      Date.UTC(2026, 2, 29, 1),
      Date.UTC(2026, 9, 25, 1),
    ]);
    assert.deepEqual(clockChanges("Asia/Kolkata", FROM_MS, UNTIL_MS), []);
  });
});
