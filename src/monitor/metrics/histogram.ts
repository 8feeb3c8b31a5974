/** How often values fell below each of some bounds. */

/** A histogram whose buckets add up: each counts what lies at or below its bound. */
export class Histogram {
  readonly bounds: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;
  #count = 0;

  /** @param bounds Ascending; what lies above the last one is counted in all. */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#counts = new Float64Array(bounds.length);
  }

  /** The sum of all values. */
  get sum(): number {
    return this.#sum;
  }

  /** How many values there were. */
  get count(): number {
    return this.#count;
  }

  /** Adds a value. */
  observe(value: number): void {
    this.#sum += value;
    this.#count++;
    for (let place = this.bounds.length - 1; place >= 0 && value <= this.bounds[place]; place--) {
      this.#counts[place]++;
    }
  }

  /** How many values lie at or below the bound at a place. */
  countAt(place: number): number {
    return this.#counts[place];
  }
}
