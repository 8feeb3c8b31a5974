/** Lets a bounded number of jobs be under way at once; the others wait in the order in which they came. */
export class Gate {
  #free: number;
  #waiting: (() => void)[] = [];
  /** How many of `#waiting` have been let in; they are dropped together, since dropping one by one is slow. */
  #admitted = 0;

  constructor(limit: number) {
    this.#free = limit;
  }

  /** Does a job when there is room for it. */
  async pass<T>(job: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await job();
    } finally {
      this.#leave();
    }
  }

  #leave(): void {
    const next = this.#waiting[this.#admitted];
    if (next === undefined) {
      this.#free++;
      this.#waiting = [];
      this.#admitted = 0;
      return;
    }
    this.#admitted++;
    next();
  }
}
