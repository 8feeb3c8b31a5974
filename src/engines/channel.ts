/** A way for messages with an end to its patience: it holds so many, and says so when it is full. */

/** From those who say to the one who hears. */
export class Channel<T> {
  readonly #size: number;
  readonly #waiting: T[] = [];
  /** Heard before all that waits, in the order in which they came. */
  readonly #urgent: T[] = [];
  #isClosed = false;
  /** The one who hears, while there is nothing. */
  #hear: ((item: T | undefined) => void) | undefined = undefined;
  /** Those who wait for room, in turn. */
  readonly #line: { readonly item: T; readonly admit: (isIn: boolean) => void }[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** How many wait to be heard. */
  get waiting(): number {
    return this.#waiting.length + this.#urgent.length;
  }

  /** Whether there is room for another. */
  get hasRoom(): boolean {
    return !this.#isClosed && this.#waiting.length < this.#size;
  }

  /** Takes one on; false when there is no room. */
  offer(item: T): boolean {
    if (!this.hasRoom) return false;
    this.#give(item, this.#waiting);
    return true;
  }

  /** Takes one on that is heard before those of `offer`, room or no room: for the few that are bounded by what they are about. */
  urge(item: T): void {
    if (!this.#isClosed) this.#give(item, this.#urgent);
  }

  /** Takes one on as soon as there is room. False when the channel was closed before. */
  put(item: T): Promise<boolean> {
    if (this.#isClosed || this.offer(item)) return Promise.resolve(!this.#isClosed);
    return new Promise((admit) => this.#line.push({ item, admit }));
  }

  /** The next one, as soon as there is one; undefined when the channel is closed and empty. One may ask at a time. */
  take(): Promise<T | undefined> {
    if (this.#urgent.length > 0) return Promise.resolve(this.#urgent.shift());
    if (this.#waiting.length > 0) {
      const first = this.#waiting.shift();
      this.#admit();
      return Promise.resolve(first);
    }
    if (this.#isClosed) return Promise.resolve(undefined);
    if (this.#hear) throw new Error("Two ask one channel at once.");
    return new Promise((resolve) => this.#hear = resolve);
  }

  /** Takes back the first that fits, if it was not heard yet. */
  withdraw(fits: (item: T) => boolean): boolean {
    const place = this.#waiting.findIndex(fits);
    if (place < 0) return false;
    this.#waiting.splice(place, 1);
    this.#admit();
    return true;
  }

  /** Takes nothing more; what waits can still be heard. */
  close(): void {
    this.#isClosed = true;
    this.#hear?.(undefined);
    this.#hear = undefined;
    for (const { admit } of this.#line.splice(0)) admit(false);
  }

  /** There may be room for the next of those who wait for it. */
  #admit(): void {
    const next = this.hasRoom ? this.#line.shift() : undefined;
    if (!next) return;
    this.#waiting.push(next.item);
    next.admit(true);
  }

  #give(item: T, queue: T[]): void {
    const hear = this.#hear;
    this.#hear = undefined;
    if (hear) hear(item);
    else queue.push(item);
  }
}
