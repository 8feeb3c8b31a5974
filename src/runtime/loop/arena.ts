/** Arrays that runs use and give back: on some runtimes making one costs more than a small run. */

/** Longer arrays are left to the garbage collector. */
const MOST_KEPT = 1 << 16;
/** How many numbers are kept in all. */
const MOST_NUMBERS = 1 << 20;

/** A free list of integer arrays. */
export class Arena {
  readonly #free: Map<number, Int32Array[]> = new Map();
  #kept = 0;

  /** An array of at least this length; what it holds is not defined. */
  take(length: number): Int32Array {
    const size = sizeFor(length);
    const known = this.#free.get(size)?.pop();
    if (!known) return new Int32Array(size);
    this.#kept -= size;
    return known;
  }

  /** Takes an array back that nobody uses any more. */
  give(array: Int32Array): void {
    if (array.length > MOST_KEPT || this.#kept + array.length > MOST_NUMBERS) return;
    const free = this.#free.get(array.length);
    if (free) free.push(array);
    else this.#free.set(array.length, [array]);
    this.#kept += array.length;
  }
}

/** Powers of two where arrays are kept, the length itself beyond. */
function sizeFor(length: number): number {
  return length > MOST_KEPT ? length : 1 << (32 - Math.clz32(Math.max(15, length - 1)));
}
