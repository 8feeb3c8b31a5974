/** A clock that stands still until it is told to go on. */
import { setImmediate } from "node:timers";
import type { Clock } from "../model/ports.ts";

/** How many turns of the event loop everything gets to react to a timer. */
const TURNS = 8;

/** A clock for tests; made by {@linkcode virtualClock}. */
export interface VirtualClock extends Clock {
  /** How many timers are set. */
  readonly pending: number;
  /**
   * Goes on by some milliseconds. Timers that are due on the way call back in their order, each at its own instant,
   * and what they set off gets time to react before the next one.
   */
  advance(ms: number): Promise<void>;
  /** Goes on to the timer that is due next and calls it back. Gives false when none is set. */
  next(): Promise<boolean>;
  /** Goes on from timer to timer until none is set. Rejects after `most` timers. Default 10,000. */
  advanceToEnd(most?: number): Promise<void>;
}

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/**
 * Makes a clock that stands still at an instant.
 *
 * @param startMs The instant, epoch milliseconds. Default 0.
 * @example
 * ```ts
 * import { virtualClock } from "sluice/testing";
 * import assert from "node:assert/strict";
 *
 * const clock = virtualClock();
 * const seen: number[] = [];
 * clock.after(60_000, () => seen.push(clock.now()));
 * await clock.advance(59_999);
 * assert.deepEqual(seen, []);
 * await clock.advance(1);
 * assert.deepEqual(seen, [60_000]);
 * ```
 */
export function virtualClock(startMs: number = 0): VirtualClock {
  const timers = new Set<Timer>();
  let nowMs = startMs;
  const fire = async (timer: Timer): Promise<void> => {
    timers.delete(timer);
    nowMs = Math.max(nowMs, timer.atMs);
    timer.callback();
    await settle();
  };
  return {
    now: () => nowMs,
    after: (delayMs, callback) => {
      const timer = { atMs: nowMs + delayMs, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    get pending() {
      return timers.size;
    },
    advance: async (ms) => {
      const untilMs = nowMs + ms;
      await settle();
      for (let next = earliest(timers); next && next.atMs <= untilMs; next = earliest(timers)) {
        await fire(next);
      }
      nowMs = untilMs;
      await settle();
    },
    next: async () => {
      await settle();
      const timer = earliest(timers);
      if (timer) await fire(timer);
      return timer !== undefined;
    },
    advanceToEnd: async (most = 10_000) => {
      await settle();
      for (let next = earliest(timers), count = 0; next; next = earliest(timers)) {
        if (count++ === most) throw new Error(`There are still timers after ${most}.`);
        await fire(next);
      }
    },
  };
}

/** The timer that is due first; of two at one instant the one that was set first. */
function earliest(timers: ReadonlySet<Timer>): Timer | undefined {
  let first: Timer | undefined;
  for (const timer of timers) if (!first || timer.atMs < first.atMs) first = timer;
  return first;
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
