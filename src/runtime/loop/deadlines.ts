/** Deadlines of what is under way: one timer for a run, whatever the number of its steps. */
import type { Clock } from "../../model/ports.ts";

/** Something under way that must be over by an instant; `Infinity` when it need not. */
export interface Dated {
  readonly deadlineMs: number;
}

/**
 * Watches the deadlines of a small, changing set. An attempt that is over in time costs one comparison: its deadline
 * is simply not found any more when the timer rings.
 */
export class Deadlines<T extends Dated> {
  /** When the timer rings; `Infinity` when it is not set. */
  ringsMs: number = Infinity;
  readonly #clock: Clock;
  readonly #watched: Iterable<T>;
  readonly #expire: (late: T) => void;
  #cancel: (() => void) | undefined = undefined;

  /**
   * @param watched Everything under way.
   * @param expire Called for what is late; it must then leave `watched` or have a later deadline.
   */
  constructor(clock: Clock, watched: Iterable<T>, expire: (late: T) => void) {
    this.#clock = clock;
    this.#watched = watched;
    this.#expire = expire;
  }

  /** Sees to it that the timer rings by an instant. */
  watch(atMs: number): void {
    if (atMs >= this.ringsMs) return;
    this.#cancel?.();
    this.ringsMs = atMs;
    this.#cancel = this.#clock.after(Math.max(0, atMs - this.#clock.now()), () => this.#ring());
  }

  /** Takes the timer back. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.ringsMs = Infinity;
  }

  #ring(): void {
    this.#cancel = undefined;
    this.ringsMs = Infinity;
    const nowMs = this.#clock.now();
    const late: T[] = [];
    let nextMs = Infinity;
    for (const one of this.#watched) {
      if (one.deadlineMs <= nowMs) late.push(one);
      else if (one.deadlineMs < nextMs) nextMs = one.deadlineMs;
    }
    if (nextMs < Infinity) this.watch(nextMs);
    for (const one of late) this.#expire(one);
  }
}
