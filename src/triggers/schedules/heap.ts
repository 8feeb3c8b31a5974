/** A heap of what comes due: the earliest is at its top. */

/** Something at an instant. */
interface Entry<T> {
  readonly item: T;
  readonly atMs: number;
}

/** Items by the instant at which they come due; each is there at most once. */
export class DueHeap<T> {
  readonly #entries: Entry<T>[] = [];
  readonly #places: Map<T, Entry<T>> = new Map();

  /** How many items there are. */
  get size(): number {
    return this.#places.size;
  }

  /** When the earliest comes due; Infinity for none. */
  get firstMs(): number {
    this.#dropStale();
    return this.#entries[0]?.atMs ?? Infinity;
  }

  /** When an item comes due; undefined for one that is not there. */
  instantOf(item: T): number | undefined {
    return this.#places.get(item)?.atMs;
  }

  /** Puts an item at an instant, wherever it was before. */
  set(item: T, atMs: number): void {
    const entry = { item, atMs };
    this.#places.set(item, entry);
    this.#push(entry);
    if (this.#entries.length > 2 * this.#places.size + 64) this.#rebuild();
  }

  remove(item: T): void {
    this.#places.delete(item);
  }

  /** Takes everything that is due by an instant, the earliest first. */
  takeUntil(nowMs: number): readonly T[] {
    const due: T[] = [];
    while (this.firstMs <= nowMs) {
      const { item } = this.#pop();
      this.#places.delete(item);
      due.push(item);
    }
    return due;
  }

  /** What was moved or removed is found at the top, and dropped there. */
  #dropStale(): void {
    while (this.#entries.length > 0 && this.#places.get(this.#entries[0].item) !== this.#entries[0]) {
      this.#pop();
    }
  }

  #rebuild(): void {
    this.#entries.length = 0;
    for (const entry of this.#places.values()) this.#push(entry);
  }

  #push(entry: Entry<T>): void {
    const entries = this.#entries;
    let at = entries.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (entries[parent].atMs <= entry.atMs) break;
      entries[at] = entries[parent];
      at = parent;
    }
    entries[at] = entry;
  }

  #pop(): Entry<T> {
    const entries = this.#entries;
    const [top] = entries;
    const last = entries.pop() as Entry<T>;
    if (entries.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child + 1 < entries.length && entries[child + 1].atMs < entries[child].atMs) child++;
      if (child >= entries.length || entries[child].atMs >= last.atMs) break;
      entries[at] = entries[child];
      at = child;
    }
    entries[at] = last;
    return top;
  }
}
