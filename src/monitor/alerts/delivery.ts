/** Bringing alerts to one channel, one after the other. */
import type { Clock } from "../../model/ports.ts";
import { type Alert, type AlertChannel, DeliveryError } from "./contract.ts";

/** How long one attempt may take. */
const TIMEOUT_MS = 10_000;
/** Attempts in all; each wait is twice the one before. */
const ATTEMPTS = 5;
const FIRST_WAIT_MS = 1_000;
/** No receiver is waited for longer than this, whatever it asks. */
const LONGEST_WAIT_MS = 300_000;
/** Alerts that wait for a receiver that does not answer; the oldest are given up first. */
const MOST_WAITING = 1_000;

/** The alerts of one channel. */
export class Delivery {
  readonly #channel: AlertChannel;
  readonly #clock: Clock;
  readonly #onError: (error: unknown, alert: Alert) => void;
  readonly #waiting: Alert[] = [];
  #working: Promise<void> | undefined = undefined;

  constructor(channel: AlertChannel, clock: Clock, onError: (error: unknown, alert: Alert) => void) {
    this.#channel = channel;
    this.#clock = clock;
    this.#onError = onError;
  }

  /** Takes an alert on. */
  send(alert: Alert): void {
    this.#waiting.push(alert);
    if (this.#waiting.length > MOST_WAITING) {
      const oldest = this.#waiting.shift() as Alert;
      this.#fail(new Error(`${this.#channel.name} takes alerts more slowly than they come.`), oldest);
    }
    this.#working ??= this.#work();
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    for (let alert = this.#waiting.shift(); alert; alert = this.#waiting.shift()) await this.#deliver(alert);
    this.#working = undefined;
  }

  async #deliver(alert: Alert): Promise<void> {
    for (let attempt = 1;; attempt++) {
      try {
        return await this.#attempt(alert);
      } catch (error) {
        const isTransient = !(error instanceof DeliveryError) || error.isTransient;
        if (!isTransient || attempt === ATTEMPTS) return this.#fail(error, alert);
        const asked = error instanceof DeliveryError ? error.afterMs : undefined;
        await this.#wait(Math.min(asked ?? FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS));
      }
    }
  }

  async #attempt(alert: Alert): Promise<void> {
    const controller = new AbortController();
    const late = new DeliveryError(`${this.#channel.name} did not answer within ${TIMEOUT_MS / 1_000} s.`, {
      isTransient: true,
    });
    let reject: (error: unknown) => void = ignore;
    const timeout = new Promise<never>((_, fail) => reject = fail);
    const callOff = this.#clock.after(TIMEOUT_MS, () => {
      controller.abort(late);
      reject(late);
    });
    try {
      await Promise.race([this.#channel.send(alert, controller.signal), timeout]);
    } finally {
      callOff();
    }
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(delayMs, resolve));
  }

  #fail(error: unknown, alert: Alert): void {
    try {
      this.#onError(error, alert);
    } catch {
      return;
    }
  }
}

function ignore(): void {}
