/** Items one by one, whether they are there or come. */
import type { Items } from "../../model/elements/each.ts";
import { isThenable } from "../thenable.ts";

/** The next item; undefined at the end. */
export type Pulled<T> = { readonly item: T } | undefined;

/** Pulls items. */
export class ItemSource<T> {
  readonly #iterator: Iterator<T> | AsyncIterator<T>;
  #isOver = false;

  constructor(items: Items<T>) {
    this.#iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  }

  /** The next item; a promise where it is waited for. Throws, or rejects with, what the iterator throws. */
  pull(): Pulled<T> | Promise<Pulled<T>> {
    if (this.#isOver) return undefined;
    const next = this.#iterator.next();
    if (isThenable(next)) return Promise.resolve(next).then((result) => this.#read(result));
    return this.#read(next);
  }

  /** Lets the iterator clean up, where not all items were pulled. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      const closing = this.#iterator.return?.();
      if (closing !== undefined && isThenable(closing)) Promise.resolve(closing).catch(ignore);
    } catch {
      // What has led to this matters more.
    }
  }

  #read(result: IteratorResult<T>): Pulled<T> {
    if (!result.done) return { item: result.value };
    this.#isOver = true;
    return undefined;
  }
}

function ignore(): void {}
