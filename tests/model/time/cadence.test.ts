import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { Cron as Croner } from "croner";
import fc from "fast-check";
import { type Cadence, openCadence } from "../../../src/model/time/cadence.ts";
import { RARE, YEARLY } from "./zones.ts";
import {
  DAY,
  EVERY_HOUR,
  expectedTicks,
  findChanges,
  HOUR,
  MINUTE,
  type Pattern,
  readMinutes,
} from "./wall_clock.ts";

const PATTERNS: readonly Pattern[] = [
  { cron: "0 0 * * *", minutes: [0], hours: [0] },
  { cron: "30 0 * * *", minutes: [30], hours: [0] },
  { cron: "15 1 * * *", minutes: [15], hours: [1] },
  { cron: "30 2 * * *", minutes: [30], hours: [2] },
  { cron: "30 23 * * *", minutes: [30], hours: [23] },
  { cron: "*/20 1-3 * * *", minutes: [0, 20, 40], hours: [1, 2, 3] },
  { cron: "5 */2 * * *", minutes: [5], hours: EVERY_HOUR.filter((hour) => hour % 2 === 0) },
  { cron: "0 22-4 * * *", minutes: [0], hours: [22, 23, 0, 1, 2, 3, 4] },
  { cron: "45 2 * * sun,fri", minutes: [45], hours: [2], day: (date) => [0, 5].includes(date.getUTCDay()) },
  { cron: "0 6 L,1 * *", minutes: [0], hours: [6], day: isEdgeOfMonth },
  { cron: "0 * * * *", minutes: [0], hours: EVERY_HOUR },
  { cron: "*/15 */1 * * *", minutes: [0, 15, 30, 45], hours: EVERY_HOUR },
  { cron: "7,37 0-23 * * 7", minutes: [7, 37], hours: EVERY_HOUR, day: (date) => date.getUTCDay() === 0 },
];

function isEdgeOfMonth(date: Date): boolean {
  const tomorrow = new Date(date.getTime() + DAY);
  return date.getUTCDate() === 1 || tomorrow.getUTCDate() === 1;
}

function ticksBetween(cadence: Cadence, fromMs: number, untilMs: number): number[] {
  const ticks: number[] = [];
  const source = cadence.from(fromMs);
  for (let tick = source.next(); tick < untilMs; tick = source.next()) ticks.push(tick);
  return ticks;
}

function ticksBackwards(cadence: Cadence, fromMs: number, untilMs: number): number[] {
  const ticks: number[] = [];
  let tick = cadence.previous(untilMs);
  while (tick !== undefined && tick >= fromMs) {
    ticks.unshift(tick);
    tick = cadence.previous(tick);
  }
  return ticks;
}

function show(instants: readonly number[]): string[] {
  return instants.map((instant) => new Date(instant).toISOString());
}

/** Compares all patterns with the oracle around one change of the clock. */
function checkAround(zone: string, change: number): void {
  const [from, until] = [change - 3 * DAY, change + 3 * DAY];
  const minutes = readMinutes(zone, from, until);
  const [first, end] = [from + 30 * HOUR, until - 30 * HOUR];
  for (const pattern of PATTERNS) {
    const cadence = openCadence(pattern.cron, zone);
    const expected = expectedTicks(pattern, minutes, from).filter((tick) => tick >= first && tick < end);
    const where = `${pattern.cron} in ${zone} around ${new Date(change).toISOString()}`;
    assert.deepEqual(show(ticksBetween(cadence, first, end)), show(expected), where);
    assert.deepEqual(show(ticksBackwards(cadence, first, end)), show(expected), `${where}, backwards`);
    for (
      const start of [change, change - 90 * MINUTE, change + 20 * MINUTE, change + HOUR, change + 7 * MINUTE]
    ) {
      const next = expected.find((tick) => tick > start);
      if (next !== undefined) assert.equal(cadence.next(start), next, `${where}, next`);
    }
  }
}

describe("ticks equal a walk over the wall clock", () => {
  for (const zone of YEARLY) {
    test(`at both changes of 2023 in ${zone}`, () => {
      const changes = findChanges(zone, 2023);
      assert.ok(changes.length >= 2 || zone === "America/Nuuk", `${zone} changes ${changes.length} times`);
      for (const change of changes) checkAround(zone, change);
    });
  }
  for (const [zone, year] of RARE) {
    test(`at the changes of ${year} in ${zone}`, () => {
      const changes = findChanges(zone, year);
      assert.ok(changes.length >= 1);
      for (const change of changes) checkAround(zone, change);
    });
  }
  for (const zone of ["UTC", "Asia/Kolkata", "Asia/Kathmandu"]) {
    test(`where nothing changes, in ${zone}`, () => checkAround(zone, Date.UTC(2024, 1, 29)));
  }
});

/** Local texts of the ticks in an interval, by the oracle's clock. */
function localTicks(cron: string, zone: string, from: string, until: string): string[] {
  const ticks = ticksBetween(openCadence(cron, zone), Date.parse(from), Date.parse(until));
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  return ticks.map((tick) => format.format(tick));
}

describe("known cases", () => {
  const cases: readonly [
    name: string,
    cron: string,
    zone: string,
    from: string,
    until: string,
    local: string[],
  ][] = [
    [
      "Berlin's gap moves 02:00 and 02:30 to 03:00",
      "0,30 2 * * *",
      "Europe/Berlin",
      "2023-03-25T00:00Z",
      "2023-03-27T12:00Z",
      ["2023-03-25 02:00", "2023-03-25 02:30", "2023-03-26 03:00", "2023-03-27 02:00", "2023-03-27 02:30"],
    ],
    [
      "Sao Paulo's gap at midnight",
      "30 0 * * *",
      "America/Sao_Paulo",
      "2017-10-15T00:00Z",
      "2017-10-16T12:00Z",
      [
        "2017-10-15 01:00",
        "2017-10-16 00:30",
      ],
    ],
    ["Dublin in its summer time", "30 1 * * *", "Europe/Dublin", "2023-03-26T00:00Z", "2023-03-27T12:00Z", [
      "2023-03-26 02:00",
      "2023-03-27 01:30",
    ]],
    ["Troll's gap of two hours", "0 1 * * *", "Antarctica/Troll", "2023-03-26T00:00Z", "2023-03-27T12:00Z", [
      "2023-03-26 03:00",
      "2023-03-27 01:00",
    ]],
    [
      "Lord Howe's gap of half an hour",
      "15 2 * * *",
      "Australia/Lord_Howe",
      "2023-09-30T00:00Z",
      "2023-10-01T18:00Z",
      [
        "2023-10-01 02:30",
        "2023-10-02 02:15",
      ],
    ],
    ["Apia's missing day", "0 6 * * *", "Pacific/Apia", "2011-12-29T12:00Z", "2012-01-01T12:00Z", [
      "2011-12-29 06:00",
      "2011-12-31 00:00",
      "2011-12-31 06:00",
      "2012-01-01 06:00",
    ]],
    ["Kathmandu, hourly", "0 * * * *", "Asia/Kathmandu", "2024-01-01T00:00Z", "2024-01-01T02:00Z", [
      "2024-01-01 06:00",
      "2024-01-01 07:00",
    ]],
  ];
  for (const [name, cron, zone, from, until, local] of cases) {
    test(name, () => assert.deepEqual(localTicks(cron, zone, from, until), local));
  }

  test("a time that repeats ticks the second time, also when asked in between", () => {
    const cadence = openCadence("30 1 * * *", "America/New_York");
    const second = Date.parse("2023-11-05T06:30Z");
    assert.equal(cadence.next(Date.parse("2023-11-05T05:00Z")), second);
    assert.equal(cadence.next(Date.parse("2023-11-05T05:45Z")), second);
    assert.equal(cadence.next(second), Date.parse("2023-11-06T06:30Z"));
    assert.equal(cadence.previous(second), Date.parse("2023-11-04T05:30Z"));
  });

  test("minutes that repeat by a part of an hour count twice, hourly", () => {
    const ticks = ticksBetween(
      openCadence("*/15 * * * *", "Australia/Lord_Howe"),
      Date.parse("2023-04-01T14:30Z"),
      Date.parse("2023-04-01T16:00Z"),
    );
    assert.deepEqual(ticks.map((tick) => tick % HOUR / MINUTE), [30, 45, 0, 15, 30, 45]);
  });
});

/** A cron text made of steps, ranges, lists and names. */
const cronText: fc.Arbitrary<string> = fc.tuple(
  field(0, 59),
  field(0, 23),
  field(1, 28),
  field(1, 12),
  field(0, 6),
).map((fields) => fields.join(" "));

function field(first: number, last: number): fc.Arbitrary<string> {
  const value = fc.integer({ min: first, max: last });
  return fc.oneof(
    { arbitrary: fc.constant("*"), weight: 3 },
    { arbitrary: value.map(String), weight: 2 },
    fc.uniqueArray(value, { minLength: 1, maxLength: 4 }).map((values) => values.join(",")),
    fc.tuple(value, value).filter(([a, b]) => a < b).map(([a, b]) => `${a}-${b}`),
    fc.integer({ min: 2, max: last - first }).map((step) => `*/${step}`),
  );
}

const instant: fc.Arbitrary<number> = fc.integer({
  min: Date.UTC(1972, 0, 1) / MINUTE,
  max: Date.UTC(2090, 0, 1) / MINUTE,
})
  .map((minute) => minute * MINUTE);
const anyZone: fc.Arbitrary<string> = fc.constantFrom(...YEARLY, ...RARE.map(([zone]) => zone), "UTC");

describe("for any cron, zone and instant", () => {
  test("next is later, previous is earlier, and nothing lies between", () => {
    fc.assert(
      fc.property(
        cronText,
        anyZone,
        instant,
        fc.integer({ min: 0, max: 59_999 }),
        (cron, zone, minute, more) => {
          const cadence = openCadence(cron, zone);
          const at = minute + more;
          const next = cadence.next(at) as number;
          const previous = cadence.previous(at) as number;
          assert.ok(previous < at && at < next);
          assert.equal(cadence.next(previous), cadence.has(at) ? at : next);
          assert.equal(cadence.previous(next), cadence.has(at) ? at : previous);
          assert.ok(cadence.has(next) && cadence.has(previous));
        },
      ),
      { seed: 20_261_121, numRuns: 600 },
    );
  });

  test("a walk gives the same ticks as one step after the other, both ways", () => {
    fc.assert(
      fc.property(cronText, anyZone, instant, (cron, zone, start) => {
        const cadence = openCadence(cron, zone);
        const walk = cadence.from(start);
        const ticks = Array.from({ length: 20 }, () => walk.next());
        let at = start - 1;
        const steps = ticks.map(() => at = cadence.next(at) as number);
        assert.deepEqual(ticks, steps);
        assert.deepEqual(ticksBackwards(cadence, start, ticks[19] + 1), ticks);
      }),
      { seed: 47, numRuns: 300 },
    );
  });

  test("ticks before 1970 and after 2100 keep to the clock", () => {
    const early = openCadence("0 12 * * *", "America/New_York");
    assert.equal(early.next(Date.UTC(1850, 5, 1)), Date.UTC(1850, 5, 1, 16, 56, 2));
    const late = openCadence("0 12 1 7 *", "Europe/Berlin");
    assert.equal(late.next(Date.UTC(2500, 0, 1)), Date.UTC(2500, 6, 1, 10));
  });

  test("time ends with the year 9999, and begins with the year 1", () => {
    const cadence = openCadence("0 0 29 2 *", "Europe/Berlin");
    assert.equal(cadence.next(Date.UTC(9996, 3, 1)), undefined);
    assert.equal(cadence.from(Date.UTC(9999, 0, 1)).next(), Infinity);
    assert.equal(openCadence("0 * * * *", "UTC").next(Date.UTC(10_000, 0, 1)), undefined);
    const first = new Date(0);
    first.setUTCFullYear(4, 1, 29);
    assert.equal(openCadence("0 0 29 2 *", "UTC").previous(first.getTime() + 1), first.getTime());
    assert.equal(openCadence("0 0 29 2 *", "UTC").previous(first.getTime()), undefined);
  });
});

/** The runs that croner finds from `fromMs` on, up to `untilMs`. */
function cronerRuns(cron: string, zone: string, fromMs: number, untilMs: number, most: number): number[] {
  const runs = new Croner(cron, { timezone: zone, paused: true }).nextRuns(most, new Date(fromMs - 1000));
  return runs.map((run) => run.getTime()).filter((run) => run < untilMs);
}

describe("croner agrees", () => {
  test("wherever the clock is not set", () => {
    fc.assert(
      fc.property(
        cronText,
        fc.constantFrom("America/New_York", "Europe/Berlin", "UTC", "Asia/Kathmandu"),
        (cron, zone) => {
          const [from, until] = [Date.UTC(2024, 3, 10), Date.UTC(2024, 9, 1)];
          const runs = cronerRuns(cron, zone, from, until, 12);
          const ticks = ticksBetween(openCadence(cron, zone), from, until).slice(0, runs.length);
          assert.deepEqual(show(ticks), show(runs));
          if (runs.length < 12) {
            assert.equal(
              openCadence(cron, zone).next(runs.at(-1) ?? from - 1)! >= until,
              true,
            );
          }
        },
      ),
      { seed: 11, numRuns: 150 },
    );
  });

  test("on gaps, for single times; on both passes, for every hour", () => {
    const year = [Date.UTC(2024, 0, 1), Date.UTC(2024, 9, 1)] as const;
    for (const zone of ["America/New_York", "Europe/Berlin", "Australia/Sydney"]) {
      const clocks = zone === "Australia/Sydney"
        ? [Date.UTC(2024, 4, 1), Date.UTC(2024, 11, 1)] as const
        : year;
      for (const cron of ["30 2 * * *", "0 2 * * 0", "15 3 * * *"]) {
        assert.deepEqual(
          show(ticksBetween(openCadence(cron, zone), ...clocks)),
          show(cronerRuns(cron, zone, ...clocks, 400)),
          `${cron} in ${zone}`,
        );
      }
      const fall = findChanges(zone, 2024).map((change) => [change - 8 * HOUR, change + 8 * HOUR] as const);
      for (const [from, until] of fall) {
        assert.deepEqual(
          show(ticksBetween(openCadence("*/30 * * * *", zone), from, until)),
          show(cronerRuns("*/30 * * * *", zone, from, until, 40)),
          `every half hour in ${zone}`,
        );
      }
    }
  });

  test("except that it takes a time that repeats the first time", () => {
    const from = Date.parse("2023-11-05T00:00Z");
    const [run] = cronerRuns("30 1 * * *", "America/New_York", from, from + DAY, 1);
    assert.equal(run, Date.parse("2023-11-05T05:30Z"));
    assert.equal(openCadence("30 1 * * *", "America/New_York").next(from), run + HOUR);
  });
});
