/** The ticks that an export predicts for Dagster, held against Dagster. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { defineAsset, defineSchedule, definitions, takeSnapshot } from "sluice";
import { exportDagster } from "sluice/adapters";
import { dagsterScheduleTicks } from "../../../adapters/dagster/ticks/ticks.ts";
import { openCadence } from "../../../src/model/time/cadence.ts";
import { askDagster, atScale, findDagster } from "../dagster.ts";
import { type TickCase, tickCases } from "./tick_cases.ts";

/** The report looks no further. */
const TWO_YEARS_MS = 730 * 86_400_000;

const python = findDagster("ticks of exports for Dagster");
const walks = tickCases(atScale(50, 200));
const answers: readonly (readonly number[])[] = python
  ? askDagster(python, new URL("ticks.py", import.meta.url), { walks })
  : [];

function predict({ crons, timezone, atMs, count }: TickCase): readonly number[] {
  const ticks: number[] = [];
  for (const tick of dagsterScheduleTicks(crons, timezone, atMs, Date.now())) {
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

(python ? describe : describe.skip)("the ticks of an export for Dagster", () => {
  test(`are those of Dagster, over both changes of the clock in twelve zones (${walks.length})`, () => {
    walks.forEach((walk, place) => {
      assert.deepEqual(predict(walk), answers[place], `${walk.crons.join(" and ")} in ${walk.timezone}`);
    });
  });

  test("are in the report where they are not ours", () => {
    let departing = 0;
    walks.forEach((walk, place) => {
      const lastMs = answers[place].at(-1) as number;
      const theirs = new Set(answers[place]);
      const mine = new Set(ours(walk, lastMs));
      const expected = [...mine.symmetricDifference(theirs)].sort((a, b) => a - b);
      if (expected.length > 0) departing++;
      const listed = new Set(reported(walk));
      const near = expected.filter((instant) => instant < walk.atMs + TWO_YEARS_MS);
      const missing = near.filter((instant) => !listed.has(new Date(instant).toISOString()));
      if (listed.size < 50) assert.deepEqual(missing, [], `${walk.crons.join(" and ")} in ${walk.timezone}`);
    });
    assert.ok(departing > 10, `${departing} walks depart`);
  });
});

function reported({ crons, timezone, atMs }: TickCase): readonly string[] {
  const asset = defineAsset({ key: "a", run: () => 1 });
  const schedule = defineSchedule({ name: "s", cron: crons, timezone, target: asset });
  const snapshot = takeSnapshot(definitions({ assets: [asset], schedules: [schedule] }));
  const { report } = exportDagster(snapshot, { name: "x", command: ["sluice"], ticksFromMs: atMs });
  return report.entries.flatMap(({ instants = [] }) => instants);
}
