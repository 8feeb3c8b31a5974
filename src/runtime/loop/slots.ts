/** Slots: how many steps may run at once, over all runs of a process and within each pool. */

/** A run that waits for the slot of a pool. */
export interface SlotWaiter {
  /**
   * Offers a slot for a step. False when it cannot be used now: the run then asks again later, and the slot goes to the
   * next in line instead of lying idle.
   */
  offer(step: number): boolean;
}

/** A run that waits for a seat. */
export interface SeatWaiter {
  /** Called with a seat taken for it, to be given back when it is not needed. */
  sit(): void;
}

interface Waiting {
  readonly waiter: SlotWaiter;
  readonly step: number;
}

/** One pool: its limit, how many slots are taken, and who waits, by priority. */
class Pool {
  readonly #limit: number;
  readonly #lines: Map<number, Line<Waiting>> = new Map();
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  take(waiter: SlotWaiter, step: number, priority: number): boolean {
    if (this.#taken < this.#limit) {
      this.#taken++;
      return true;
    }
    let line = this.#lines.get(priority);
    if (!line) {
      line = new Line();
      this.#lines.set(priority, line);
    }
    line.push({ waiter, step });
    return false;
  }

  give(): void {
    for (let next = this.#first(); next; next = this.#first()) {
      if (next.waiter.offer(next.step)) return;
    }
    this.#taken--;
  }

  withdraw(waiter: SlotWaiter): void {
    for (const line of this.#lines.values()) line.keep((waiting) => waiting.waiter !== waiter);
  }

  #first(): Waiting | undefined {
    let highest = -Infinity;
    for (const [priority, line] of this.#lines) {
      if (line.size > 0 && priority > highest) highest = priority;
    }
    return this.#lines.get(highest)?.shift();
  }
}

/** First in, first out, without moving what waits. */
class Line<T> {
  #items: T[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const item = this.#items[this.#head++];
    if (this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  keep(isKept: (item: T) => boolean): void {
    this.#items = this.#items.slice(this.#head).filter(isKept);
    this.#head = 0;
  }
}

/** The slots of named pools, shared by the runs of one process. A pool without a limit has as many as are asked for. */
export class Slots {
  readonly #pools: Map<string, Pool> = new Map();

  constructor(limits: { readonly [pool: string]: number } = {}) {
    for (const [name, limit] of Object.entries(limits)) this.#pools.set(name, new Pool(limit));
  }

  /** Takes a slot now, or gives false and offers one later: first come, first served within a priority. */
  take(pool: string, waiter: SlotWaiter, step: number, priority: number): boolean {
    return this.#pools.get(pool)?.take(waiter, step, priority) ?? true;
  }

  /** Gives a slot back. */
  give(pool: string): void {
    this.#pools.get(pool)?.give();
  }

  /** Makes a run no longer wait anywhere. */
  withdraw(waiter: SlotWaiter): void {
    for (const pool of this.#pools.values()) pool.withdraw(waiter);
  }
}

/** The seats of a process: at most so many steps are under way at once, in whatever run. */
export class Seats {
  /** True when another run waits: who has a seat should pass it on between two steps. */
  isContested = false;
  readonly #limit: number;
  readonly #line: Set<SeatWaiter> = new Set();
  #taken = 0;

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

  /** Gives a seat to the run that has waited longest, in a microtask; frees it when none waits. */
  give(): void {
    const [next] = this.#line;
    if (next === undefined) {
      this.#taken--;
      return;
    }
    this.withdraw(next);
    queueMicrotask(() => next.sit());
  }

  /** Gives a seat to whoever waits, and waits for the next one. False when nobody does. */
  pass(waiter: SeatWaiter): boolean {
    if (!this.isContested) return false;
    this.give();
    this.#wait(waiter);
    return true;
  }

  /** Makes a run no longer wait. */
  withdraw(waiter: SeatWaiter): void {
    this.#line.delete(waiter);
    this.isContested = this.#line.size > 0;
  }

  #wait(waiter: SeatWaiter): void {
    this.#line.add(waiter);
    this.isContested = true;
  }
}
