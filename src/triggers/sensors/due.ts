/** What comes due when: one heap and one timer for any number of things. */
import type { Clock } from "../../model/ports.ts";

/** The longest sleep: what was changed about the clock in between is noticed after it. */
const LONGEST_MS = 30_000;
/** Clocks that go back by less are not worth a thought. */
const SLACK_MS = 1_000;

/** Something that comes due. */
export interface Due {
  /** When, by the queue's own time; undefined for never. Owned by the queue. */
  dueMs: number | undefined;
  /** It has come due, and is no more. */
  wake(): void;
}

interface Entry {
  readonly dueMs: number;
  readonly due: Due;
}

/** Wakes things when they come due. The clock may be set back: what is due in a minute stays due in a minute. */
export class DueQueue {
  readonly #clock: Clock;
  readonly #heap: Entry[] = [];
  #cancel: (() => void) | undefined = undefined;
  #wakesMs = Infinity;
  #lastMs: number;
  /** By how much the clock was set back in all. */
  #backMs = 0;
  #isOver = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lastMs = clock.now();
  }

  /** Lets something come due after a while, instead of when it would have. */
  schedule(due: Due, delayMs: number): void {
    const dueMs = this.#now() + Math.max(0, delayMs);
    due.dueMs = dueMs;
    this.#push({ dueMs, due });
    this.#arm();
  }

  /** The same, unless it comes due sooner anyway. */
  hasten(due: Due, delayMs: number): void {
    if (due.dueMs === undefined || due.dueMs > this.#now() + delayMs) this.schedule(due, delayMs);
  }

  /** Lets something not come due. */
  forget(due: Due): void {
    due.dueMs = undefined;
  }

  /** When something comes due, epoch milliseconds. */
  dueAt({ dueMs }: Due): number | undefined {
    return dueMs === undefined ? undefined : dueMs - this.#backMs;
  }

  /** Wakes nothing any more. */
  end(): void {
    this.#isOver = true;
    this.#cancel?.();
    this.#heap.length = 0;
  }

  /** The time as it would be had nobody set the clock back. */
  #now(): number {
    const nowMs = this.#clock.now();
    if (nowMs < this.#lastMs - SLACK_MS) this.#backMs += this.#lastMs - nowMs;
    this.#lastMs = nowMs;
    return nowMs + this.#backMs;
  }

  #arm(): void {
    const [first] = this.#heap;
    if (this.#isOver || !first || first.dueMs >= this.#wakesMs) return;
    this.#cancel?.();
    this.#wakesMs = first.dueMs;
    const delayMs = Math.min(LONGEST_MS, Math.max(0, first.dueMs - this.#now()));
    this.#cancel = this.#clock.after(delayMs, () => this.#wake());
  }

  #wake(): void {
    this.#cancel = undefined;
    this.#wakesMs = Infinity;
    const nowMs = this.#now();
    while (!this.#isOver && this.#heap.length > 0 && this.#heap[0].dueMs <= nowMs) {
      const { due, dueMs } = this.#pop();
      if (due.dueMs !== dueMs) continue;
      due.dueMs = undefined;
      due.wake();
    }
    this.#arm();
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (heap[above].dueMs <= entry.dueMs) break;
      heap[at] = heap[above];
      at = above;
    }
    heap[at] = entry;
  }

  #pop(): Entry {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop() as Entry;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && heap[below + 1].dueMs < heap[below].dueMs) below++;
      if (heap[below].dueMs >= last.dueMs) break;
      heap[at] = heap[below];
      at = below;
    }
    heap[at] = last;
    return first;
  }
}
