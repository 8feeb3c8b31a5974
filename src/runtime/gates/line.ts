/** A line: who waits, the highest priority first and within one priority who came first. */

/** What has a place in a line. */
export interface Ranked {
  /** Higher goes first; of two lists the first number that differs counts. */
  readonly priority: readonly number[];
  /** Counted up: who came first has the lower one. */
  readonly serial: number;
}

/** Whether one goes before the other. */
export function goesBefore(a: Ranked, b: Ranked): boolean {
  for (let place = 0; place < a.priority.length; place++) {
    if (a.priority[place] !== b.priority[place]) return a.priority[place] > b.priority[place];
  }
  return a.serial < b.serial;
}

/** A heap, so that who comes late with an early place is let in at that place. */
export class Line<T extends Ranked> {
  #heap: T[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** Who is next; undefined when nobody waits. */
  get first(): T | undefined {
    return this.#heap[0];
  }

  join(item: T): void {
    const heap = this.#heap;
    let place = heap.push(item) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!goesBefore(item, heap[parent])) break;
      heap[place] = heap[parent];
      place = parent;
    }
    heap[place] = item;
  }

  /** Takes the first out. */
  shift(): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let place = 0;
    for (let child = 1; child < heap.length; child = 2 * place + 1) {
      if (child + 1 < heap.length && goesBefore(heap[child + 1], heap[child])) child++;
      if (!goesBefore(heap[child], last)) break;
      heap[place] = heap[child];
      place = child;
    }
    heap[place] = last;
    return first;
  }

  /** Lets go of all but some. True when anybody went. */
  keep(isKept: (item: T) => boolean): boolean {
    const kept = this.#heap.filter(isKept);
    if (kept.length === this.#heap.length) return false;
    this.#heap = [];
    for (const item of kept) this.join(item);
    return true;
  }

  /** Everybody, in order. */
  toArray(): readonly T[] {
    return this.#heap.toSorted((a, b) => goesBefore(a, b) ? -1 : 1);
  }
}
