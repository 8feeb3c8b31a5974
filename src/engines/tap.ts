/** Reading what an engine says, beside whoever else does: no reader takes a message from another. */
import type { EngineMessage, EngineMissed, EngineOutbound } from "../model/engine/message.ts";

type Heard = EngineMessage | EngineMissed;

const DONE: IteratorResult<Heard, undefined> = Object.freeze({ done: true, value: undefined });

/** One reader. When it is too slow the oldest messages are let go, and it is told how many. */
export class Tap implements EngineOutbound {
  readonly #size: number;
  readonly #onClose: (tap: Tap) => void;
  readonly #waiting: EngineMessage[] = [];
  readonly #asking: ((result: IteratorResult<Heard, undefined>) => void)[] = [];
  #missed = 0;
  #isEnded = false;

  constructor(size: number, onClose: (tap: Tap) => void) {
    this.#size = size;
    this.#onClose = onClose;
  }

  /** Tells the reader of a message. */
  offer(message: EngineMessage): void {
    if (this.#isEnded) return;
    const ask = this.#asking.shift();
    if (ask) return ask({ done: false, value: message });
    this.#waiting.push(message);
    if (this.#waiting.length <= this.#size) return;
    this.#waiting.shift();
    this.#missed++;
  }

  /** Nothing more is said: what waits can still be read. */
  end(): void {
    this.#isEnded = true;
    for (const ask of this.#asking.splice(0)) ask(DONE);
  }

  next(): Promise<IteratorResult<Heard, undefined>> {
    if (this.#missed > 0) {
      const value: EngineMissed = { type: "missed", count: this.#missed };
      this.#missed = 0;
      return Promise.resolve({ done: false, value });
    }
    const value = this.#waiting.shift();
    if (value) return Promise.resolve({ done: false, value });
    if (this.#isEnded) return Promise.resolve(DONE);
    return new Promise((resolve) => this.#asking.push(resolve));
  }

  return(): Promise<IteratorResult<Heard, undefined>> {
    this.close();
    return Promise.resolve(DONE);
  }

  close(): void {
    this.#waiting.length = 0;
    this.#missed = 0;
    this.end();
    this.#onClose(this);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }
}
