import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { SluiceError } from "../../../src/model/issue.ts";
import { openZone } from "../../../src/model/time/zone.ts";
import { createClock, DAY, findChanges, HOUR, MINUTE } from "./wall_clock.ts";
import { RARE, YEARLY } from "./zones.ts";

const zoneName: fc.Arbitrary<string> = fc.constantFrom(
  ...YEARLY,
  ...RARE.map(([zone]) => zone),
  "UTC",
  "Asia/Kolkata",
);

describe("a zone", () => {
  test("shows what Intl shows, at any instant from 1975 to 2080", () => {
    const instant = fc.integer({ min: Date.UTC(1975, 0, 1) / MINUTE, max: Date.UTC(2080, 0, 1) / MINUTE });
    fc.assert(
      fc.property(zoneName, instant, (name, minute) => {
        const at = minute * MINUTE;
        assert.equal(
          openZone(name).localAt(at),
          createClock(name)(at),
          `${name} at ${new Date(at).toISOString()}`,
        );
      }),
      { seed: 5, numRuns: 1500 },
    );
  });

  test("gives the same answers whatever was asked before", () => {
    const late = openZone("Pacific/Auckland").offsetAt(Date.UTC(2400, 6, 1));
    const early = openZone("Pacific/Auckland").offsetAt(Date.UTC(1800, 0, 1));
    assert.equal(late, 12 * HOUR);
    assert.equal(early, 41_944_000);
    assert.equal(openZone("Pacific/Auckland").offsetAt(Date.UTC(2400, 6, 1)), late);
  });

  for (const [name, year] of [["America/New_York", 2023], ["Australia/Lord_Howe", 2023], ...RARE] as const) {
    test(`finds the instants of local times around the changes of ${year} in ${name}`, () => {
      const zone = openZone(name);
      const clock = createClock(name);
      for (const change of findChanges(name, year)) {
        const instants = Array.from({ length: 64 * 60 }, (_, minute) => change - 32 * HOUR + minute * MINUTE);
        const shown = instants.map((instant) => ({ instant, local: clock(instant) }));
        const low = clock(change - 3 * HOUR);
        for (let local = low; local < low + 6 * HOUR; local += 15 * MINUTE) {
          const at = `${name} ${new Date(local).toISOString()}`;
          const expected = shown.filter((each) => each.local === local).map((each) => each.instant);
          assert.deepEqual(zone.instantsOf(local), expected, at);
          const reached = shown.find((each) => each.local >= local);
          assert.equal(zone.firstInstantOf(local), reached?.instant, at);
          const before = shown.findLastIndex((each) => each.local <= local);
          const last = shown[before].local === local ? shown[before] : shown[before + 1];
          assert.equal(zone.lastInstantOf(local), last.instant, at);
        }
      }
    });
  }

  test("knows the days that a date line takes and gives", () => {
    const apia = openZone("Pacific/Apia");
    assert.deepEqual(apia.instantsOf(Date.UTC(2011, 11, 30, 12)), []);
    assert.equal(apia.firstInstantOf(Date.UTC(2011, 11, 30, 12)), Date.UTC(2011, 11, 30, 10));
    const juneau = openZone("America/Juneau");
    const twice = juneau.instantsOf(Date.UTC(1867, 9, 19, 12));
    assert.equal(twice.length, 2);
    assert.equal(twice[1] - twice[0], DAY);
  });

  test("is found by its name in any case", () => {
    assert.equal(openZone("america/new_york").name, "America/New_York");
    assert.equal(openZone("utc").name, "UTC");
    assert.equal(openZone("US/Central").name, "US/Central");
    assert.equal(openZone("america/new_york"), openZone("America/New_York"));
  });

  for (
    const name of ["Europe/Berln", "Mars/Olympus", "", "+02:00", "Z", "GMT+5", "EST5", "../UTC", "\ud800"]
  ) {
    test(`is not ${JSON.stringify(name)}`, () => {
      assert.throws(() => openZone(name), (error: unknown) => {
        assert.ok(error instanceof SluiceError);
        assert.equal(error.code, "TIMEZONE_UNKNOWN");
        assert.deepEqual(error.issues[0].path, ["timezone"]);
        return true;
      });
    });
  }

  test("that is misspelt is suggested", () => {
    assert.throws(() => openZone("Europe/Berln"), /hint: Did you mean Europe\/Berlin\?/);
    assert.throws(() => openZone("Mars/Olympus"), /hint: Give a name of the IANA time zone database/);
  });
});
