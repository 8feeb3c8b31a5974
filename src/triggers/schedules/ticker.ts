/** One sleeper for everything that comes due: it never sleeps for long, and notices when the clock is set. */
import type { Clock } from "../../model/ports.ts";
import { DueHeap } from "./heap.ts";

/** Longest sleep: so late is noticed at most that the clock was set, or that the host slept. */
const MOST_MS = 30_000;
/** The longest wait that timers of the runtimes keep; of a clock that is never set. */
const LONGEST_MS = 2 ** 31 - 1;
/** The clock has jumped when it went on by so much more, or less, than the time that has passed. */
const JUMP_MS = 60_000;

/** What a ticker tells. */
export interface TickerEvents<T> {
  /** Items came due, the earliest first. */
  readonly due: (items: readonly T[], nowMs: number) => void;
  /** The clock was set by so much. */
  readonly jump: (byMs: number) => void;
}

/** Calls back when items come due, from its start to its stop. */
export class Ticker<T> {
  readonly #clock: Clock;
  readonly #mostMs: number;
  readonly #events: TickerEvents<T>;
  readonly #heap: DueHeap<T> = new DueHeap();
  #cancel: (() => void) | undefined = undefined;
  #wakeMs = Infinity;
  #isRunning = false;
  #wallMs = 0;
  #steadyMs = 0;

  constructor(clock: Clock, events: TickerEvents<T>) {
    this.#clock = clock;
    this.#mostMs = clock.monotonicMs ? MOST_MS : LONGEST_MS;
    this.#events = events;
  }

  start(): void {
    this.#isRunning = true;
    this.#wallMs = this.#clock.now();
    this.#steadyMs = this.#steady(this.#wallMs);
    this.#sleep();
  }

  stop(): void {
    this.#isRunning = false;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** When an item comes due; undefined for one that is not waited for. */
  instantOf(item: T): number | undefined {
    return this.#heap.instantOf(item);
  }

  /** Waits for an item. */
  set(item: T, atMs: number): void {
    this.#heap.set(item, atMs);
    if (this.#isRunning && atMs < this.#wakeMs) this.#sleep();
  }

  /** Waits for an item no more. */
  remove(item: T): void {
    this.#heap.remove(item);
  }

  #sleep(): void {
    this.#cancel?.();
    const nowMs = this.#clock.now();
    const delayMs = Math.min(this.#mostMs, Math.max(0, this.#heap.firstMs - nowMs));
    this.#wakeMs = nowMs + delayMs;
    this.#cancel = this.#clock.after(delayMs, () => this.#wake());
  }

  #wake(): void {
    this.#cancel = undefined;
    if (!this.#isRunning) return;
    const nowMs = this.#clock.now();
    this.#compare(nowMs);
    const due = this.#heap.takeUntil(nowMs);
    if (due.length > 0) this.#events.due(due, nowMs);
    if (this.#isRunning) this.#sleep();
  }

  #compare(nowMs: number): void {
    const steadyMs = this.#steady(nowMs);
    const byMs = Math.round(nowMs - this.#wallMs - (steadyMs - this.#steadyMs));
    this.#wallMs = nowMs;
    this.#steadyMs = steadyMs;
    if (Math.abs(byMs) > JUMP_MS) this.#events.jump(byMs);
  }

  /** A clock without a steady one is never set. */
  #steady(nowMs: number): number {
    return this.#clock.monotonicMs?.() ?? nowMs;
  }
}
