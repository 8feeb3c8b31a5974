/** A gate: something that only so many may be behind at once, or nobody for a while. */

/** What a gate says to who comes: go in, wait in line, or go in and be told why it does not work. */
export type Answer = "pass" | "wait" | Error;

/** How what was behind a gate ended; an error when it failed, undefined when nothing can be said of it. */
export type Outcome = "success" | { readonly error: unknown } | undefined;

/** A gate that a step or run has to pass. */
export interface Need {
  /** Its name, for people too: `pool warehouse`. */
  readonly gate: string;
  /** How many may be behind it at once, as who comes has it. */
  readonly limit: number;
}

/** What all gates are asked. */
export interface Gate {
  /** Whether nobody is behind it and nothing has to be remembered: it may be forgotten then. */
  readonly isIdle: boolean;
  /** What it says now to one more. */
  look(limit: number): Answer;
  /** Lets one in. Gives a token that it leaves with. */
  enter(): number;
  /** Whether one that was let in may still begin. */
  holds(token: number): boolean;
  /** One that was let in is out again. */
  leave(token: number, outcome: Outcome): void;
  /** Hears whether anybody waits. */
  attend(isAwaited: boolean): void;
}

/** A gate that counts. */
export class CountingGate implements Gate {
  #inside = 0;

  get isIdle(): boolean {
    return this.#inside === 0;
  }

  look(limit: number): Answer {
    return this.#inside < limit ? "pass" : "wait";
  }

  enter(): number {
    return this.#inside++;
  }

  holds(): boolean {
    return true;
  }

  leave(): void {
    this.#inside--;
  }

  attend(): void {}
}
