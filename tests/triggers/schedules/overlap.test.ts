/** Runs of a schedule that overlap, and functions that decide what its ticks run. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { skip } from "sluice";
import { end, HOUR, START, worldOf } from "./world.ts";

describe("T45 runs that take longer than the time between two ticks", () => {
  const SPEC = { cron: "* * * * *" } as const;
  const LONG = { takesMs: 145_000 };

  test("skip: a run begins when none is under way", async () => {
    const { clock, sluice, requested, told } = worldOf({ ...SPEC, overlap: "skip" }, LONG);
    await sluice.start();
    await clock.advance(10 * 60_000);
    assert.deepEqual(await requested(), ["00:01", "00:04", "00:07", "00:10"]);
    const [reason, ...others] = await told("skipped");
    assert.match(reason ?? "", /^the run [0-9a-z]{16} is not over$/);
    assert.equal(others.length, 5);
    await end(sluice, clock);
  });

  test("queue-one: one waits behind the one under way", async () => {
    const { clock, sluice, requested } = worldOf({ ...SPEC, overlap: "queue-one" }, LONG);
    await sluice.start();
    await clock.advance(10 * 60_000);
    // They end at 3:25, 5:50 and 8:15, and each makes room for one more behind the next.
    assert.deepEqual(await requested(), ["00:01", "00:02", "00:04", "00:06", "00:09"]);
    const begun = (await sluice.runs()).map(({ startedMs }) => startedMs && (startedMs - START) / 60_000)
      .toReversed();
    assert.deepEqual(begun, [1, 3 + 25 / 60, 5 + 50 / 60, 8.25, undefined]);
    await end(sluice, clock);
  });

  test("allow: all run beside each other", async () => {
    const { clock, sluice } = worldOf({ ...SPEC, overlap: "allow" }, LONG);
    await sluice.start();
    await clock.advance(10 * 60_000);
    assert.equal((await sluice.runs()).length, 10);
    assert.equal((await sluice.runs({ status: ["running"] })).length, 3);
    await end(sluice, clock);
  });

  test("cancel-previous: the last one counts", async () => {
    const { clock, sluice } = worldOf({ ...SPEC, overlap: "cancel-previous" }, LONG);
    await sluice.start();
    await clock.advance(10 * 60_000);
    const runs = await sluice.runs();
    assert.equal(runs.length, 10);
    assert.equal(runs.filter(({ status }) => status === "canceled").length, 9);
    await end(sluice, clock);
  });

  test("what is made up for does not overlap either", async () => {
    const { clock, sluice, requested } = worldOf({ cron: "0 * * * *", misfire: "fire-all" }, {
      takesMs: 90_000,
    });
    await sluice.start();
    clock.set(3.5 * HOUR);
    await clock.advance(10 * 60_000);
    assert.deepEqual(await requested(), ["01:00", "02:00", "03:00"]);
    const runs = (await sluice.runs()).toReversed();
    for (const [at, { startedMs = 0 }] of runs.entries()) {
      assert.ok(at === 0 || startedMs >= (runs[at - 1].finishedMs ?? Infinity));
    }
    await end(sluice, clock);
  });
});

describe("a schedule of which a function decides", () => {
  test("runs what it asks for, of each key once, and tells what it skips", async () => {
    const { clock, sluice } = worldOf({
      tags: { a: "schedule", b: "schedule" },
      request: ({ atMs, schedule }) => {
        const hour = new Date(atMs).getUTCHours();
        if (hour === 2) return skip("not at two");
        return { tags: { b: `${schedule} ${hour}` }, ...hour > 2 && { runKey: "late" } };
      },
    });
    await sluice.start();
    await clock.advance(4.5 * HOUR);
    const ticks = (await sluice.ticks()).toReversed();
    assert.deepEqual(ticks.map(({ status, reason }) => [status, reason]), [
      ["requested", undefined],
      ["skipped", "not at two"],
      ["requested", undefined],
      ["skipped", "the run of the key late is on record"],
    ]);
    assert.deepEqual((await sluice.runs()).map(({ tags }) => [tags.a, tags.b]), [["schedule", "s 3"], [
      "schedule",
      "s 1",
    ]]);
    await sluice.close();
  });

  test("records what it throws, what takes too long and what is no request, and goes on", async () => {
    const signals: AbortSignal[] = [];
    const { clock, sluice, told, requested } = worldOf({
      requestTimeoutMs: 5_000,
      request: ({ atMs, signal }) => {
        const hour = new Date(atMs).getUTCHours();
        if (hour === 1) throw new Error("no answer");
        if (hour === 2) return { tagz: {} } as object;
        if (hour > 3) return {};
        signals.push(signal);
        return new Promise<never>(() => {});
      },
    });
    await sluice.start();
    await clock.advance(4.5 * HOUR);
    const [first, second, third] = await told("failed");
    assert.equal(first, "no answer");
    assert.match(second ?? "", /request of the schedule s .*tagz/);
    assert.match(third ?? "", /took longer than 5000 ms/);
    assert.equal(signals[0].aborted, true);
    assert.deepEqual(await requested(), ["04:00"]);
    await sluice.close();
  });
});
