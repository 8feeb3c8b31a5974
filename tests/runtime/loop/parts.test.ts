import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { Arena } from "../../../src/runtime/loop/arena.ts";
import { Deadlines } from "../../../src/runtime/loop/deadlines.ts";
import { Pace } from "../../../src/runtime/pace.ts";
import { Line, Lines } from "../../../src/runtime/loop/ready.ts";
import { virtualClock } from "../../../src/testing/clock.ts";

describe("ready queues", () => {
  test("give steps by priority, and in order within one", () => {
    const operations = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constantFrom("push", "unshift"), step: fc.nat(19) }),
        fc.record({ kind: fc.constant("shift"), step: fc.constant(0) }),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(operations, fc.integer({ min: 1, max: 3 }), (list, levels) => {
        const next = new Int32Array(20);
        const queue = levels === 1 ? new Line(next) : new Lines(next, levels, (step) => step % levels);
        const model: number[][] = Array.from({ length: levels }, () => []);
        for (const { kind, step } of list) {
          if (kind === "shift") {
            assert.equal(
              queue.shift(),
              model.find((line) => line.length > 0)?.shift() ?? -1,
            );
          } else if (!model.some((line) => line.includes(step))) {
            if (kind === "push") {
              queue.push(step);
              model[step % levels].push(step);
            } else {
              queue.unshift(step);
              model[step % levels].unshift(step);
            }
          }
          assert.equal(queue.size, model.flat().length);
        }
        queue.clear();
        assert.deepEqual([queue.size, queue.shift()], [0, -1]);
      }),
      { numRuns: 300, seed: 3 },
    );
  });
});

describe("Deadlines", () => {
  test("strike what is late, and only that, with one timer", async () => {
    const clock = virtualClock();
    const watched = new Set<{ deadlineMs: number }>();
    const late: number[] = [];
    const deadlines = new Deadlines(clock, watched, (one) => {
      late.push(one.deadlineMs);
      watched.delete(one);
    });
    for (const deadlineMs of [300, 100, 200, 100]) {
      const one = { deadlineMs };
      watched.add(one);
      deadlines.watch(deadlineMs);
      assert.equal(clock.pending, 1);
    }
    await clock.advance(99);
    assert.deepEqual(late, []);
    await clock.advance(1);
    assert.deepEqual(late, [100, 100]);
    watched.clear();
    await clock.advance(1_000);
    assert.deepEqual([late, clock.pending], [[100, 100], 0]);
  });
});

describe("Pace", () => {
  test("looks at the clock seldom while nothing takes long, often when it does", () => {
    let looks = 0;
    let nowMs = 0;
    const pace = new Pace({
      now: () => {
        looks++;
        return nowMs;
      },
      after: () => () => {},
    });
    for (let tick = 0; tick < 3_200; tick++) assert.equal(pace.tick(), false);
    assert.ok(looks < 120, `${looks} looks`);
    looks = 0;
    let rests = 0;
    for (let tick = 0; tick < 100; tick++) {
      nowMs++;
      if (pace.tick()) rests++;
    }
    assert.ok(looks > 60, `${looks} looks`);
    assert.ok(rests > 60);
  });

  test("tells everybody to rest until the end of the turn", async () => {
    const pace = new Pace({ now: () => 0, after: () => () => {} });
    const order: string[] = [];
    pace.onTurnEnd(() => order.push("end"));
    const rest = pace.rest().then(() => order.push("rested"));
    assert.equal(pace.tick(), true);
    await rest;
    assert.deepEqual([order, pace.tick()], [["end", "rested"], false]);
  });

  test("rests also where the clock stands still", () => {
    const pace = new Pace({ now: () => 0, after: () => () => {} });
    let ticks = 0;
    while (!pace.tick()) ticks++;
    assert.ok(ticks > 10_000 && ticks < 40_000);
  });
});

describe("Arena", () => {
  test("gives arrays again that were given back, long enough each time", () => {
    const arena = new Arena();
    const first = arena.take(20);
    assert.ok(first.length >= 20);
    arena.give(first);
    assert.equal(arena.take(17), first);
    assert.notEqual(arena.take(17), first);
    const long = arena.take(100_000);
    arena.give(long);
    assert.equal(long.length, 100_000);
    assert.notEqual(arena.take(100_000), long);
    for (const length of [0, 1, 15, 16, 17, 65_536, 65_537]) assert.ok(arena.take(length).length >= length);
  });
});
