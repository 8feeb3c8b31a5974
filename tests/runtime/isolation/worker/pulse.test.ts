import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import process from "node:process";
import { CELL } from "../../../../src/runtime/isolation/worker/protocol.ts";
import { Pulse } from "../../../../src/runtime/isolation/worker/pulse.ts";
import type { Thread } from "../../../../src/runtime/isolation/worker/thread.ts";
import { virtualClock } from "../../../../src/testing/clock.ts";

const isLinux = process.platform === "linux";
const HEARTBEAT_MS = 100;

/** What a pulse sees of a worker. */
function worker(number: number): Thread {
  const cells = new Int32Array(CELL.COUNT);
  cells[CELL.THREAD] = number;
  return { cells, busy: 1 } as unknown as Thread;
}

describe("the pulse of workers (T21)", () => {
  test("finds within four looks that a thread is gone of which no event told", async () => {
    const clock = virtualClock(0);
    const [vanished, alive, silent] = [worker(2 ** 30), worker(2 ** 30), worker(process.pid)];
    const lost: (readonly [Thread, string, number])[] = [];
    const threads = new Set([vanished, alive, silent]);
    const pulse = new Pulse(clock, HEARTBEAT_MS, threads, (thread, why) => {
      threads.delete(thread);
      lost.push([thread, why, clock.now()]);
    });
    pulse.watch();
    for (let beat = 0; beat < 50; beat++) {
      alive.cells[CELL.BEATS]++;
      await clock.advance(HEARTBEAT_MS);
    }
    pulse.stop();
    if (!isLinux) return assert.deepEqual(lost, []);
    // The one that computes is silent too, and its thread is there.
    assert.equal(lost.length, 1);
    const [thread, why, atMs] = lost[0];
    assert.equal(thread, vanished);
    assert.match(why, /its thread is gone, and no event told so/);
    assert.ok(atMs <= 4 * HEARTBEAT_MS);
  });

  test("looks at nobody who has nothing to do", async () => {
    const clock = virtualClock(0);
    const idle = { ...worker(2 ** 30), busy: 0 } as Thread;
    const pulse = new Pulse(clock, HEARTBEAT_MS, new Set([idle]), () => assert.fail("was lost"));
    pulse.watch();
    await clock.advance(10_000);
  });
});
