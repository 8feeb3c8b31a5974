/** Days that pass over schedules in a simulated world: a year of them at full scale. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import {
  condition,
  dailyPartitions,
  defineAsset,
  defineSchedule,
  type Definitions,
  definitions,
} from "sluice";
import { simulate } from "sluice/testing";
import { openTimetable } from "../../../src/model/automation/timetable.ts";
import { TicksModel } from "../../../src/testing/simulate/rules/ticks.ts";
import { atScale } from "../../conformance/python.ts";

const DAYS = atScale(10, 365);
const SEEDS = atScale(2, 3);
const ALL = { misfire: { policy: "fire-all", cap: 10_000 }, overlap: "allow" } as const;

function graph(): Definitions {
  const days = dailyPartitions({ start: "2025-12-20", timezone: "America/New_York" });
  const orders = defineAsset({ key: "orders", partitions: days, retry: { maxRetries: 3 }, run: () => 1 });
  const total = defineAsset({ key: "total", deps: { orders }, partitions: days, run: () => 2 });
  const report = defineAsset({ key: "report", run: () => 3 });
  const page = defineAsset({ key: "page", deps: { report }, automation: condition.eager, run: () => 4 });
  return definitions({
    assets: [orders, total, report, page],
    schedules: [
      defineSchedule({
        name: "nightly",
        cron: "30 2 * * *",
        timezone: "America/New_York",
        target: "orders+",
        ...ALL,
      }),
      defineSchedule({
        name: "often",
        cron: "15 */6 * * *",
        timezone: "Europe/Berlin",
        target: report,
        ...ALL,
      }),
      defineSchedule({ name: "latest", cron: "0 */4 * * *", timezone: "Asia/Kolkata", target: report }),
      defineSchedule({ name: "one-by-one", cron: "40 * * * *", target: report, overlap: "queue-one" }),
    ],
  });
}

describe("days that pass", () => {
  test("give each instant of a schedule one run, whatever dies", async () => {
    const all = graph();
    let processes = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const world = await simulate(all, { seed, days: DAYS, faults: DAYS });
      processes += world.processes;
      assert.ok(world.faults.length > 0);
      for (const name of ["nightly", "often"]) {
        const schedule = all.schedules.get(name);
        assert.ok(schedule);
        const runs = world.runs.filter(({ tags }) => tags["sluice/schedule"] === name);
        const dues = runs.map(({ tags }) => Date.parse(tags["sluice/due"])).sort((a, b) => a - b);
        const expected: number[] = [];
        const timetable = openTimetable(schedule, undefined);
        const startMs = Date.UTC(2026, 0, 1);
        for (
          let at = timetable.next(startMs);
          at !== undefined && at <= startMs + DAYS * 86_400_000;
          at = timetable.next(at)
        ) {
          expected.push(at);
        }
        assert.deepEqual(dues.slice(0, expected.length), expected, `seed ${seed}, ${name}`);
      }
      assert.ok(
        world.events.some((event) =>
          event.type === "tick_recorded" && event.payload.trigger === "automation:page"
        ),
      );
    }
    assert.ok(processes > SEEDS * 2);
  });

  test("are the same for the same seed, on every runtime (SLUICE_UPDATE_FIXTURES=1 writes what they hash to)", async () => {
    const file = new URL("days.json", import.meta.url);
    const hashes: Record<string, string> = {};
    for (const seed of [4, 5, 6]) hashes[seed] = (await simulate(graph(), { seed, days: 3 })).hash;
    assert.equal((await simulate(graph(), { seed: 4, days: 3 })).hash, hashes[4]);
    assert.equal(new Set(Object.values(hashes)).size, 3);
    if (process.env.SLUICE_UPDATE_FIXTURES) writeFileSync(file, `${JSON.stringify(hashes, null, 2)}\n`);
    assert.deepEqual(hashes, JSON.parse(readFileSync(file, "utf8")));
  });

  test("may be a year", async () => {
    const report = defineAsset({ key: "report", run: () => 3 });
    const often = defineSchedule({
      name: "often",
      cron: "15 */6 * * *",
      timezone: "Europe/Berlin",
      target: report,
      ...ALL,
    });
    const all = definitions({ assets: [report], schedules: [often] });
    const { runs, processes } = await simulate(all, { seed: 1, days: 365, faults: 100 });
    assert.equal(runs.length, 4 * 365);
    assert.ok(processes > 20);
  });

  test("are counted from one", async () => {
    await assert.rejects(simulate(graph(), { seed: 1, days: 0 }), { code: "USAGE" });
  });
});

describe("I5", () => {
  const tick = (seq: number, dueMs: number, runs: readonly string[]) =>
    ({
      type: "tick_recorded",
      seq,
      atMs: 0,
      runId: "",
      step: -1,
      attempt: 0,
      payload: { trigger: "schedule:nightly", dueMs, status: "requested", runs },
    }) as const;

  test("finds a second tick of an instant, and a run of two", () => {
    const model = new TicksModel();
    model.take(tick(1, 60_000, ["a"]));
    assert.throws(() => model.take(tick(2, 60_000, ["b"])), /I5.*two ticks/);
    assert.throws(() => model.take(tick(3, 120_000, ["a"])), /I5.*same run/);
  });

  test("finds an instant without a run", () => {
    const model = new TicksModel();
    const startMs = Date.UTC(2026, 0, 1);
    assert.throws(
      () => model.verifyEnd(graph(), startMs, startMs + 86_400_000),
      /I5: nightly at .* has no run/,
    );
  });
});
