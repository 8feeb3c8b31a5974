/** One call of each(): its elements from the first item to the last end. */
import { resultKind, type Skip } from "../../model/assets/result.ts";
import type { EachOptions, ElementContext, Items } from "../../model/elements/each.ts";
import type { Recalled } from "../../model/elements/remark.ts";
import { elementPath, LONGEST_KEY } from "../../model/elements/path.ts";
import type { Outcome } from "../gates/gate.ts";
import { nextRetryMs } from "../retry/retry.ts";
import { recordError } from "../step/errors.ts";
import { isThenable } from "../thenable.ts";
import { copyJson } from "../step/json.ts";
import type { ElementGate, ElementPass, Memory } from "./desk.ts";
import { Element, type Task } from "./element.ts";
import { duplicateKey, elementTimeout, specialResult, stillRunning, wrongKey } from "./errors.ts";
import { readResult } from "./item.ts";
import { type Branch, Scope } from "./scope.ts";
import { ItemSource, type Pulled } from "./source.ts";

/** What became of an element, with what was thrown. */
export type ElementEnd =
  | { readonly status: "success"; readonly key: string; readonly value: unknown }
  | { readonly status: "skipped"; readonly key: string; readonly reason: string }
  | { readonly status: "failed"; readonly key: string; readonly path: string; readonly error: unknown };

/** What a call is made with. */
export interface CallParts<T> {
  readonly scope: Scope;
  readonly items: Items<T>;
  readonly options: EachOptions<T>;
  readonly body: (item: T, element: ElementContext) => unknown;
  /** What earlier attempts at the step have made, where there were any. */
  readonly recalling: Promise<Memory> | undefined;
  readonly digestOf: (item: unknown) => string | undefined;
}

/** A call under way. */
export class Call<T> implements Branch {
  readonly #parts: CallParts<T>;
  readonly #scope: Scope;
  readonly #source: ItemSource<T>;
  readonly #gate: ElementGate | undefined;
  readonly #concurrency: number;
  readonly #ends: ElementEnd[] = [];
  readonly #running: Set<Element<T>> = new Set();
  /** Elements whose wait for their next attempt is over. */
  readonly #again: Task<T>[] = [];
  /** Elements that wait for it, and how to call the timer off. */
  readonly #waiting: Map<Task<T>, () => void> = new Map();
  #recalled: Memory | undefined = undefined;
  #active = 0;
  #count = 0;
  #isPulling = false;
  #isExhausted = false;
  #isSealed = false;
  /** Why nothing starts any more. */
  #stop: { readonly reason: unknown } | undefined = undefined;
  #resolve: (ends: readonly ElementEnd[]) => void = ignore;
  #reject: (error: unknown) => void = ignore;

  constructor(parts: CallParts<T>) {
    const { scope, items, options } = parts;
    const { desk } = scope.parts;
    this.#parts = parts;
    this.#scope = scope;
    this.#source = new ItemSource(items);
    this.#concurrency = options.concurrency ?? desk.concurrency;
    this.#gate = options.pool === undefined ? undefined : desk.openGate(options.pool);
  }

  /** How many items there were. */
  get count(): number {
    return this.#count;
  }

  /** Runs to the end. Rejects with what the items throw, and with the reason for which it was stopped. */
  run(): Promise<readonly ElementEnd[]> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#scope.enter(this);
      const { recalling } = this.#parts;
      if (recalling) this.#await(recalling, (recalled) => this.#recalled = recalled);
      this.#pump();
    });
  }

  stop(reason: unknown): void {
    if (this.#stop) return;
    this.#stop = { reason };
    this.#gate?.close();
    this.#cancelWaiting(wordsOf(reason));
    for (const element of [...this.#running]) element.stop(reason);
    this.#finishIfOver();
  }

  seal(reason: string): number {
    const running = this.#isSealed ? 0 : Math.max(1, this.#active);
    this.#cancelWaiting(reason);
    for (const element of this.#running) this.#cancel(element, reason);
    this.#isSealed = true;
    return running;
  }

  /** Starts what may start. */
  #pump(): void {
    while (!this.#stop && this.#active < this.#concurrency && !this.#isPulling) {
      const again = this.#again.shift();
      if (again) {
        this.#begin(again);
        continue;
      }
      if (this.#isExhausted) break;
      const rest = this.#scope.parts.desk.breathe();
      if (rest) this.#await(rest, () => undefined);
      else this.#pull();
    }
    this.#finishIfOver();
  }

  #pull(): void {
    try {
      const pulled = this.#source.pull();
      if (isThenable(pulled)) this.#await(pulled, (value) => this.#take(value));
      else this.#take(pulled);
    } catch (error) {
      this.stop(error);
    }
  }

  /** Goes on when something is there that comes before the next item. */
  #await<V>(waiting: PromiseLike<V>, then: (value: V) => unknown): void {
    this.#isPulling = true;
    const go = (step: () => void): void => {
      this.#isPulling = false;
      try {
        step();
      } catch (error) {
        this.stop(error);
      }
      this.#pump();
    };
    waiting.then((value) => go(() => then(value)), (error) => go(() => this.stop(error)));
  }

  /** Takes an item up: what was made of it before counts. */
  #take(pulled: Pulled<T>): void {
    if (!pulled) {
      this.#isExhausted = true;
      return;
    }
    if (this.#stop) return;
    const task = this.#taskOf(pulled.item, this.#count++);
    const known = task.memory.get(task.path) ?? this.#recalled?.get(task.path);
    if (known && known.item === task.digest) this.#reuse(task, known);
    else this.#begin(task);
  }

  #taskOf(item: T, index: number): Task<T> {
    const { options, digestOf } = this.#parts;
    const { parts: { desk }, place } = this.#scope;
    const { name } = desk.declaration;
    const key: unknown = options.key ? options.key(item, index) : String(index);
    if (typeof key !== "string" || key === "" || key.length > LONGEST_KEY) throw wrongKey(name, key, index);
    const path = elementPath(place.path, options.name, key);
    if (!this.#scope.claim(path)) throw duplicateKey(name, path, options.key === undefined);
    const memory = place.memory ?? new Map<string, Recalled>();
    return { item, index, key, path, digest: digestOf(item), memory, attempt: 1 };
  }

  #reuse({ path, index, key }: Task<T>, { item, value, reason, from }: Recalled): void {
    const { write } = this.#scope.parts.desk;
    if (reason === undefined) {
      this.#ends[index] = { status: "success", key, value: isObject(value) ? copyJson(value) : value };
    } else this.#ends[index] = { status: "skipped", key, reason };
    if (from === undefined || this.#isSealed) return;
    // Recorded once: an element around it may be tried again.
    this.#recalled?.set(path, {
      item,
      ...(value !== undefined && { value }),
      ...(reason !== undefined && { reason }),
    });
    if (reason !== undefined) write("element_skipped", { element: path, reason, item, from });
    else write("element_succeeded", { element: path, item, ...(value !== undefined && { value }), from });
  }

  #begin(task: Task<T>): void {
    const { parts, place } = this.#scope;
    const { pool } = this.#parts.options;
    const pools = pool === undefined ? place.pools : [...place.pools, pool];
    const element = new Element(task, new Scope(parts, { path: task.path, memory: task.memory, pools }));
    this.#active++;
    this.#drive(element).then(
      () => this.#ended(element),
      (error) => {
        this.stop(error);
        this.#ended(element);
      },
    );
  }

  #ended(element: Element<T>): void {
    this.#running.delete(element);
    this.#active--;
    this.#pump();
  }

  /** One attempt: never throws for what its body does. */
  async #drive(element: Element<T>): Promise<void> {
    const pass = this.#gate && await this.#gate.take();
    if (this.#stop || this.#gate && !pass) {
      pass?.leave(undefined);
      return this.#unbegun(element);
    }
    this.#running.add(element);
    this.#scope.parts.desk.write("element_started", { element: element.task.path });
    const outcome = await this.#attempt(element, pass?.refusal);
    pass?.leave(this.#stop ? undefined : outcome);
  }

  /** Stopped between its last attempt and the next; one that had none is not spoken of. */
  #unbegun({ task }: Element<T>): void {
    if (task.attempt > 1) this.#write(task, wordsOf(this.#stop?.reason));
  }

  /** How it ended, for its pool. */
  async #attempt(element: Element<T>, refusal: ElementPass["refusal"]): Promise<Outcome> {
    const { desk } = this.#scope.parts;
    const { timeoutMs } = this.#parts.options;
    const { task } = element;
    const callOff = timeoutMs === undefined ? ignore : desk.clock.after(
      timeoutMs,
      () => element.giveUp(elementTimeout(desk.declaration.name, task.path, timeoutMs)),
    );
    try {
      if (refusal) throw refusal.error;
      const value = await element.run(this.#parts.body);
      if (element.scope.isBusy) throw stillRunning(desk.declaration.name, task.path);
      this.#succeeded(element, value);
      return "success";
    } catch (error) {
      this.#failed(element, error);
      return { error };
    } finally {
      callOff();
      element.scope.seal("the element around it is over");
    }
  }

  #succeeded(element: Element<T>, value: unknown): void {
    const { desk } = this.#scope.parts;
    const { path, index, key, digest: item, memory } = element.task;
    const kind = resultKind(value);
    if (kind !== undefined && kind !== "skip") throw specialResult(desk.declaration.name, path, kind);
    const told = item === undefined ? {} : { item };
    if (kind === "skip") {
      const reason = String((value as Skip).reason);
      this.#ends[index] = { status: "skipped", key, reason };
      if (element.isSealed) return;
      if (item !== undefined) memory.set(path, { item, reason });
      return desk.write("element_skipped", { element: path, reason, ...told });
    }
    const { given, recorded } = readResult(desk.declaration, path, value);
    this.#ends[index] = { status: "success", key, value: given };
    if (element.isSealed) return;
    const said = recorded === undefined ? {} : { value: recorded };
    if (item !== undefined && this.#scope.place.memory) memory.set(path, { item, ...said });
    desk.write("element_succeeded", { element: path, ...told, ...said });
  }

  #failed(element: Element<T>, error: unknown): void {
    const { desk } = this.#scope.parts;
    const { task } = element;
    // Those within are over before the one around them is.
    element.scope.seal("the element around it has failed");
    element.stop(error);
    if (element.isSealed) return;
    if (this.#stop) return this.#write(task, wordsOf(this.#stop.reason));
    const retry = this.#parts.options.retry ?? desk.declaration.retry;
    const delayMs = nextRetryMs({ ...desk.declaration, retry }, task.attempt - 1, error, desk.random);
    if (delayMs === undefined) return this.#failedForGood(element, error);
    desk.write("element_retrying", { element: task.path, error: recordError(error), delayMs });
    task.attempt++;
    this.#waiting.set(
      task,
      desk.clock.after(delayMs, () => {
        this.#waiting.delete(task);
        this.#again.push(task);
        this.#pump();
      }),
    );
  }

  #failedForGood(element: Element<T>, error: unknown): void {
    const { path, index, key } = element.task;
    element.isSealed = true;
    this.#ends[index] = { status: "failed", key, path, error };
    this.#scope.parts.desk.write("element_failed", { element: path, error: recordError(error) });
    if (!this.#parts.options.failFast) return;
    this.#isExhausted = true;
    this.seal("another element has failed");
    this.stop(new Error("another element has failed"));
    this.#settle();
  }

  #cancelWaiting(reason: string): void {
    for (const [task, callOff] of this.#waiting) {
      callOff();
      this.#write(task, reason);
    }
    for (const task of this.#again) this.#write(task, reason);
    this.#waiting.clear();
    this.#again.length = 0;
  }

  /** Those within are canceled first. */
  #cancel(element: Element<T>, reason: string): void {
    if (element.isSealed) return;
    element.scope.seal(reason);
    element.isSealed = true;
    this.#write(element.task, reason);
  }

  #write({ path }: Task<T>, reason: string): void {
    if (!this.#isSealed) this.#scope.parts.desk.write("element_canceled", { element: path, reason });
  }

  #finishIfOver(): void {
    const isIdle = this.#active === 0 && !this.#isPulling;
    const isDone = this.#isExhausted && this.#waiting.size === 0 && this.#again.length === 0;
    if (isIdle && (this.#stop || isDone)) this.#settle();
  }

  #settle(): void {
    this.#source.close();
    this.#gate?.close();
    this.#scope.leave(this);
    const failed = this.#ends.some(({ status }) => status === "failed");
    if (this.#stop && !(this.#parts.options.failFast && failed)) this.#reject(this.#stop.reason);
    else this.#resolve(this.#ends);
  }
}

function wordsOf(reason: unknown): string {
  return typeof reason === "string" ? reason : recordError(reason).message;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function ignore(): void {}
