/** Who listens to what is recorded, from before the history is open until it is closed. */
import type { SluiceEvent } from "../model/events/event.ts";
import type { Parts } from "./parts.ts";

/** Called with events after their commit. */
export type EventListener = (events: Iterable<SluiceEvent>) => void;

/** The subscriptions of one orchestrator. */
export class Subscriptions {
  readonly #open: (begin: (parts: Parts) => Promise<void>) => Promise<void>;
  readonly #all: Set<() => void> = new Set();

  /** @param open Opens the history, and calls back with it. */
  constructor(open: (begin: (parts: Parts) => Promise<void>) => Promise<void>) {
    this.#open = open;
  }

  /** Calls back with every batch from now on. Gives a function that ends it. */
  add(listener: EventListener): () => void {
    let end: () => void = () => {};
    let isOver = false;
    const begin = async ({ engine }: Parts) => {
      if (!isOver) end = engine.recorder.subscribe((batches) => batches.forEach((batch) => listener(batch)));
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
