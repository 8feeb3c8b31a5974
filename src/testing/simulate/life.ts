/** One process of a simulated world: it lives, stands still or is dead, and so do its timers and what it waits for. */
import type { Clock } from "../../model/ports.ts";

/** The life of one process. */
export class Life {
  /** Its number, from 1. */
  readonly number: number;
  /** The time as this process has it: what it waits for comes when it lives. */
  readonly clock: Clock;
  #state: "alive" | "paused" | "dead" = "alive";
  #waiting: (() => void)[] = [];

  constructor(number: number, clock: Clock) {
    this.number = number;
    this.clock = {
      now: () => clock.now(),
      after: (delayMs, callback) => {
        let isOff = false;
        // Whole milliseconds, as timers of the host have them.
        const callOff = clock.after(Math.ceil(delayMs), () => this.#whenAlive(() => isOff || callback()));
        return () => {
          isOff = true;
          callOff();
        };
      },
    };
  }

  /** Whether it does anything. */
  get isAlive(): boolean {
    return this.#state === "alive";
  }

  /** Ends it: nothing of it is heard any more. */
  kill(): void {
    this.#state = "dead";
    this.#waiting = [];
  }

  /** Lets it stand still. */
  pause(): void {
    if (this.#state === "alive") this.#state = "paused";
  }

  /** Lets it go on. */
  resume(): void {
    if (this.#state !== "paused") return;
    this.#state = "alive";
    for (const work of this.#waiting.splice(0)) work();
  }

  /** Resolves when it lives; never when it is dead. */
  alive(): Promise<void> | undefined {
    return this.isAlive ? undefined : new Promise((resolve) => this.#whenAlive(resolve));
  }

  #whenAlive(work: () => void): void {
    if (this.#state === "alive") work();
    else if (this.#state === "paused") this.#waiting.push(work);
  }
}
