/** The ticks that an export predicts for Dagster, held against Dagster. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { defineAsset, defineSchedule, definitions, takeSnapshot } from "sluice";
import { exportDagster } from "sluice/adapters";
import { dagsterScheduleTicks } from "../../../adapters/dagster/ticks/ticks.ts";
import { NEWEST, OLDEST, readVersion } from "../../../adapters/dagster/version.ts";
import { openCadence } from "../../../src/model/time/cadence.ts";
import { askDagster, atScale, findDagster, findOldestDagster } from "../dagster.ts";
import { type TickCase, tickCases } from "./tick_cases.ts";

/** The report looks no further. */
const TWO_YEARS_MS = 730 * 86_400_000;

/** The ticks of one version of Dagster. */
interface Suite {
  readonly title: string;
  readonly python: string | undefined;
  readonly version: string;
  /** Ticks of each walk. */
  readonly count: number;
}

const SUITES: readonly Suite[] = [
  {
    title: "the ticks of an export for Dagster",
    python: findDagster("ticks of exports for Dagster"),
    version: NEWEST,
    count: atScale(50, 200),
  },
  {
    title: `the ticks of an export for Dagster ${OLDEST}`,
    python: findOldestDagster(`ticks of exports for Dagster ${OLDEST}`),
    version: OLDEST,
    count: atScale(20, 50),
  },
];

for (const { title, python, version, count } of SUITES) {
  const walks = tickCases(count);
  const answers: readonly (readonly number[])[] = python
    ? askDagster(python, new URL("ticks.py", import.meta.url), { walks })
    : [];

  (python ? describe : describe.skip)(title, () => {
    test(`are those of Dagster, over both changes of the clock in twelve zones (${walks.length})`, () => {
      walks.forEach((walk, place) => {
        assert.deepEqual(predict(walk, version), answers[place], nameOf(walk));
      });
    });

    test("are in the report where they are not ours", () => {
      let departing = 0;
      walks.forEach((walk, place) => {
        const expected = departuresOf(walk, answers[place]);
        if (expected.length > 0) departing++;
        const listed = new Set(reported(walk, version));
        const near = expected.filter((instant) => instant < walk.atMs + TWO_YEARS_MS);
        const missing = near.filter((instant) => !listed.has(new Date(instant).toISOString()));
        if (listed.size < 50) assert.deepEqual(missing, [], nameOf(walk));
      });
      assert.ok(departing > 10, `${departing} walks depart`);
    });
  });
}

function nameOf({ crons, timezone }: TickCase): string {
  return `${crons.join(" and ")} in ${timezone}`;
}

/** The instants at which only one of the two ticks. */
function departuresOf(walk: TickCase, answer: readonly number[]): readonly number[] {
  const theirs = new Set(answer);
  const mine = new Set(ours(walk, answer.at(-1) as number));
  return [...mine.symmetricDifference(theirs)].sort((a, b) => a - b);
}

function predict({ crons, timezone, atMs, count }: TickCase, version: string): readonly number[] {
  const hasZoneMinutes = readVersion({ targetVersion: version }).has("zoneMinutes");
  const ticks: number[] = [];
  for (const tick of dagsterScheduleTicks(crons, timezone, atMs, { nowMs: Date.now(), hasZoneMinutes })) {
    if (ticks.push(tick) === count) break;
  }
  return ticks;
}

/** Ours, of several crons together. */
function ours({ crons, timezone, atMs }: TickCase, untilMs: number): readonly number[] {
  const all = new Set<number>();
  for (const cron of crons) {
    const ticks = openCadence(cron, timezone).from(atMs);
    for (let tick = ticks.next(); tick <= untilMs; tick = ticks.next()) all.add(tick);
  }
  return [...all].sort((a, b) => a - b);
}

function reported({ crons, timezone, atMs }: TickCase, targetVersion: string): readonly string[] {
  const asset = defineAsset({ key: "a", run: () => 1 });
  const schedule = defineSchedule({ name: "s", cron: crons, timezone, target: asset });
  const snapshot = takeSnapshot(definitions({ assets: [asset], schedules: [schedule] }));
  const options = { name: "x", command: ["sluice"], ticksFromMs: atMs, targetVersion };
  return exportDagster(snapshot, options).report.entries.flatMap(({ instants = [] }) => instants);
}
