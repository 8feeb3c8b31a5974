/** What a worker has to say, gathered into one message. */
import { setImmediate } from "node:timers";
import type { Failure, Remark, Report } from "../worker/protocol.ts";

/** Sends reports. */
export type Post = (report: Report) => void;

/** Gathers what is said in a turn. */
export class Outbox {
  readonly #post: Post;
  readonly #unsendable: (slot: number, value: unknown, error: unknown) => Failure;
  #remarks: Remark[] = [];
  #done: number[] = [];
  #values: unknown[] = [];
  #hasValues = false;
  #failed: (readonly [number, Failure])[] = [];
  #isDue = false;
  #isHeld = false;

  /** @param unsendable Words the failure of a value that cannot be copied. */
  constructor(post: Post, unsendable: (slot: number, value: unknown, error: unknown) => Failure) {
    this.#post = post;
    this.#unsendable = unsendable;
  }

  /** Keeps what is said until the next `flush`, which the caller sees to. */
  hold(): void {
    this.#isHeld = true;
  }

  remark(remark: Remark): void {
    this.#remarks.push(remark);
    this.#touch();
  }

  done(slot: number, value: unknown): void {
    this.#done.push(slot);
    this.#values.push(value);
    if (value !== undefined) this.#hasValues = true;
    this.#touch();
  }

  fail(slot: number, failure: Failure): void {
    this.#failed.push([slot, failure]);
    this.#touch();
  }

  /** Sends what was gathered; false when there was nothing. */
  flush(): boolean {
    this.#isHeld = false;
    if (this.#remarks.length + this.#done.length + this.#failed.length === 0) return false;
    const [remarks, done, values, failed] = [this.#remarks, this.#done, this.#values, this.#failed];
    const hasValues = this.#hasValues;
    this.#remarks = [];
    this.#done = [];
    this.#values = [];
    this.#hasValues = false;
    this.#failed = [];
    const report: Report = {
      ...(remarks.length > 0 && { remarks }),
      ...(done.length > 0 && { done }),
      ...(hasValues && { values }),
      ...(failed.length > 0 && { failed }),
    };
    try {
      this.#post(report);
    } catch {
      this.#postOneByOne(report);
    }
    return true;
  }

  /** One value that cannot be copied must not keep the others from arriving. */
  #postOneByOne({ remarks = [], done = [], values = [], failed = [] }: Report): void {
    for (const remark of remarks) this.#postOr({ remarks: [remark] }, () => {});
    done.forEach((slot, place) => {
      const value = values[place];
      const refuse = (error: unknown) =>
        this.#post({ failed: [[slot, this.#unsendable(slot, value, error)]] });
      this.#postOr({ done: [slot], values: [value] }, refuse);
    });
    if (failed.length > 0) this.#post({ failed });
  }

  #postOr(report: Report, refuse: (error: unknown) => void): void {
    try {
      this.#post(report);
    } catch (error) {
      refuse(error);
    }
  }

  #touch(): void {
    if (this.#isDue || this.#isHeld) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.flush();
    });
  }
}
