/** Who listens to what is recorded, from before the history is open until it is closed. */
import type { EventListener, Seat } from "./verbs/seat.ts";

/** The subscriptions of one orchestrator. */
export class Subscriptions {
  readonly #open: (begin: (seat: Seat) => Promise<void>) => Promise<void>;
  readonly #all: Set<() => void> = new Set();

  /** @param open Opens the history, and calls back with it. */
  constructor(open: (begin: (seat: Seat) => Promise<void>) => Promise<void>) {
    this.#open = open;
  }

  /** Calls back with every batch from now on. Gives a function that ends it. */
  add(listener: EventListener): () => void {
    let end: () => void = () => {};
    let isOver = false;
    const begin = async (seat: Seat) => {
      if (!isOver) end = seat.subscribe(listener);
    };
    this.#open(begin).catch(() => {});
    const unsubscribe = () => {
      isOver = true;
      this.#all.delete(unsubscribe);
      end();
    };
    this.#all.add(unsubscribe);
    return unsubscribe;
  }

  /** Ends all of them. */
  end(): void {
    for (const unsubscribe of this.#all) unsubscribe();
  }
}
