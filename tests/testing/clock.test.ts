import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { virtualClock } from "../../src/testing/clock.ts";

describe("virtualClock", () => {
  test("calls timers at their instants, in their order, and lets what follows happen between", async () => {
    const clock = virtualClock(1_000);
    const seen: string[] = [];
    clock.after(20, () => seen.push(`second ${clock.now()}`));
    clock.after(10, () => {
      seen.push(`first ${clock.now()}`);
      Promise.resolve().then(() => clock.after(5, () => seen.push(`between ${clock.now()}`)));
    });
    const takeBack = clock.after(12, () => seen.push("never"));
    takeBack();
    await clock.advance(30);
    assert.deepEqual(seen, ["first 1010", "between 1015", "second 1020"]);
    assert.deepEqual([clock.now(), clock.pending], [1_030, 0]);
  });

  test("goes on to the end, and says when there is none", async () => {
    const clock = virtualClock();
    let count = 0;
    const again = () => clock.after(100, () => ++count < 5 && again());
    again();
    await clock.advanceToEnd();
    assert.deepEqual([count, clock.now()], [5, 500]);
    const forever = () => clock.after(1, forever);
    forever();
    await assert.rejects(clock.advanceToEnd(20), /still timers after 20/);
  });
});
