/** The attempts of a run's steps: which one comes next, and when. */
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import type { Clock, Random } from "../../model/ports.ts";
import { nextRetryMs } from "../retry/retry.ts";

/** Hears of an attempt that failed, with what was thrown, in the place of a retry policy. */
export type Judge = (declaration: StepDeclaration, error: unknown) => void;

/** Counts attempts and waits for the next ones. A step that succeeds at its first attempt leaves no trace here. */
export class Attempts {
  readonly #earlier: ReadonlyMap<number, number>;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #again: (step: number) => void;
  readonly #judge: Judge | undefined;
  /** The next attempt of steps that are not at their first. */
  readonly #next: Map<number, number>;
  /** Steps that wait for their next attempt, and how to call the timer off. */
  readonly #waiting: Map<number, () => void> = new Map();

  /**
   * @param earlier How many attempts an earlier process has begun, by step.
   * @param again Called when the wait of a step is over.
   * @param judge Decides elsewhere about retries: here each step has one attempt.
   */
  constructor(
    earlier: ReadonlyMap<number, number>,
    clock: Clock,
    random: Random,
    again: (step: number) => void,
    judge?: Judge,
  ) {
    this.#earlier = earlier;
    this.#clock = clock;
    this.#random = random;
    this.#again = again;
    this.#judge = judge;
    this.#next = new Map([...earlier].map(([step, attempts]) => [step, attempts + 1]));
  }

  /** The number of the attempt that a step begins, from 1. */
  next(step: number): number {
    return this.#next.size === 0 ? 1 : this.#next.get(step) ?? 1;
  }

  /** How long to wait after an attempt failed; undefined when the step has failed for good. */
  delayMs(step: number, attempt: number, declaration: StepDeclaration, error: unknown): number | undefined {
    if (this.#judge) {
      this.#judge(declaration, error);
      return undefined;
    }
    const retries = attempt - 1 - (this.#earlier.get(step) ?? 0);
    return nextRetryMs(declaration, retries, error, this.#random);
  }

  /** Lets a step wait for its next attempt. */
  wait(step: number, attempt: number, delayMs: number): void {
    this.#next.set(step, attempt + 1);
    this.#waiting.set(
      step,
      this.#clock.after(delayMs, () => {
        this.#waiting.delete(step);
        this.#again(step);
      }),
    );
  }

  /** Lets a step not wait for its next attempt any more. */
  callOff(step: number): void {
    this.#waiting.get(step)?.();
    this.#waiting.delete(step);
    this.#next.delete(step);
  }

  /** Forgets a step that is over; one that waits is not. */
  forget(step: number): void {
    if (this.#next.size > 0 && !this.#waiting.has(step)) this.#next.delete(step);
  }

  /** Calls all waits off. */
  stop(): void {
    for (const callOff of this.#waiting.values()) callOff();
    this.#waiting.clear();
  }
}
