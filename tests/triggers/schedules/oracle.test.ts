/** T41: the instants of seeded schedules over clock changes, against the rule restated over local wall times, and croner. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import process from "node:process";
import { Cron as Croner } from "croner";
import { openTimetable } from "../../../src/model/automation/timetable.ts";
import { explainTick } from "../../../src/model/automation/explain.ts";
import { seededRandom } from "../../../src/testing/simulate/chance.ts";

const FULL = process.env.SLUICE_SCALE === "full";
const SCHEDULES = FULL ? 400 : 60;
const TICKS = FULL ? 200 : 60;

/** Clock changes of an hour and of half of one, at midnight, of a day; odd offsets; and none. */
const ZONES: readonly (readonly [zone: string, from: string])[] = [
  ["America/New_York", "2026-03-01"],
  ["America/New_York", "2026-10-25"],
  ["Europe/Berlin", "2026-03-20"],
  ["Europe/London", "2026-10-20"],
  ["Australia/Lord_Howe", "2026-03-28"],
  ["Australia/Lord_Howe", "2026-09-28"],
  ["Africa/Cairo", "2026-04-20"],
  ["Africa/Cairo", "2026-10-25"],
  ["America/Havana", "2026-03-01"],
  ["Pacific/Apia", "2011-12-25"],
  ["Asia/Kolkata", "2026-01-01"],
  ["Asia/Kathmandu", "2026-01-01"],
  ["America/St_Johns", "2026-03-01"],
  ["Asia/Beirut", "2026-03-20"],
  ["America/Santiago", "2026-09-01"],
  ["America/Asuncion", "2023-09-25"],
  ["Africa/Casablanca", "2026-02-10"],
  ["Asia/Tehran", "2021-09-15"],
  ["Pacific/Chatham", "2026-04-01"],
  ["Antarctica/Troll", "2026-03-20"],
];

/** A schedule as sets, and as the text of them. */
interface Drawn {
  readonly text: string;
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly weekdays: readonly number[];
}

function draw(random: { next(): number }): Drawn {
  const some = (most: number, count: number) =>
    [...new Set(Array.from({ length: count }, () => Math.floor(random.next() * most)))].sort((a, b) => a - b);
  const all = (most: number) => Array.from({ length: most }, (_, n) => n);
  const minutes = some(60, 1 + Math.floor(random.next() * 3));
  const isHourly = random.next() < 0.25;
  const hours = isHourly ? all(24) : some(5, 1 + Math.floor(random.next() * 3));
  const hasSeconds = random.next() < 0.3;
  const seconds = hasSeconds ? some(60, 2) : [0];
  const weekdays = random.next() < 0.3 ? some(7, 4) : all(7);
  const text = [
    ...hasSeconds ? [seconds.join(",")] : [],
    minutes.join(","),
    isHourly ? "*" : hours.join(","),
    "*",
    "*",
    weekdays.length === 7 ? "*" : weekdays.join(","),
  ].join(" ");
  return { text, seconds, minutes, hours, weekdays };
}

/** The rule in other words. Whether a local time occurs twice among them is told too. */
function restate(drawn: Drawn, zone: string, fromMs: number, count: number) {
  return drawn.hours.length === 24 ? elapsed(drawn, zone, fromMs, count) : fixed(drawn, zone, fromMs, count);
}

/** Crons of every hour: every instant whose wall time is named. */
function elapsed({ seconds, minutes, weekdays }: Drawn, zone: string, fromMs: number, count: number) {
  const instants: number[] = [];
  const seen = new Set<string>();
  let repeats = false;
  for (let at = fromMs; instants.length < count; at += 60_000) {
    const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
    if (!minutes.includes(local.minute) || !weekdays.includes(local.dayOfWeek % 7)) continue;
    for (const second of seconds) {
      instants.push(at + second * 1_000);
      const wall = `${local.toPlainDateTime()} ${second}`;
      repeats ||= seen.has(wall);
      seen.add(wall);
    }
  }
  return { instants: instants.slice(0, count), repeats };
}

/** All others: every named wall time once, in a gap at its end, of two passes in the second. */
function fixed({ seconds, minutes, hours, weekdays }: Drawn, zone: string, fromMs: number, count: number) {
  const first = Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO(zone).toPlainDate()
    .subtract({ days: 2 });
  const instants = new Set<number>();
  let repeats = false;
  for (let day = 0; instants.size < count + 400; day++) {
    const date = first.add({ days: day });
    if (!weekdays.includes(date.dayOfWeek % 7)) continue;
    for (const hour of hours) {
      for (const minute of minutes) {
        for (const second of seconds) {
          const wall = date.toPlainDateTime({ hour, minute, second });
          const early = wall.toZonedDateTime(zone, { disambiguation: "earlier" });
          const late = wall.toZonedDateTime(zone, { disambiguation: "later" });
          const isGap = !early.toPlainDateTime().equals(wall);
          repeats ||= !isGap && early.epochMilliseconds !== late.epochMilliseconds;
          const gapEnd = isGap ? early.getTimeZoneTransition("next") : undefined;
          instants.add(gapEnd ? gapEnd.epochMilliseconds : late.epochMilliseconds);
        }
      }
    }
    if (day > 40 * count) break;
  }
  const sorted = [...instants].filter((at) => at >= fromMs).sort((a, b) => a - b);
  return { instants: sorted.slice(0, count), repeats };
}

describe("the instants of schedules", () => {
  test("T41 are those of the rule in other words, and of croner where no local time occurs twice", () => {
    let agreed = 0;
    for (let seed = 1; seed <= SCHEDULES; seed++) {
      const random = seededRandom(seed);
      const drawn = draw(random);
      const [zone, from] = ZONES[seed % ZONES.length];
      const fromMs = Date.parse(`${from}T00:00Z`);
      const timetable = openTimetable(
        { crons: [drawn.text], timezone: zone, startMs: undefined, endMs: undefined },
        undefined,
      );
      const ours: number[] = [];
      for (
        let at = timetable.next(fromMs - 1);
        at !== undefined && ours.length < TICKS;
        at = timetable.next(at)
      ) {
        assert.ok(at > (ours.at(-1) ?? -Infinity), "next(t) > t");
        ours.push(at);
      }
      const { instants, repeats } = restate(drawn, zone, fromMs, TICKS);
      const say = `seed ${seed}: ${drawn.text} in ${zone}`;
      assert.deepEqual(ours.map(iso), instants.map(iso), say);
      for (let n = 1; n < ours.length; n++) assert.equal(timetable.previous(ours[n]), ours[n - 1], say);
      if (repeats || zone === "Pacific/Apia") continue;
      const gaps = ours.some((at) => explainTick([drawn.text], zone, at).note === "moved out of the gap");
      if (gaps) continue;
      const theirs = new Croner(drawn.text, { timezone: zone, paused: true }).nextRuns(
        TICKS,
        new Date(fromMs - 1_000),
      );
      assert.deepEqual(ours.map(iso), theirs.map((date) => iso(date.getTime())), `${say}, by croner`);
      agreed++;
    }
    assert.ok(agreed > SCHEDULES / 4);
  });

  test("T41 of the table of clock changes", () => {
    const next = (cron: string, zone: string, from: string, count = 2) => {
      const timetable = openTimetable(
        { crons: [cron], timezone: zone, startMs: undefined, endMs: undefined },
        undefined,
      );
      const found: string[] = [];
      for (
        let at = timetable.next(Date.parse(from));
        at !== undefined && found.length < count;
        at = timetable.next(at)
      ) {
        const { note } = explainTick([cron], zone, at);
        found.push(`${iso(at).slice(5, 16)}${note ? ` ${note}` : ""}`);
      }
      return found;
    };
    assert.deepEqual(next("30 1 * * *", "America/New_York", "2026-11-01T00:00Z"), [
      "11-01T06:30 second pass",
      "11-02T06:30",
    ]);
    assert.deepEqual(next("30 2 * * *", "America/New_York", "2026-03-08T00:00Z"), [
      "03-08T07:00 moved out of the gap",
      "03-09T06:30",
    ]);
    assert.deepEqual(next("30 * * * *", "America/New_York", "2026-11-01T05:00Z", 3), [
      "11-01T05:30 first pass",
      "11-01T06:30 second pass",
      "11-01T07:30",
    ]);
    assert.deepEqual(next("0 0 * * *", "Africa/Cairo", "2026-04-23T12:00Z"), [
      "04-23T22:00 moved out of the gap",
      "04-24T21:00",
    ]);
    // The whole of 30 December was left out.
    assert.deepEqual(next("0 12 * * *", "Pacific/Apia", "2011-12-29T00:00Z", 3), [
      "12-29T22:00",
      "12-30T10:00 moved out of the gap",
      "12-30T22:00",
    ]);
    assert.deepEqual(next("*/15 * * * *", "Australia/Lord_Howe", "2026-10-03T15:10Z", 3), [
      "10-03T15:15",
      "10-03T15:30",
      "10-03T15:45",
    ]);
  });
});

function iso(at: number): string {
  return new Date(at).toISOString();
}
