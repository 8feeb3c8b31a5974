import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { AirflowCron, airflowTicks } from "../../../../adapters/airflow/time/ticks.ts";

/** Ticks that Airflow 3.3.2 made, from the day of a change of clocks on. */
const SEEN: readonly (readonly [cron: string, timezone: string, from: string, ticks: readonly string[]])[] = [
  // In the gap: moved by its length.
  ["30 2 * * *", "America/New_York", "2026-03-07T12:00Z", ["2026-03-08T07:30Z", "2026-03-09T06:30Z"]],
  // What the moved time has jumped over is lost.
  ["15 1,2,3 * * *", "America/New_York", "2026-03-08T05:00Z", [
    "2026-03-08T06:15Z",
    "2026-03-08T07:15Z",
    "2026-03-09T05:15Z",
  ]],
  // Twice: the second time.
  ["30 1 * * *", "America/New_York", "2026-10-31T12:00Z", ["2026-11-01T06:30Z", "2026-11-02T06:30Z"]],
  // Every hour: elapsed time.
  ["0 * * * *", "America/New_York", "2026-11-01T05:00Z", [
    "2026-11-01T05:00Z",
    "2026-11-01T06:00Z",
    "2026-11-01T07:00Z",
  ]],
  // Every hour of some days: the step over the quiet days is elapsed time too.
  ["0 * * * 1", "America/New_York", "2026-10-27T03:00Z", ["2026-11-02T04:00Z", "2026-11-02T05:00Z"]],
  // Half an hour.
  ["0 * * * *", "Australia/Lord_Howe", "2026-10-03T14:00Z", [
    "2026-10-03T14:30Z",
    "2026-10-03T15:30Z",
    "2026-10-03T16:00Z",
    "2026-10-03T17:00Z",
  ]],
];

describe("airflowTicks", () => {
  for (const [cron, timezone, from, ticks] of SEEN) {
    test(`makes the ticks of ${cron} in ${timezone} from ${from}`, () => {
      const made = airflowTicks([cron], timezone, Date.parse(from)).take(ticks.length).toArray();
      assert.deepEqual(made.map(text), ticks);
    });
  }

  test("joins several crons, and counts an instant once", () => {
    const made = airflowTicks(["0 2 * * *", "0 2 * * 0", "30 14 * * *"], "UTC", Date.UTC(2026, 0, 4)).take(4)
      .toArray();
    assert.deepEqual(made.map(text), [
      "2026-01-04T02:00Z",
      "2026-01-04T14:30Z",
      "2026-01-05T02:00Z",
      "2026-01-05T14:30Z",
    ]);
  });
});

describe("AirflowCron", () => {
  test("goes back through a gap as Airflow does: to the time that was moved", () => {
    const cron = new AirflowCron("0 2 * * *", "America/New_York");
    const moved = Date.parse("2026-03-08T07:00Z");
    assert.equal(cron.next(Date.parse("2026-03-07T07:00Z")), moved);
    assert.equal(cron.previous(moved), moved);
    assert.equal(cron.move(Date.parse("2026-03-10T06:00Z"), -2), moved);
  });
});

function text(ms: number): string {
  return new Date(ms).toISOString().replace(":00.000Z", "Z");
}
