/** Seats: how many steps may be under way at once in a process, over all of its runs. */
import { Line, type Ranked } from "./line.ts";

/** A run that waits for a seat. */
export interface SeatWaiter {
  /** Of the run: higher ones sit down first. */
  readonly priority: number;
  /** Called with a seat taken for it, to be given back when it is not needed. */
  sit(): void;
}

interface Standing extends Ranked {
  readonly waiter: SeatWaiter;
}

/** The seats of a process: at most so many steps are under way at once, in whatever run. */
export class Seats {
  /** True when another run waits: who has a seat should pass it on between two steps. */
  isContested = false;
  readonly #limit: number;
  readonly #line: Line<Standing> = new Line();
  readonly #waiting: Set<SeatWaiter> = new Set();
  #taken = 0;
  #serial = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes a seat now, or gives false and has `waiter` sit down when its turn comes. */
  take(waiter: SeatWaiter): boolean {
    if (this.#taken >= this.#limit) {
      this.#wait(waiter);
      return false;
    }
    this.#taken++;
    return true;
  }

  /** Gives a seat to who waits at the highest priority, and there the longest, in a microtask; frees it when nobody does. */
  give(): void {
    const next = this.#line.shift();
    if (next === undefined) {
      this.#taken--;
      return;
    }
    this.#waiting.delete(next.waiter);
    this.isContested = this.#line.size > 0;
    queueMicrotask(() => next.waiter.sit());
  }

  /** Gives a seat to whoever waits at the same priority or a higher one, and waits for the next. False when nobody does. */
  pass(waiter: SeatWaiter): boolean {
    const { first } = this.#line;
    if (first === undefined || first.waiter.priority < waiter.priority) return false;
    this.give();
    this.#wait(waiter);
    return true;
  }

  /** Makes a run no longer wait. */
  withdraw(waiter: SeatWaiter): void {
    if (this.#waiting.delete(waiter)) this.#line.keep((standing) => standing.waiter !== waiter);
    this.isContested = this.#line.size > 0;
  }

  #wait(waiter: SeatWaiter): void {
    this.isContested = true;
    if (this.#waiting.has(waiter)) return;
    this.#waiting.add(waiter);
    this.#line.join({ waiter, priority: [waiter.priority], serial: ++this.#serial });
  }
}
