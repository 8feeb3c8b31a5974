/** One request on its way: from the call to its answer, which it gets exactly once. */
import type { WorkflowResponse } from "../model/engine/message.ts";
import type { Work } from "./order.ts";

/** What is asked for. */
export interface Asked {
  readonly correlationId: string;
  readonly workflowId: string;
  /** By which engines are chosen, where they are chosen by a key. */
  readonly key: string;
  /** The engines that may have it; undefined for all. */
  readonly engines: readonly string[] | undefined;
}

/** A request. Its promise always settles, since something watches over each of its states. */
export class Request {
  readonly asked: Asked;
  readonly promise: Promise<WorkflowResponse>;
  /** What is to be done; undefined until the inputs were looked at. */
  work: Work | undefined = undefined;
  /** Whether it has its answer. An engine may be at it all the same. */
  isOver = false;
  /** Tells the engine that has it to stop. */
  cancel: ((reason: string) => void) | undefined = undefined;
  readonly #cleanups: (() => void)[] = [];
  #resolve!: (response: WorkflowResponse) => void;
  #reject!: (error: unknown) => void;

  constructor(asked: Asked) {
    this.asked = asked;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever called hears of it by the same promise, perhaps after other waits.
    this.promise.catch(() => {});
  }

  /** Answers. What comes later is not heard. */
  answer(response: WorkflowResponse): void {
    if (this.#end()) this.#resolve(response);
  }

  /** Answers with an error. */
  refuse(error: unknown): void {
    if (this.#end()) this.#reject(error);
  }

  /** Calls back when it has its answer. */
  onOver(cleanup: () => void): void {
    this.#cleanups.push(cleanup);
  }

  #end(): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    for (const cleanup of this.#cleanups) cleanup();
    return true;
  }
}
