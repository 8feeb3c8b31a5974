/** What is under way, so that it can be canceled and waited for. */
import { Turns } from "../io/turns.ts";

/** One run or backfill while it lasts. */
export interface ActiveRun {
  /** Aborted by the caller's own signal, by `cancel`, or by `close`. */
  readonly signal: AbortSignal;
  end(): void;
}

interface Running {
  readonly controller: AbortController;
  readonly over: Promise<void>;
}

/** The runs and backfills of one orchestrator that are under way. */
export class ActiveRuns {
  /** What must not go on twice at once, by what it is about. */
  readonly turns: Turns = new Turns();
  readonly #running: Map<string, Running> = new Map();
  #calls = 0;
  #whenIdle: (() => void)[] = [];

  /** Notes that something begins. */
  begin(id: string, signal: AbortSignal | undefined): ActiveRun {
    const controller = new AbortController();
    const { promise: over, resolve } = Promise.withResolvers<void>();
    this.#running.set(id, { controller, over });
    const forward = () => controller.abort(signal?.reason);
    if (signal?.aborted) forward();
    signal?.addEventListener("abort", forward);
    return {
      signal: controller.signal,
      end: () => {
        signal?.removeEventListener("abort", forward);
        this.#running.delete(id);
        resolve();
      },
    };
  }

  /** Does work that is waited for by {@linkcode idle}. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#calls++;
    try {
      return await work();
    } finally {
      this.#calls--;
      if (this.#calls === 0) this.#whenIdle.splice(0).forEach((wake) => wake());
    }
  }

  /** Asks one to stop. False when there is none of this id. */
  cancel(id: string, reason: string): boolean {
    const running = this.#running.get(id);
    running?.controller.abort(reason);
    return running !== undefined;
  }

  /** Whether one of this id is under way. */
  has(id: string): boolean {
    return this.#running.has(id);
  }

  /** Resolves when the one of this id is over; at once when none is under way. */
  async whenOver(id: string): Promise<void> {
    await this.#running.get(id)?.over;
  }

  /** Resolves when no work is under way. */
  idle(): Promise<void> {
    return this.#calls === 0 ? Promise.resolve() : new Promise((resolve) => this.#whenIdle.push(resolve));
  }
}
