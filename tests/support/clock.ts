/** A clock that stands still until it is told to go on, and that can be set, or sleep, like that of a laptop. */
import type { Clock } from "sluice";
import { type VirtualClock, virtualClock } from "sluice/testing";

/** A virtual clock whose wall clock can be set. */
export interface WallClock extends Omit<VirtualClock, "monotonicMs"> {
  monotonicMs(): number;
  /** Sets the wall clock: no time passes. */
  set(byMs: number): void;
}

/** Makes one at an instant. */
export function wallClock(startMs: number): WallClock {
  const steady = virtualClock();
  let offsetMs = startMs;
  const clock: Clock = {
    now: () => steady.now() + offsetMs,
    after: (delayMs, callback) => steady.after(delayMs, callback),
    monotonicMs: () => steady.now(),
  };
  return {
    ...clock,
    monotonicMs: () => steady.now(),
    get pending() {
      return steady.pending;
    },
    advance: (ms) => steady.advance(ms),
    next: () => steady.next(),
    advanceToEnd: (most) => steady.advanceToEnd(most),
    set: (byMs) => void (offsetMs += byMs),
  };
}
