/** Crons with seconds, years and nearest working days. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { Cron as Croner } from "croner";
import fc from "fast-check";
import { Cadence } from "../../../src/model/time/cadence.ts";
import { parseCron, parseFullCron, plainCron } from "../../../src/model/time/cron.ts";
import { openZone } from "../../../src/model/time/zone.ts";

const utc = openZone("UTC");

function ticksOf(cron: string, from: string, count: number): readonly string[] {
  const cadence = new Cadence(parseFullCron(cron), utc);
  const ticks: string[] = [];
  for (
    let at = cadence.next(Date.parse(from) - 1);
    at !== undefined && ticks.length < count;
    at = cadence.next(at)
  ) {
    ticks.push(new Date(at).toISOString().slice(0, 19));
  }
  return ticks;
}

describe("a cron of six fields", () => {
  test("ticks to the second", () => {
    assert.deepEqual(ticksOf("*/20 59 23 31 12 *", "2026-01-01", 4), [
      "2026-12-31T23:59:00",
      "2026-12-31T23:59:20",
      "2026-12-31T23:59:40",
      "2027-12-31T23:59:00",
    ]);
    assert.deepEqual(ticksOf("* * * * * *", "2026-01-01T00:00:58Z", 3), [
      "2026-01-01T00:00:58",
      "2026-01-01T00:00:59",
      "2026-01-01T00:01:00",
    ]);
  });

  test("is one of five fields where its seconds are 0", () => {
    assert.equal(plainCron("0 15 2 * * mon"), "15 2 * * mon");
    assert.equal(plainCron("0 15 2 * * mon *"), "15 2 * * mon");
    assert.equal(plainCron("@daily"), "@daily");
    for (const text of ["5 15 2 * * mon", "0 15 2 * * mon 2027", "15 2 * * mon"]) {
      assert.equal(plainCron(text), text);
    }
  });
});

describe("a cron of seven fields", () => {
  test("ticks in its years only", () => {
    assert.deepEqual(ticksOf("0 0 12 29 2 ? 2026-2040", "2026-01-01", 9), [
      "2028-02-29T12:00:00",
      "2032-02-29T12:00:00",
      "2036-02-29T12:00:00",
      "2040-02-29T12:00:00",
    ]);
    const cadence = new Cadence(parseFullCron("0 0 0 1 1 * 2027,2030"), utc);
    assert.equal(cadence.previous(Date.UTC(2100, 0, 1)), Date.UTC(2030, 0, 1));
    assert.equal(cadence.previous(Date.UTC(2030, 0, 1)), Date.UTC(2027, 0, 1));
    assert.equal(cadence.previous(Date.UTC(2027, 0, 1)), undefined);
    assert.equal(cadence.next(Date.UTC(2030, 0, 1)), undefined);
  });
});

describe("a nearest working day", () => {
  test("stays within its month", () => {
    // 15 August 2026 is a Saturday, 15 November 2026 a Sunday, 1 August 2026 a Saturday.
    assert.deepEqual(ticksOf("0 0 9 15W * *", "2026-08-01", 4).map((text) => text.slice(0, 10)), [
      "2026-08-14",
      "2026-09-15",
      "2026-10-15",
      "2026-11-16",
    ]);
    assert.deepEqual(ticksOf("0 9 1W 8 *", "2026-08-01", 1), ["2026-08-03T09:00:00"]);
    assert.deepEqual(ticksOf("0 9 31W * *", "2026-01-01", 3).map((text) => text.slice(0, 10)), [
      "2026-01-30",
      "2026-03-31",
      "2026-05-29",
    ]);
    assert.deepEqual(ticksOf("0 9 LW * *", "2026-01-01", 5).map((text) => text.slice(0, 10)), [
      "2026-01-30",
      "2026-02-27",
      "2026-03-31",
      "2026-04-30",
      "2026-05-29",
    ]);
  });
});

describe("full crons", () => {
  test("mean what those of five fields mean", () => {
    for (const text of ["0 2 * * *", "@hourly", "*/7 1-5 L * fri#2", "0 0 ? 2 mon"]) {
      const { text: _, ...five } = parseCron(text);
      const { text: __, ...full } = parseFullCron(text);
      assert.deepEqual(full, five);
    }
  });

  test("tick when croner does, in UTC", () => {
    const list = (most: number, least = 0) =>
      fc.uniqueArray(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: 4 }).map((values) =>
        values.sort((a, b) => a - b).join(",")
      );
    const field = (most: number, least = 0) =>
      fc.oneof(
        fc.constant("*"),
        list(most, least),
        fc.integer({ min: 2, max: Math.min(20, most) }).map((step) => `*/${step}`),
      );
    const crons = fc.tuple(
      field(59),
      field(59),
      field(23),
      fc.oneof(
        fc.constant("*"),
        list(28, 1),
        fc.constant("L"),
        fc.constant("LW"),
        list(28, 1).map((d) => `${d.split(",")[0]}W`),
      ),
      field(12, 1),
      fc.constant("*"),
      fc.oneof(fc.constant("*"), fc.constant("2026-2031"), list(2035, 2027)),
    ).map((fields) => fields.join(" "));
    fc.assert(
      fc.property(crons, fc.integer({ min: 0, max: 365 }), (text, day) => {
        const from = new Date(Date.UTC(2026, 0, 1 + day));
        const theirs = new Croner(text, { timezone: "UTC", paused: true }).nextRuns(20, from).map(Number);
        const cadence = new Cadence(parseFullCron(text), utc);
        const ours: number[] = [];
        for (
          let at = cadence.next(Number(from));
          at !== undefined && ours.length < 20;
          at = cadence.next(at)
        ) ours.push(at);
        assert.deepEqual(
          ours.map((at) => new Date(at).toISOString()),
          theirs.map((at) => new Date(at).toISOString()),
        );
      }),
      { seed: 7, numRuns: 100 },
    );
  });

  test("T47 say what is wrong, and where, in no time", () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ["60 * * * *", /minute 60 is not in 0-59 \(minute field, character 1\)/],
      ["*/0 * * * *", /step 0 leads nowhere \(minute field, character 1\)/],
      ["* * * *", /there are 4 fields instead of five to seven/],
      ["* * * * * * * *", /there are more than seven fields \(eighth field, character 15\)/],
      ["60 * * * * *", /second 60 is not in 0-59 \(second field, character 1\)/],
      ["0 0 0 1 1 * 1969", /year 1969 is not in 1970-2199 \(year field, character 13\)/],
      ["0 0 0 29 2 * 2027", /the date never comes in 2027 \(year field, character 14\)/],
      ["0 0 31 2 *", /day 31 never comes in feb \(day of month field, character 5\)/],
      ["TZ=UTC 0 2 * * *", /a time zone is no field \(second field, character 1\)/],
      ["@every 5m", /@every is not a macro \(minute field, character 1\)/],
      ["@reboot", /@reboot is not a macro/],
      ["32W * * * *", /"32w" is not a minute/],
      ["0 0 32W * *", /day of month 32 is not in 1-31/],
      ["", /there are 0 fields/],
      ["x".repeat(100_000), /there are 1 fields/],
      [`${"1,".repeat(50_000)}1 * * * *`, /a field has at most 400 characters/],
      ["* ".repeat(50_000), /there are more than seven fields/],
    ];
    for (const [text, message] of wrong) {
      assert.throws(
        () => parseFullCron(text),
        { name: "SluiceError", code: "CRON_INVALID", message },
        text.slice(0, 40),
      );
    }
    assert.throws(() => parseCron("0 0 12 * * *"), { code: "CRON_INVALID" });
    assert.throws(() => parseCron("0 0 15W * *"), { code: "CRON_INVALID" });
  });
});
