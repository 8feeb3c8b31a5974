/** The steps of a run that may start now: first in, first out within a priority. */

/** A queue of steps. A step is in it once at most, so links take the place of entries. */
export interface ReadyQueue {
  /** How many steps wait. */
  readonly size: number;
  /** Adds a step behind those of its priority. */
  push(step: number): void;
  /** Adds a step in front of those of its priority. */
  unshift(step: number): void;
  /** Takes the first step of the highest priority; -1 when there is none. */
  shift(): number;
  /** Forgets every step. */
  clear(): void;
}

/** Steps of one priority. */
export class Line implements ReadyQueue {
  size = 0;
  readonly #next: Int32Array;
  #head = -1;
  #tail = -1;

  /** @param next Scratch space, a number for each step; lines that share no step may share it. */
  constructor(next: Int32Array) {
    this.#next = next;
  }

  push(step: number): void {
    this.#next[step] = -1;
    if (this.#head < 0) this.#head = step;
    else this.#next[this.#tail] = step;
    this.#tail = step;
    this.size++;
  }

  unshift(step: number): void {
    this.#next[step] = this.#head;
    if (this.#head < 0) this.#tail = step;
    this.#head = step;
    this.size++;
  }

  shift(): number {
    const step = this.#head;
    if (step < 0) return -1;
    this.#head = this.#next[step];
    this.size--;
    return step;
  }

  clear(): void {
    this.#head = -1;
    this.size = 0;
  }
}

/** Steps of several priorities. */
export class Lines implements ReadyQueue {
  readonly #lines: readonly Line[];
  readonly #levelOf: (step: number) => number;

  /**
   * @param next Scratch space, a number for each step.
   * @param levelCount How many priorities there are.
   * @param levelOf The priority of a step; 0 is the highest.
   */
  constructor(next: Int32Array, levelCount: number, levelOf: (step: number) => number) {
    this.#lines = Array.from({ length: levelCount }, () => new Line(next));
    this.#levelOf = levelOf;
  }

  get size(): number {
    return this.#lines.reduce((size, line) => size + line.size, 0);
  }

  push(step: number): void {
    this.#lines[this.#levelOf(step)].push(step);
  }

  unshift(step: number): void {
    this.#lines[this.#levelOf(step)].unshift(step);
  }

  shift(): number {
    for (const line of this.#lines) if (line.size > 0) return line.shift();
    return -1;
  }

  clear(): void {
    for (const line of this.#lines) line.clear();
  }
}
