/** One attempt at one element. */
import type { Each, ElementContext } from "../../model/elements/each.ts";
import type { Recalled } from "../../model/elements/remark.ts";
import type { Log } from "../../model/ports.ts";
import { BodyLog } from "../log.ts";
import { isThenable } from "../thenable.ts";
import type { Scope } from "./scope.ts";

/** An element over all of its attempts. */
export interface Task<T> {
  readonly item: T;
  readonly index: number;
  readonly key: string;
  readonly path: string;
  /** Tells the item and the code; undefined where that cannot be told. */
  readonly digest: string | undefined;
  /** What was made within the outermost element around this one, itself included. */
  readonly memory: Map<string, Recalled>;
  /** The attempt that comes next, from 1. */
  attempt: number;
}

/** What its body gets: properties are worked out when they are first read. */
class BodySide implements ElementContext {
  readonly key: string;
  readonly path: string;
  readonly index: number;
  readonly attempt: number;
  readonly #scope: Scope;
  readonly #signal: () => AbortSignal;

  constructor({ key, path, index, attempt }: Task<unknown>, scope: Scope, signal: () => AbortSignal) {
    this.key = key;
    this.path = path;
    this.index = index;
    this.attempt = attempt;
    this.#scope = scope;
    this.#signal = signal;
  }

  get signal(): AbortSignal {
    return this.#signal();
  }

  get log(): Log {
    const { desk } = this.#scope.parts;
    return new BodyLog((level, message, fields) => desk.log(this.path, level, message, fields));
  }

  get each(): Each {
    return this.#scope.each;
  }
}

/** An attempt under way. */
export class Element<T> {
  readonly task: Task<T>;
  /** Where its own elements belong. */
  readonly scope: Scope;
  /** Nothing more is recorded of it. */
  isSealed = false;
  readonly #context: BodySide;
  #controller: AbortController | undefined = undefined;
  #abort: { readonly reason: unknown } | undefined = undefined;
  #reject: (error: unknown) => void = () => {};

  constructor(task: Task<T>, scope: Scope) {
    this.task = task;
    this.scope = scope;
    this.#context = new BodySide(task, scope, () => this.#signal());
  }

  /** Calls the body. Rejects with what it throws, and when it is given up. */
  run(body: (item: T, context: ElementContext) => unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      const result = body(this.task.item, this.#context);
      // Not resolved with the promise itself: it could not be given up then.
      if (isThenable(result)) result.then(resolve, reject);
      else resolve(result);
    });
  }

  /** Tells the body to stop. */
  stop(reason: unknown): void {
    this.#abort ??= { reason };
    this.#controller?.abort(reason);
    this.scope.stop(reason);
  }

  /** Tells the body to stop and does not wait for it. */
  giveUp(error: unknown): void {
    this.stop(error);
    this.#reject(error);
  }

  #signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#abort) this.#controller.abort(this.#abort.reason);
    }
    return this.#controller.signal;
  }
}
