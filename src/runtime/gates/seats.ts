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
  /** True when another run waits, or nobody may begin: who has a seat should pass it on between two steps. */
  isContested = false;
  /** Whether seats are given to nobody. */
  isPaused = false;
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
    if (this.isPaused || this.#taken >= this.#limit) {
      this.#wait(waiter);
      return false;
    }
    this.#taken++;
    return true;
  }

  /** Gives a seat to who waits at the highest priority, and there the longest, in a microtask; frees it when nobody does. */
  give(): void {
    this.#taken--;
    this.#call();
  }

  /**
   * Gives a seat to whoever waits at the same priority or a higher one, and waits for the next. False when nobody does.
   * A seat that was not made use of yet is kept, unless nobody may begin anything.
   */
  pass(waiter: SeatWaiter, isUsed = true): boolean {
    const { first } = this.#line;
    const isWanted = isUsed && first !== undefined && first.waiter.priority >= waiter.priority;
    if (!isWanted && !this.isPaused) return false;
    this.give();
    this.#wait(waiter);
    return true;
  }

  /** Gives no seat to anybody until `resume`: what is under way goes on, and every run waits between two steps. */
  pause(): void {
    this.isPaused = true;
    this.isContested = true;
  }

  /** Gives seats again, to who waits. */
  resume(): void {
    this.isPaused = false;
    this.isContested = this.#line.size > 0;
    let waiting = this.#line.size;
    while (waiting-- > 0 && this.#taken < this.#limit) this.#call();
  }

  /** Makes a run no longer wait. */
  withdraw(waiter: SeatWaiter): void {
    if (this.#waiting.delete(waiter)) this.#line.keep((standing) => standing.waiter !== waiter);
    this.isContested = this.isPaused || this.#line.size > 0;
  }

  /** Takes a seat for who is next. */
  #call(): void {
    const next = this.isPaused ? undefined : this.#line.shift();
    if (next === undefined) return;
    this.#taken++;
    this.#waiting.delete(next.waiter);
    this.isContested = this.#line.size > 0;
    queueMicrotask(() => this.#sit(next.waiter));
  }

  /** It may be that seats were paused since the turn was called. */
  #sit(waiter: SeatWaiter): void {
    if (!this.isPaused) return waiter.sit();
    this.#taken--;
    this.#wait(waiter);
  }

  #wait(waiter: SeatWaiter): void {
    this.isContested = true;
    if (this.#waiting.has(waiter)) return;
    this.#waiting.add(waiter);
    this.#line.join({ waiter, priority: [waiter.priority], serial: ++this.#serial });
  }
}
