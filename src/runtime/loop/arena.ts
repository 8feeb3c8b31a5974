/** Arrays that runs use and give back: on some runtimes making one costs more than a small run. */

/** Longer arrays are left to the garbage collector. */
const MOST_KEPT = 1 << 16;
/** How many arrays of one size are kept. */
const MOST_OF_A_SIZE = 16;

/** A free list of integer arrays. */
export class Arena {
  readonly #free: Map<number, Int32Array[]> = new Map();

  /** An array of at least this length; what it holds is not defined. */
  take(length: number): Int32Array {
    const size = sizeFor(length);
    return this.#free.get(size)?.pop() ?? new Int32Array(size);
  }

  /** Takes an array back that nobody uses any more. */
  give(array: Int32Array): void {
    if (array.length > MOST_KEPT) return;
    const free = this.#free.get(array.length);
    if (!free) this.#free.set(array.length, [array]);
    else if (free.length < MOST_OF_A_SIZE) free.push(array);
  }
}

/** Powers of two where arrays are kept, the length itself beyond. */
function sizeFor(length: number): number {
  return length > MOST_KEPT ? length : 1 << (32 - Math.clz32(Math.max(15, length - 1)));
}
