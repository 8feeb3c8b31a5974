/**
 * Ascending numbers as runs of equal steps: `[first, step, count, step, count, ...]`, where each pair says that
 * `count` more numbers follow at distance `step`. Ten years of days in a zone are some forty pairs.
 */
export type Progression = readonly number[];

/** Codes `count` ascending numbers. */
export function packProgression(count: number, valueAt: (position: number) => number): Progression {
  if (count === 0) return [];
  let last = valueAt(0);
  const coded = [last];
  for (let position = 1; position < count; position++) {
    const value = valueAt(position);
    const step = value - last;
    last = value;
    if (coded.length > 1 && coded[coded.length - 2] === step) coded[coded.length - 1]++;
    else coded.push(step, 1);
  }
  return coded;
}

/** How many numbers there are. */
export function countProgression(coded: Progression): number {
  if (coded.length === 0) return 0;
  let count = 1;
  for (let i = 2; i < coded.length; i += 2) count += coded[i];
  return count;
}

/** Calls `visit` with each number in ascending order. */
export function eachOfProgression(coded: Progression, visit: (value: number) => void): void {
  if (coded.length === 0) return;
  let value = coded[0];
  visit(value);
  for (let i = 1; i < coded.length; i += 2) {
    const step = coded[i];
    for (let left = coded[i + 1]; left > 0; left--) visit(value += step);
  }
}

/** Finds a number by its position. Reading forward costs nothing; a jump costs a search over the pairs. */
export class ProgressionReader {
  readonly count: number;
  readonly #coded: Progression;
  /** Where each pair begins: the position and the value of the last number before it. */
  readonly #positions: number[] = [];
  readonly #values: number[] = [];
  #pair = 0;

  constructor(coded: Progression) {
    this.#coded = coded;
    let position = 0;
    let value = coded[0];
    for (let i = 1; i < coded.length; i += 2) {
      this.#positions.push(position);
      this.#values.push(value);
      position += coded[i + 1];
      value += coded[i] * coded[i + 1];
    }
    this.count = coded.length === 0 ? 0 : position + 1;
  }

  /** The number at a position. Throws a RangeError outside `0..count-1`. */
  at(position: number): number {
    if (!(position >= 0 && position < this.count && Number.isInteger(position))) {
      throw new RangeError(`There is no number at ${position}: positions are 0 to ${this.count - 1}.`);
    }
    if (this.#positions.length === 0) return this.#coded[0];
    const pair = this.#pairOf(position);
    return this.#values[pair] + this.#coded[1 + pair * 2] * (position - this.#positions[pair]);
  }

  /** The last pair that begins at or before a position. */
  #pairOf(position: number): number {
    const positions = this.#positions;
    let low = this.#pair;
    let high = low + 1;
    if (positions[low] > position || positions[high] <= position) {
      low = 0;
      high = positions.length;
    }
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (positions[middle] <= position) low = middle;
      else high = middle;
    }
    return this.#pair = low;
  }
}
