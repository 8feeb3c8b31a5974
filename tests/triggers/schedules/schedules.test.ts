/** Schedules that run: what is due, what was missed, what overlaps, and that no instant runs twice. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  createOrchestrator,
  dailyPartitions,
  defineAsset,
  defineJob,
  defineSchedule,
  definitions,
  hourlyPartitions,
  multiPartitions,
  SluiceError,
  staticPartitions,
} from "sluice";
import { triggerContract } from "sluice/testing";
import { scheduleTrigger } from "../../../src/triggers/schedules/trigger.ts";
import { wallClock } from "../../support/clock.ts";
import { HOUR, START, timeOf, worldOf } from "./world.ts";

describe("a schedule", () => {
  test("starts a run at each of its instants, under one id and with what tells its origin", async () => {
    const { clock, sluice, requested } = worldOf({ tags: { team: "core" } });
    await sluice.start();
    await clock.advance(2.5 * HOUR);
    assert.deepEqual(await requested(), ["01:00", "02:00"]);
    const [run] = await sluice.runs();
    assert.deepEqual([run.status, run.createdMs - START], ["success", 2 * HOUR]);
    assert.deepEqual(run.tags, {
      team: "core",
      "sluice/schedule": "s",
      "sluice/due": "2026-01-01T02:00:00.000Z",
    });
    const [status] = await sluice.triggers();
    assert.deepEqual([status.id, status.type, status.isOn, status.isActive], [
      "schedule:s",
      "schedule",
      true,
      true,
    ]);
    assert.deepEqual([status.lastTick?.dueMs, status.nextMs], [START + 2 * HOUR, START + 3 * HOUR]);
    await sluice.close();
    await clock.advance(2 * HOUR);
    assert.equal(clock.pending, 0);
  });

  for (
    const [misfire, expected] of [["skip", []], ["fire-once", ["09:00"]], [
      "fire-all",
      ["03:00", "06:00", "09:00"],
    ]] as const
  ) {
    test(`T42 asleep for 9 h across 3 ticks: ${misfire}`, async () => {
      const { clock, sluice, requested, told } = worldOf({ cron: "0 */3 * * *", misfire });
      await sluice.start();
      await clock.advance(60_000);
      clock.set(9 * HOUR);
      await clock.advance(60_000);
      assert.deepEqual(await requested(), expected);
      const runs = await sluice.runs();
      assert.equal(runs.length, expected.length);
      assert.ok(runs.every(({ createdMs }) => createdMs > START + 9 * HOUR));
      const jumps = (await sluice.events()).filter(({ type }) => type === "clock_jump");
      assert.deepEqual(jumps.map(({ payload }) => payload), [{ byMs: 9 * HOUR }]);
      const missed = { skip: 3, "fire-once": 2, "fire-all": 0 }[misfire];
      const reasons = await told("skipped");
      assert.equal(reasons.length, missed === 0 ? 0 : 1);
      if (missed > 0) assert.ok(reasons[0]?.startsWith(`${missed} instants were missed: 2026-01-01T03:00`));
      await clock.advance(3 * HOUR);
      assert.deepEqual(await requested(), [...expected, "12:00"]);
      await sluice.close();
    });
  }

  for (const [misfire, expected] of [["skip", 1], ["fire-once", 1], ["fire-all", 5]] as const) {
    test(`T25 catches up with what came due while the event loop was held: ${misfire}`, async () => {
      const { clock, sluice, requested } = worldOf({ cron: "* * * * * *", misfire, overlap: "allow" });
      await sluice.start();
      await clock.advance(1_000);
      clock.set(4_000);
      await clock.advance(1_000);
      assert.equal((await requested()).length, 1 + expected);
      assert.equal((await requested()).at(-1), "00:00:06");
      await clock.advance(2_000);
      assert.deepEqual((await requested()).slice(1 + expected), ["00:00:07", "00:00:08"]);
      const jumps = (await sluice.events()).filter(({ type }) => type === "clock_jump");
      assert.deepEqual(jumps, []);
      await sluice.close();
    });
  }

  test("makes up for no more than its cap, the latest, and tells of the others", async () => {
    const { clock, sluice, requested, told } = worldOf({ misfire: { policy: "fire-all", cap: 2 } });
    await sluice.start();
    clock.set(5.5 * HOUR);
    await clock.advance(60_000);
    assert.deepEqual(await requested(), ["04:00", "05:00"]);
    assert.deepEqual(await told("skipped"), [
      "3 instants were missed: 2026-01-01T01:00:00.000Z to 2026-01-01T03:00:00.000Z " +
      "(misfire: fire-all, of which 2 are made up for)",
    ]);
    await sluice.close();
  });

  test("T43 never ticks again when the clock is set back, and once when it is set by a second", async () => {
    const { clock, sluice, requested } = worldOf({});
    await sluice.start();
    await clock.advance(2 * HOUR + 60_000);
    clock.set(-2 * HOUR);
    await clock.advance(1.5 * HOUR);
    assert.deepEqual(await requested(), ["01:00", "02:00"]);
    await clock.advance(2 * HOUR);
    assert.deepEqual(await requested(), ["01:00", "02:00", "03:00"]);
    const toTick = 4 * HOUR - (clock.now() - START);
    await clock.advance(toTick - 500);
    clock.set(1_000);
    await clock.advance(60_000);
    clock.set(-1_000);
    await clock.advance(60_000);
    assert.deepEqual(await requested(), ["01:00", "02:00", "03:00", "04:00"]);
    clock.set(2 * HOUR);
    await clock.advance(60_000);
    assert.deepEqual((await requested()).slice(4), ["06:00"]);
    const jumps = (await sluice.events({ limit: 10_000 })).filter(({ type }) => type === "clock_jump");
    assert.deepEqual(jumps.map(({ payload }) => payload), [{ byMs: -2 * HOUR }, { byMs: 2 * HOUR }]);
    await sluice.close();
  });

  test("T44 that is paused for a day does not burst when it is resumed", async () => {
    const { clock, sluice, requested } = worldOf({});
    await sluice.start();
    await clock.advance(HOUR);
    await sluice.pauseTrigger("schedule:s");
    await clock.advance(24 * HOUR);
    assert.equal((await sluice.triggers())[0].nextMs, undefined);
    await sluice.resumeTrigger("schedule:s");
    await clock.advance(HOUR / 2);
    assert.deepEqual(await requested(), ["01:00"]);
    await clock.advance(HOUR);
    assert.deepEqual(await requested(), ["01:00", "02 02:00"]);
    await sluice.close();
  });

  test("T44 that makes up for everything does so after a pause too", async () => {
    const { clock, sluice, requested } = worldOf({ catchUp: true });
    await sluice.start();
    await sluice.pauseTrigger("schedule:s");
    await clock.advance(3 * HOUR);
    await sluice.resumeTrigger("schedule:s");
    await clock.advance(60_000);
    assert.deepEqual(await requested(), ["01:00", "02:00", "03:00"]);
    await sluice.close();
  });

  test("T44 edited, paused, resumed, deleted and made again within a minute ticks once at each instant", async () => {
    const { clock, sluice, reopen } = worldOf({});
    await sluice.start();
    await clock.advance(HOUR);
    await sluice.close();
    const edited = reopen({ cron: "*/15 * * * *" });
    await edited.start();
    await clock.advance(10_000);
    await edited.pauseTrigger("schedule:s");
    await edited.resumeTrigger("schedule:s");
    await edited.close();
    const gone = createOrchestrator(definitions({ assets: [] }), { store: "memory", clock });
    await gone.start();
    await gone.close();
    const again = reopen();
    await again.start();
    await clock.advance(HOUR);
    assert.deepEqual(
      (await again.ticks()).filter(({ status }) => status === "requested").map(({ dueMs }) => timeOf(dueMs)),
      ["02:00", "01:00"],
    );
    await again.close();
  });

  test("goes on from its cursor after a restart", async () => {
    const { clock, sluice, reopen } = worldOf({ misfire: "fire-all", overlap: "allow" });
    await sluice.start();
    await clock.advance(2 * HOUR);
    await sluice.close();
    await clock.advance(3 * HOUR);
    const again = reopen();
    await again.start();
    await clock.advance(HOUR);
    const dues = (await again.ticks()).map(({ dueMs }) => timeOf(dueMs)).toReversed();
    assert.deepEqual(dues, ["01:00", "02:00", "03:00", "04:00", "05:00", "06:00"]);
    assert.equal((await again.runs()).length, 6);
    await again.close();
  });

  test("that is off at first ticks when it is resumed", async () => {
    const { clock, sluice, requested } = worldOf({ enabled: false });
    await sluice.start();
    await clock.advance(2 * HOUR);
    assert.deepEqual(await requested(), []);
    await sluice.resumeTrigger("schedule:s");
    await clock.advance(HOUR);
    assert.deepEqual(await requested(), ["03:00"]);
    await sluice.close();
  });

  test("ticks between its start and its end, from its start on where it makes up for everything", async () => {
    const bounds = { start: "2026-01-01T02:30", end: new Date(START + 5 * HOUR) };
    const { clock, sluice, requested } = worldOf(bounds);
    await sluice.start();
    await clock.advance(10 * HOUR);
    assert.deepEqual(await requested(), ["03:00", "04:00"]);
    assert.equal((await sluice.triggers())[0].nextMs, undefined);
    await sluice.close();
    const early = worldOf({ start: "2025-12-31T21:30", misfire: "fire-all" });
    await early.sluice.start();
    await early.clock.advance(60_000);
    assert.deepEqual(await early.requested(), ["31 22:00", "31 23:00", "00:00"]);
    await early.sluice.close();
  });

  test("records a tick that fails, and ticks again", async () => {
    const { clock, sluice, told, requested, faults } = worldOf({});
    await sluice.start();
    faults.facts = new Error("nothing can be planned");
    await clock.advance(2 * HOUR);
    assert.deepEqual(await told("failed"), ["nothing can be planned", "nothing can be planned"]);
    const [{ failures, cursor }] = await sluice.triggers();
    assert.deepEqual([failures, (cursor as { readonly atMs: number }).atMs], [2, START + 2 * HOUR]);
    faults.facts = undefined;
    await clock.advance(HOUR);
    assert.deepEqual(await requested(), ["03:00"]);
    assert.equal((await sluice.triggers())[0].failures, 0);
    await sluice.close();
  });

  test("tries a tick again that the store could not record", async () => {
    const { clock, sluice, told, requested, faults } = worldOf({});
    await sluice.start();
    await clock.advance(HOUR - 1);
    faults.facts = Object.assign(new SluiceError({ code: "STORE_FULL", message: "full", path: [] }));
    await clock.advance(60_000);
    assert.deepEqual([await told("failed"), await requested()], [[], []]);
    faults.facts = undefined;
    await clock.advance(10_000);
    assert.deepEqual(await requested(), ["01:00"]);
    await sluice.close();
  });
});

describe("a schedule of partitions", () => {
  test("runs what exists at its instant, whenever it is made up for", async () => {
    const clock = wallClock(START + 30 * 60_000);
    const hours = defineAsset({
      key: "hours",
      partitions: hourlyPartitions({ start: new Date(START) }),
      run: ({ partition }) => partition.key,
    });
    const days = dailyPartitions({ start: "2025-12-30", timezone: "America/New_York" });
    const cells = defineAsset({
      key: "cells",
      partitions: multiPartitions({ day: days, letter: staticPartitions(["a", "b", "c"]) }),
      run: () => "",
    });
    const letters = defineAsset({ key: "letters", partitions: staticPartitions(["x", "y"]), run: () => "" });
    const all = definitions({
      assets: [hours, cells, letters],
      jobs: [defineJob({ name: "letters", selection: [letters], concurrency: { key: "k" } })],
      schedules: [
        defineSchedule({ name: "ends", target: hours, misfire: "fire-all" }),
        defineSchedule({ name: "cells", cron: "30 5 * * *", target: cells }),
        defineSchedule({ name: "letters", cron: "0 1 * * *", target: "letters", partitions: "all" }),
      ],
    });
    await using sluice = createOrchestrator(all, { store: "memory", defaultIO: "memory", clock });
    await sluice.start();
    clock.set(5.5 * HOUR);
    await clock.advance(60_000);
    const keys = async (name: string) => {
      const ticks = (await sluice.ticks({ trigger: `schedule:${name}` })).toReversed();
      return await Promise.all(
        ticks.filter(({ status }) => status === "requested").map(async ({ runs }) =>
          (await sluice.steps(runs[0])).flatMap(({ partitionKeys }) => partitionKeys)
        ),
      );
    };
    assert.deepEqual(await keys("ends"), Array.from({ length: 6 }, (_, n) => [`2026-01-01-0${n}:00`]));
    assert.deepEqual(await keys("cells"), [["2025-12-31|a", "2025-12-31|b", "2025-12-31|c"]]);
    assert.deepEqual(await keys("letters"), [["x", "y"]]);
  });

  test("skips where there is no partition yet", async () => {
    const clock = wallClock(START);
    const late = defineAsset({
      key: "late",
      partitions: dailyPartitions({ start: "2026-01-03" }),
      run: () => "",
    });
    const all = definitions({
      assets: [late],
      schedules: [defineSchedule({ name: "s", cron: "0 12 * * *", target: late })],
    });
    await using sluice = createOrchestrator(all, { store: "memory", defaultIO: "memory", clock });
    await sluice.start();
    await clock.advance(4 * 24 * HOUR);
    assert.deepEqual((await sluice.ticks()).map(({ status, reason }) => [status, reason]), [
      ["requested", undefined],
      ["skipped", "there is no partition yet"],
      ["skipped", "there is no partition yet"],
      ["skipped", "there is no partition yet"],
    ]);
  });
});

describe("many schedules", () => {
  test("T46 that are due at one instant all start, in one go, and with jitter one after the other", async () => {
    const clock = wallClock(START);
    const work = defineAsset({ key: "work", run: () => "" });
    const named = (jitterMs: number) => (_: unknown, n: number) =>
      defineSchedule({ name: `s${n}-${jitterMs}`, cron: "0 1 * * *", target: work, jitterMs });
    const schedules = [
      ...Array.from({ length: 500 }, named(0)),
      ...Array.from({ length: 100 }, named(600_000)),
    ];
    const all = definitions({ assets: [work], schedules });
    await using sluice = createOrchestrator(all, { store: "memory", defaultIO: "memory", clock });
    await sluice.start();
    await clock.advance(HOUR);
    for (let turns = 0; (await sluice.ticks({ limit: 1_000 })).length < 500; turns++) {
      assert.ok(turns < 1_000);
      await clock.advance(0);
    }
    const runs = await sluice.runs({ limit: 1_000 });
    assert.equal(runs.filter(({ createdMs }) => createdMs === START + HOUR).length, runs.length);
    assert.equal(new Set(runs.map(({ id }) => id)).size, 500);
    await clock.advance(600_000);
    const late = (await sluice.ticks({ limit: 1_000 })).filter(({ trigger }) => trigger.endsWith("-600000"));
    assert.equal(late.length, 100);
    const delays = late.map(({ atMs }) => atMs - START - HOUR);
    assert.ok(new Set(delays).size > 90);
    const mean = delays.reduce((sum, each) => sum + each, 0) / delays.length;
    assert.ok(Math.min(...delays) >= 0 && Math.max(...delays) < 600_000 && Math.abs(mean - 300_000) < 60_000);
    assert.ok(late.every(({ dueMs }) => dueMs === START + HOUR));
  });
});

describe("the trigger of schedules", () => {
  const work = defineAsset({ key: "work", run: () => "" });
  const cases = triggerContract({
    name: "schedules",
    open: () => {
      const all = definitions({
        assets: [work],
        schedules: [defineSchedule({ name: "s", cron: "0 * * * *", target: work })],
      });
      return {
        trigger: scheduleTrigger(all),
        definitions: withoutSchedules,
        fire: (clock) => clock.advance(HOUR),
      };
    },
  });
  const withoutSchedules = definitions({ assets: [work] });
  for (const { name, run } of cases) test(name, run);
});
