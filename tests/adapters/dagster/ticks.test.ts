import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { departures, windowDepartures } from "../../../adapters/dagster/ticks/departures.ts";
import { dagsterScheduleTicks, dagsterTicks } from "../../../adapters/dagster/ticks/ticks.ts";

function first(ticks: Iterable<number>, count: number): readonly string[] {
  const found: string[] = [];
  for (const tick of ticks) {
    found.push(new Date(tick).toISOString().slice(0, 16));
    if (found.length === count) break;
  }
  return found;
}

/** Instants that Dagster 1.13 was seen to give. */
const VECTORS: readonly (readonly [cron: string, zone: string, from: string, ...ticks: readonly string[]])[] =
  [
    // Over a gap: the first instant after it
    [
      "30 2 * * *",
      "Europe/Berlin",
      "2023-03-25T00:00Z",
      "2023-03-25T01:30",
      "2023-03-26T01:00",
      "2023-03-27T00:30",
    ],
    // Twice: the second time
    ["30 2 * * *", "Europe/Berlin", "2023-10-28T12:00Z", "2023-10-29T01:30", "2023-10-30T01:30"],
    // Every hour: both times
    [
      "0 * * * *",
      "Europe/Berlin",
      "2023-10-28T23:30Z",
      "2023-10-29T00:00",
      "2023-10-29T01:00",
      "2023-10-29T02:00",
    ],
    // Dagster's departures: Dublin's summer time is its standard time, midnight in Sao Paulo, two hours in Troll
    ["30 1 * * *", "Europe/Dublin", "2023-03-25T12:00Z", "2023-03-26T00:00", "2023-03-27T00:30"],
    ["30 0 * * *", "America/Sao_Paulo", "2017-10-14T12:00Z", "2017-10-15T03:30", "2017-10-16T02:30"],
    ["30 23 * * *", "America/Sao_Paulo", "2018-02-17T12:00Z", "2018-02-18T01:30", "2018-02-19T02:30"],
    // Its short cut for leap days
    ["0 6 29 2 *", "UTC", "2023-01-01T00:00Z", "2024-02-29T06:00", "2028-02-29T06:00"],
  ];

describe("the ticks of Dagster", () => {
  for (const [cron, zone, from, ...ticks] of VECTORS) {
    test(`${cron} in ${zone} from ${from}`, () => {
      assert.deepEqual(first(dagsterTicks(cron, zone, Date.parse(from)), ticks.length), ticks);
    });
  }

  test("of several crons come once each", () => {
    const found = first(dagsterScheduleTicks(["0 2 * * *", "0 2 * * 0", "30 14 * * *"], "UTC", 0), 4);
    assert.deepEqual(found, ["1970-01-01T02:00", "1970-01-01T14:30", "1970-01-02T02:00", "1970-01-02T14:30"]);
  });
});

describe("departures from our ticks", () => {
  const span = { fromMs: Date.UTC(2026, 0, 1), untilMs: Date.UTC(2028, 0, 1) };

  test("are none where clocks are set as Dagster expects, or never", () => {
    for (const cron of ["0 0 * * *", "30 2 * * *", "15 * * * *", "30 1 29 * *", "0 9 * * mon#2"]) {
      for (const zone of ["UTC", "America/New_York", "Europe/Berlin", "Australia/Sydney", "Asia/Kolkata"]) {
        assert.deepEqual(departures([cron], zone, span), [], `${cron} in ${zone}`);
      }
    }
  });

  test("are both instants: ours and Dagster's", () => {
    const found = departures(["30 1 * * *"], "Europe/Dublin", span).map((ms) => new Date(ms).toISOString());
    assert.deepEqual(found, [
      "2026-03-29T00:00:00.000Z",
      "2026-03-29T01:00:00.000Z",
      "2027-03-28T00:00:00.000Z",
      "2027-03-28T01:00:00.000Z",
    ]);
  });

  test("of windows are keys too: Havana has no midnight on that day", () => {
    const havana = ["0 */6 * * *", "America/Havana", span] as const;
    assert.deepEqual(departures([havana[0]], havana[1], span), []);
    const found = windowDepartures(...havana).map((ms) => new Date(ms).toISOString());
    assert.deepEqual(found, ["2026-03-08T05:00:00.000Z", "2027-03-14T05:00:00.000Z"]);
  });

  test("are all ticks of every hour where an old Dagster has no minutes of the zone", () => {
    const day = { fromMs: Date.UTC(2026, 0, 1), untilMs: Date.UTC(2026, 0, 2) };
    const found = departures(["15 * * * *"], "Asia/Kolkata", day, false);
    assert.equal(found.length, 48);
    assert.deepEqual(found.slice(0, 2), [Date.UTC(2026, 0, 1, 0, 15), Date.UTC(2026, 0, 1, 0, 45)]);
    assert.deepEqual(departures(["30 9 * * *"], "Asia/Kolkata", day, false), []);
    assert.deepEqual(departures(["15 * * * *"], "Europe/Berlin", day, false), []);
  });

  test("count every season in which Dagster may work", () => {
    assert.ok(departures(["0 * * * *"], "Australia/Lord_Howe", span).length > 1000);
  });
});
