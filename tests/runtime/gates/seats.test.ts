import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { Seats } from "../../../src/runtime/gates/seats.ts";

describe("Seats", () => {
  test("pass from run to run in turn", async () => {
    const seats = new Seats(1);
    const order: string[] = [];
    const run = (name: string) => ({ priority: 0, sit: () => void order.push(name) });
    const [a, b, c] = [run("a"), run("b"), run("c")];
    assert.equal(seats.take(a), true);
    assert.equal(seats.pass(a), false);
    assert.equal(seats.take(b), false);
    assert.equal(seats.take(c), false);
    assert.equal(seats.pass(a), true);
    await null;
    assert.deepEqual(order, ["b"]);
    seats.withdraw(c);
    seats.give();
    await null;
    assert.deepEqual(order, ["b", "a"]);
    seats.give();
    assert.deepEqual([seats.isContested, seats.take(c)], [false, true]);
  });

  test("go to runs by priority, then by who waited longest, and are not passed on to a lower one", async () => {
    const runs = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(runs, fc.nat(11), async (priorities, gone) => {
        const seats = new Seats(1);
        const order: number[] = [];
        const waiters = priorities.map((priority, index) => ({
          priority,
          sit: () => void order.push(index),
        }));
        const holder = { priority: 3, sit: () => {} };
        assert.equal(seats.take(holder), true);
        for (const waiter of waiters) assert.equal(seats.take(waiter), false);
        assert.equal(seats.take(waiters[0]), false);
        assert.equal(seats.pass(holder), false);
        if (gone < waiters.length) seats.withdraw(waiters[gone]);
        for (const _ of waiters) {
          seats.give();
          await null;
        }
        const expected = priorities.map((priority, index) => ({ priority, index }))
          .filter(({ index }) => index !== gone)
          .sort((one, other) => other.priority - one.priority || one.index - other.index);
        assert.deepEqual(order, expected.map(({ index }) => index));
      }),
      { numRuns: 200, seed: 11 },
    );
  });
});

describe("Seats that are paused", () => {
  test("are given to nobody until they are resumed, also where a turn was called before", async () => {
    const seats = new Seats(2);
    const order: string[] = [];
    const run = (name: string) => ({ priority: 0, sit: () => void order.push(name) });
    const [a, b, c] = [run("a"), run("b"), run("c")];
    assert.deepEqual([seats.take(a), seats.take(a), seats.take(b)], [true, true, false]);
    seats.give();
    seats.pause();
    await null;
    assert.deepEqual(order, [], "b was called, and not seated");
    assert.equal(seats.take(c), false, "a seat is free, and given to nobody");
    assert.equal(seats.pass(a, false), true, "one that was not used yet is given back too");
    assert.equal(seats.isContested, true);
    seats.resume();
    await null;
    assert.deepEqual(order.toSorted(), ["b", "c"], "two seats for the three that wait");
    seats.give();
    await null;
    assert.deepEqual(order.toSorted(), ["a", "b", "c"]);
    seats.give();
    seats.give();
    assert.deepEqual([seats.isContested, seats.take(a), seats.take(b), seats.take(c)], [
      false,
      true,
      true,
      false,
    ]);
  });
});
