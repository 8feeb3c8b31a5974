/** Asking a question of integers once, or of all of them at once. */

/** Asking one in so many indices pays for asking all. */
const PATIENCE = 8;

/** A function of the indices below a size, worked out for all of them once it has been asked often. */
export class Lookup {
  readonly #size: number;
  readonly #answer: (index: number) => number;
  #asked = 0;
  #table: Int32Array | undefined;

  /** Answers lie below 2^31. */
  constructor(size: number, answer: (index: number) => number) {
    this.#size = size;
    this.#answer = answer;
  }

  at(index: number): number {
    if (this.#table) return this.#table[index];
    if (++this.#asked * PATIENCE < this.#size) return this.#answer(index);
    const table = new Int32Array(this.#size);
    for (let each = 0; each < table.length; each++) table[each] = this.#answer(each);
    this.#table = table;
    return table[index];
  }
}
