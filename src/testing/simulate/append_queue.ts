/** The order of commits of one process: one after the other, and none of a run whose events before it were lost. */
import type { EventBatch } from "../../model/events/batch.ts";

/** One append that waits for its turn. */
interface Waiting {
  readonly batches: readonly EventBatch[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Appends in order. What was asked for before a failure was known fails with what it follows. */
export class AppendQueue {
  readonly #append: (batches: readonly EventBatch[]) => Promise<void>;
  #waiting: Waiting[] = [];
  #isBusy = false;

  constructor(append: (batches: readonly EventBatch[]) => Promise<void>) {
    this.#append = append;
  }

  append(batches: readonly EventBatch[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batches, resolve, reject });
      if (!this.#isBusy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      try {
        await this.#append(next.batches);
        next.resolve();
      } catch (error) {
        next.reject(error);
        this.#rejectFollowers(next, error);
      }
    }
    this.#isBusy = false;
  }

  #rejectFollowers({ batches }: Waiting, error: unknown): void {
    const lost = new Set(batches.map(({ runId }) => runId).filter((runId) => runId !== ""));
    const kept: Waiting[] = [];
    for (const each of this.#waiting) {
      if (each.batches.some(({ runId }) => lost.has(runId))) {
        for (const { runId } of each.batches) if (runId !== "") lost.add(runId);
        each.reject(error);
      } else kept.push(each);
    }
    this.#waiting = kept;
  }
}
