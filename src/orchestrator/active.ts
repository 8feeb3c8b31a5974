/** What is under way, so that it can be canceled and waited for. */
import { Turns } from "../io/turns.ts";

/** One run or backfill while it lasts. */
export interface ActiveRun {
  /** Aborted by the caller's own signal, by `cancel`, or by `close`. */
  readonly signal: AbortSignal;
  end(): void;
}

/** The runs and backfills of one orchestrator that are under way. */
export class ActiveRuns {
  /** What must not go on twice at once, by what it is about. */
  readonly turns: Turns = new Turns();
  readonly #running: Map<string, AbortController> = new Map();
  #calls = 0;
  #whenIdle: (() => void)[] = [];

  /** Notes that something begins. */
  begin(id: string, signal: AbortSignal | undefined): ActiveRun {
    const controller = new AbortController();
    this.#running.set(id, controller);
    const forward = () => controller.abort(signal?.reason);
    if (signal?.aborted) forward();
    signal?.addEventListener("abort", forward);
    return {
      signal: controller.signal,
      end: () => {
        signal?.removeEventListener("abort", forward);
        this.#running.delete(id);
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
    const controller = this.#running.get(id);
    controller?.abort(reason);
    return controller !== undefined;
  }

  /** Whether one of this id is under way. */
  has(id: string): boolean {
    return this.#running.has(id);
  }

  /** Resolves when no work is under way. */
  idle(): Promise<void> {
    return this.#calls === 0 ? Promise.resolve() : new Promise((resolve) => this.#whenIdle.push(resolve));
  }
}
