/** The slots of a pool for the elements of one call, from those that steps take too. */
import type { Slots, SlotWaiter } from "../loop/slots.ts";
import type { ElementGate } from "./desk.ts";

/** Waits in the line of a pool; first come, first served within the call. */
export class PoolGate implements ElementGate, SlotWaiter {
  readonly #slots: Slots;
  readonly #pool: string;
  readonly #priority: number;
  readonly #line: ((isTaken: boolean) => void)[] = [];
  #isClosed = false;

  constructor(slots: Slots, pool: string, priority: number) {
    this.#slots = slots;
    this.#pool = pool;
    this.#priority = priority;
  }

  take(): boolean | Promise<boolean> {
    if (this.#isClosed) return false;
    if (this.#slots.take(this.#pool, this, 0, this.#priority)) return true;
    return new Promise((resolve) => this.#line.push(resolve));
  }

  offer(): boolean {
    const next = this.#line.shift();
    next?.(true);
    return next !== undefined;
  }

  give(): void {
    this.#slots.give(this.#pool);
  }

  close(): void {
    this.#isClosed = true;
    this.#slots.withdraw(this);
    for (const next of this.#line.splice(0)) next(false);
  }
}
