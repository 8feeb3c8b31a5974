/** The ports through which the world reaches Sluice: time, chance and text for people. */

/** The time, in epoch milliseconds, and waiting for it. */
export interface Clock {
  /** The time, in epoch milliseconds. */
  now(): number;
  /**
   * Calls back once, `delayMs` later, and gives a function that takes the call back.
   * A virtual clock calls when its time is advanced.
   */
  after(delayMs: number, callback: () => void): () => void;
  /**
   * Milliseconds since some moment, by a clock that nobody sets: it tells whether the other one was. Left out: the time is
   * never set.
   */
  monotonicMs?(): number;
}

/** A source of numbers in `[0, 1)`. */
export interface Random {
  /** The next number. */
  next(): number;
}

/** How serious a log line is. */
export type LogLevel = "debug" | "info" | "warning" | "error";

/** Where a step writes its lines; they are kept with the step. */
export interface Log {
  /** Writes a line that helps to find faults. */
  debug(message: string, fields?: LogFields): void;
  /** Writes a line. */
  info(message: string, fields?: LogFields): void;
  /** Writes a line about something that may be wrong. */
  warning(message: string, fields?: LogFields): void;
  /** Writes a line about something that is wrong. */
  error(message: string, fields?: LogFields): void;
}

/** Values that go with a log line, as JSON. */
export type LogFields = { readonly [name: string]: unknown };

/** The clock of the host. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  after: (delayMs: number, callback: () => void) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  monotonicMs: () => performance.now(),
});

/** The host's source of chance. */
export const systemRandom: Random = Object.freeze({ next: () => Math.random() });
