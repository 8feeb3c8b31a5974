/** One attempt on its way to a worker and back. */
import type { Remark, RunIntroduction, StepIntroduction, TaskArgument } from "./protocol.ts";

/** What is asked of a worker. */
export interface CallOrder {
  readonly step: StepIntroduction;
  readonly run: RunIntroduction;
  readonly attempt: number;
  /** Left out for a body that takes no more than numbers. */
  readonly argument: TaskArgument | undefined;
  /** Hears what the body logs and reports. */
  readonly listener: ((remark: Remark) => void) | undefined;
}

/** A call, from its place in the queue to its end, and who has it meanwhile. */
export class Call<Holder = unknown> {
  readonly order: CallOrder;
  readonly promise: Promise<unknown>;
  /** The worker that has it; undefined while it waits. */
  thread: Holder | undefined = undefined;
  /** Its number in that worker, until it ends. */
  slot = -1;
  /** The how many-th call of that worker it is, from 0. */
  sequence = 0;
  isOver = false;
  /** It was told to stop and did not: nobody waits for it any more. */
  isAbandoned = false;
  #resolve!: (value: unknown) => void;
  #reject!: (error: unknown) => void;

  constructor(order: CallOrder) {
    this.order = order;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  resolve(value: unknown): void {
    this.isOver = true;
    this.#resolve(value);
  }

  reject(error: unknown): void {
    this.isOver = true;
    this.#reject(error);
  }
}
