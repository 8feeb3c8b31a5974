import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { Gate } from "../../src/io/gate.ts";

describe("Gate", () => {
  test("lets as many jobs be under way as it says, in the order in which they came", async () => {
    const gate = new Gate(3);
    const begun: number[] = [];
    let underWay = 0;
    let most = 0;
    const jobs = Array.from({ length: 50 }, (_, index) =>
      gate.pass(async () => {
        begun.push(index);
        most = Math.max(most, ++underWay);
        await new Promise((resolve) => setTimeout(resolve, index % 3));
        underWay--;
        return index;
      }));
    const all = Array.from({ length: 50 }, (_, index) => index);
    assert.deepEqual(await Promise.all(jobs), all);
    assert.deepEqual(begun, all);
    assert.equal(most, 3);
  });

  test("lets the next job in when one fails", async () => {
    const gate = new Gate(1);
    const fails = gate.pass(() => Promise.reject(new Error("failed")));
    const works = gate.pass(() => Promise.resolve(7));
    await assert.rejects(fails, /failed/);
    assert.equal(await works, 7);
    assert.equal(await gate.pass(() => Promise.resolve(8)), 8);
  });

  test("is empty after a crowd, and fills up again", async () => {
    const gate = new Gate(2);
    for (let round = 0; round < 3; round++) {
      let underWay = 0;
      await Promise.all(Array.from({ length: 5 }, () =>
        gate.pass(async () => {
          assert.ok(++underWay <= 2);
          await Promise.resolve();
          underWay--;
        })));
    }
  });
});
