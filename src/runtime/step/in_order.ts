/** Work that begins at once and ends in order: some of it under way at a time, its results taken one by one. */

/** Ends one piece of work, when all that came before it has ended. */
export type End = () => void | Promise<void>;

/** Pieces of work in their order. The first that fails ends the whole. */
export class InOrder {
  readonly #most: number;
  /** The ends of what is under way, in order; each waits for the one before. */
  readonly #ends: Promise<void>[] = [];
  #last: Promise<void> = Promise.resolve();
  #begun: Set<Promise<unknown>> = new Set();

  /** @param most How many pieces may be under way at once. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a piece that has begun. Resolves when there is room for another; rejects with the first failure. */
  async add(begun: Promise<End>): Promise<void> {
    this.#begun.add(begun);
    begun.then(() => this.#begun.delete(begun), () => {});
    const end = this.#last.then(async () => await (await begun)());
    end.catch(() => {});
    this.#last = end;
    this.#ends.push(end);
    if (this.#ends.length >= this.#most) await this.#ends.shift();
  }

  /** Resolves when everything has ended; rejects with the first failure, when nothing is under way any more. */
  async finish(): Promise<void> {
    await Promise.allSettled(this.#begun);
    await this.#last;
  }
}
