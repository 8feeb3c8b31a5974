/** The steps of a run that may start now. */

/** First in, first out within a priority; links instead of entries, since a step is in the queue once at most. */
export class ReadyQueue {
  /** How many steps wait. */
  size = 0;
  readonly #next: Int32Array;
  readonly #levelOf: ((step: number) => number) | undefined;
  readonly #heads: Int32Array;
  readonly #tails: Int32Array;

  /**
   * @param next Scratch space, one number for each step.
   * @param levelCount How many priorities there are.
   * @param levelOf The priority of a step, 0 for the highest; needed when there are several.
   */
  constructor(next: Int32Array, levelCount = 1, levelOf?: (step: number) => number) {
    this.#next = next;
    this.#levelOf = levelCount > 1 ? levelOf : undefined;
    this.#heads = new Int32Array(levelCount).fill(-1);
    this.#tails = new Int32Array(levelCount).fill(-1);
  }

  /** Adds a step behind those of its priority. */
  push(step: number): void {
    const level = this.#levelOf ? this.#levelOf(step) : 0;
    const tail = this.#tails[level];
    this.#next[step] = -1;
    if (tail < 0) this.#heads[level] = step;
    else this.#next[tail] = step;
    this.#tails[level] = step;
    this.size++;
  }

  /** Adds a step in front of those of its priority. */
  unshift(step: number): void {
    const level = this.#levelOf ? this.#levelOf(step) : 0;
    const head = this.#heads[level];
    this.#next[step] = head;
    this.#heads[level] = step;
    if (head < 0) this.#tails[level] = step;
    this.size++;
  }

  /** Takes the first step of the highest priority; -1 when there is none. */
  shift(): number {
    if (this.size === 0) return -1;
    let level = 0;
    while (this.#heads[level] < 0) level++;
    const step = this.#heads[level];
    const next = this.#next[step];
    this.#heads[level] = next;
    if (next < 0) this.#tails[level] = -1;
    this.size--;
    return step;
  }

  /** Forgets every step. */
  clear(): void {
    this.#heads.fill(-1);
    this.#tails.fill(-1);
    this.size = 0;
  }
}
