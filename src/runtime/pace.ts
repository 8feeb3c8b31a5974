/** The pace of our own work: a coarse clock, turns of the event loop, and when it is time to let others go on. */
import { setImmediate } from "node:timers";
import type { Clock } from "../model/ports.ts";
import type { Cooperative } from "../planner/cooperative.ts";

/** After this much of our own work in a turn the event loop gets its turn. */
const SLICE_MS = 2;
/** The same where the clock does not say, because it is a virtual one. */
const MOST_TICKS = 1 << 15;
/** Most pieces of work between two looks at the clock. */
const MOST_STRIDE = 32;

/**
 * Shared by everything that works in one process, so that ten runs together hold the event loop for no longer than
 * one alone.
 *
 * Looking at the clock costs as much as a small step, so it is looked at once in so many ticks: rarely while these are
 * short, each time when one takes a millisecond, and again after every turn of the event loop.
 */
export class Pace {
  /** The time when the clock was last looked at. */
  nowMs: number;
  readonly #clock: Clock;
  #ticksLeft = 0;
  #stride = 1;
  #ticks = 0;
  #sliceStartMs = 0;
  #isStale = true;
  #isTurnAwaited = false;
  #onTurnEnd: () => void = nothing;
  #turn: Promise<void> | undefined = undefined;
  #endTurn: () => void = nothing;
  #isResting = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.nowMs = clock.now();
  }

  /** Calls `listener` at the end of every turn that was touched, before those who wait for it go on. */
  onTurnEnd(listener: () => void): void {
    this.#onTurnEnd = listener;
  }

  /** Counts one piece of work. True when it is time to rest. */
  tick(): boolean {
    return --this.#ticksLeft < 0 && this.#look();
  }

  /** Looks at the clock now: to be called when something from outside has woken us. */
  refresh(): void {
    this.nowMs = this.#clock.now();
  }

  /** Sees to it that this turn's end is noticed. */
  touch(): void {
    if (this.#isTurnAwaited) return;
    this.#isTurnAwaited = true;
    setImmediate(() => this.#end());
  }

  /** Resolves at the end of this turn. */
  turn(): Promise<void> {
    this.touch();
    this.#turn ??= new Promise((resolve) => this.#endTurn = resolve);
    return this.#turn;
  }

  /** The same, and whoever ticks meanwhile is told to rest too. */
  rest(): Promise<void> {
    this.#isResting = true;
    this.#ticksLeft = 0;
    return this.turn();
  }

  /** Drives work to its end, resting when it is time. */
  async finish<T>(work: Cooperative<T>): Promise<T> {
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
      this.#ticksLeft = 0;
      if (this.tick()) await this.rest();
    }
  }

  #look(): boolean {
    this.#ticksLeft = 0;
    if (this.#isResting) return true;
    const nowMs = this.#clock.now();
    const sinceMs = nowMs - this.nowMs;
    this.nowMs = nowMs;
    if (this.#isStale) {
      this.#isStale = false;
      this.#sliceStartMs = nowMs;
      this.#ticks = 0;
    } else {
      this.#stride = nextStride(this.#stride, sinceMs);
    }
    this.#ticks += this.#stride;
    this.#ticksLeft = this.#stride - 1;
    const elapsedMs = nowMs - this.#sliceStartMs;
    return elapsedMs >= SLICE_MS || elapsedMs < 0 || this.#ticks > MOST_TICKS;
  }

  #end(): void {
    this.#isTurnAwaited = false;
    this.#isResting = false;
    this.#isStale = true;
    this.#ticksLeft = 0;
    this.#onTurnEnd();
    const end = this.#endTurn;
    this.#turn = undefined;
    this.#endTurn = nothing;
    end();
  }
}

function nextStride(stride: number, sinceMs: number): number {
  if (sinceMs === 0) return Math.min(stride * 2, MOST_STRIDE);
  return sinceMs === 1 ? Math.max(stride >> 1, 1) : 1;
}

function nothing(): void {}
