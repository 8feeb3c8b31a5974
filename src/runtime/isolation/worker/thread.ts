/** One worker as the pool sees it: what was sent, what was begun, and what came back. */
import { setImmediate } from "node:timers";
import { Worker } from "node:worker_threads";
import type { StepError } from "../../../model/step/outcome.ts";
import type { Call } from "./call.ts";
import { TaskWriter } from "./columns.ts";
import { uncopied, unpackFailure } from "./failure.ts";
import {
  type Admission,
  CELL,
  type Orders,
  type Report,
  type RunIntroduction,
  type WorkerStart,
} from "./protocol.ts";
import type { StepIntroduction } from "./protocol.ts";

/** At most so many calls that a worker has not begun; it may have any number of begun ones. */
const MOST_AHEAD = 1_024;
const FIRST_AHEAD = 2;
/** Calls that are begun this soon were short: more of them may be sent ahead. */
const SHORT_MS = 10;
/** Not much more is sent ahead than what is begun in this time. */
const LONG_MS = 20;

/** What a pool hears of its workers. */
export interface ThreadListener {
  /** A report has been taken in. */
  reported(thread: Thread): void;
  /** The worker has ended, or what it threw was caught by nobody. */
  crashed(thread: Thread, why: string): void;
  secret(text: string): void;
  /** A promise was rejected in it, and nobody caught it. */
  stray(thread: Thread, error: StepError): void;
}

/** What a worker is made of. */
export interface ThreadOrder {
  readonly entry: URL;
  readonly start: Omit<WorkerStart, "cells">;
  readonly listener: ThreadListener;
  readonly now: () => number;
}

/** A worker. */
export class Thread {
  readonly cells: Int32Array;
  /** Calls by slot. */
  readonly calls: (Call<Thread> | undefined)[] = [];
  /** How many calls it has, abandoned ones not counted. */
  busy = 0;
  isReady = false;
  /** It gets no more calls, and ends when it has none. */
  isRetiring = false;
  /** It has said that it heard an order to stop, after the last one. */
  hasHeard = true;
  /** How many calls it was given. */
  sent = 0;
  /** The call that was last in it: what comes from nowhere is told there. */
  latest: Call<Thread> | undefined = undefined;
  readonly #worker: Worker;
  readonly #listener: ThreadListener;
  readonly #now: () => number;
  readonly #free: number[] = [];
  readonly #knownSteps: Set<number> = new Set();
  readonly #knownRuns: Set<number> = new Set();
  readonly #endings: Map<number, (error: StepError | undefined) => void> = new Map();
  #ahead = FIRST_AHEAD;
  #sentMs = 0;
  /** How many calls were sent since all were begun. */
  #batch = 0;
  #steps: StepIntroduction[] = [];
  #runs: RunIntroduction[] = [];
  readonly #tasks: TaskWriter = new TaskWriter();
  #isHeld = true;
  #isLettingGo = false;

  constructor({ entry, start, listener, now }: ThreadOrder) {
    const cells = new SharedArrayBuffer(CELL.COUNT * Int32Array.BYTES_PER_ELEMENT);
    this.cells = new Int32Array(cells);
    this.#listener = listener;
    this.#now = now;
    const workerData: WorkerStart = { ...start, cells };
    this.#worker = new Worker(entry, { workerData });
    this.#worker.on("message", (report: Report) => this.#take(report));
    this.#worker.on("error", (error: unknown) => listener.crashed(this, whyOf(error)));
    this.#worker.on("exit", (code: number) => listener.crashed(this, `it ended with exit code ${code}`));
  }

  /** How many of its calls it has begun. */
  get begun(): number {
    return Atomics.load(this.cells, CELL.BEGUN);
  }

  /** How many calls it may be given now. */
  get room(): number {
    return this.isReady && !this.isRetiring ? this.#ahead - this.sent + this.begun : 0;
  }

  /** The calls that are not over and were not abandoned. */
  get underWay(): readonly Call<Thread>[] {
    return this.calls.filter((call): call is Call<Thread> => call !== undefined && !call.isOver);
  }

  knowsRun(run: number): boolean {
    return this.#knownRuns.has(run);
  }

  /** Takes a call on; it is sent with the next `flush`. */
  push(call: Call<Thread>): void {
    const { step, run, attempt, argument } = call.order;
    const slot = this.#free.pop() ?? this.calls.length;
    if (this.busy++ === 0) this.#hold();
    call.thread = this;
    call.slot = slot;
    call.sequence = this.sent++;
    this.calls[slot] = call;
    if (!this.#knownSteps.has(step.number)) this.#introduce(step);
    if (!this.#knownRuns.has(run.number)) {
      this.#knownRuns.add(run.number);
      this.#runs.push(run);
    }
    this.#tasks.push(slot, step.number, run.number, attempt, argument);
  }

  /** Sends what was pushed, in one message. */
  flush(): void {
    if (this.#tasks.size === 0) return;
    if (this.#batch === 0) this.#sentMs = this.#now();
    this.#batch += this.#tasks.size;
    const orders: Orders = {
      ...(this.#steps.length > 0 && { steps: this.#steps }),
      ...(this.#runs.length > 0 && { runs: this.#runs }),
      tasks: this.#tasks.take(),
    };
    this.#steps = [];
    this.#runs = [];
    try {
      this.#worker.postMessage(orders);
    } catch {
      this.#sendOneByOne(orders);
    }
  }

  /** Tells a call to stop. */
  abort({ slot }: Call, reason: StepError): void {
    this.hasHeard = false;
    this.#worker.postMessage({ aborts: [[slot, reason]] } satisfies Orders);
  }

  /** Answers an element that has asked for a slot. */
  admit(admission: Admission): void {
    this.#worker.postMessage({ admitted: [admission] } satisfies Orders);
  }

  /** Has the resources of a run closed, and gives what went wrong. */
  endRun(run: number): Promise<StepError | undefined> {
    this.#knownRuns.delete(run);
    this.#hold();
    this.#worker.postMessage({ ended: run } satisfies Orders);
    return new Promise((resolve) => this.#endings.set(run, resolve));
  }

  /** It is gone, or about to: nobody waits for what it has not said. */
  forget(): void {
    for (const resolve of this.#endings.values()) resolve(undefined);
    this.#endings.clear();
    this.busy = 0;
    this.#letGo();
  }

  /** Counts a call no more that does not end. */
  abandon(call: Call<Thread>): void {
    call.isAbandoned = true;
    this.#leave();
  }

  /** Ends it. On some runtimes a thread that computes goes on all the same. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #introduce(step: StepIntroduction): void {
    this.#knownSteps.add(step.number);
    this.#steps.push(step);
  }

  /** One argument that cannot be copied must not keep the others from being sent. */
  #sendOneByOne({ tasks, ...rest }: Orders): void {
    this.#worker.postMessage(rest);
    for (const slot of tasks?.slots ?? []) {
      const call = this.calls[slot];
      if (!call) continue;
      const { step, run, attempt, argument } = call.order;
      this.#tasks.push(slot, step.number, run.number, attempt, argument);
      try {
        this.#worker.postMessage({ tasks: this.#tasks.take() } satisfies Orders);
      } catch (error) {
        // The count of what was begun goes on over the gap.
        this.#worker.postMessage({ skipped: 1 } satisfies Orders);
        this.#release(slot)?.reject(uncopied(step.name, "The input", argument, error));
      }
    }
    this.#listener.reported(this);
  }

  #take({ remarks, done, values, failed, heard, ended }: Report): void {
    if (!this.isReady && this.busy === 0) this.#letGo();
    this.isReady = true;
    if (remarks) this.#hear(remarks);
    if (done) { for (let at = 0; at < done.length; at++) this.#release(done[at])?.resolve(values?.[at]); }
    for (const [slot, failure] of failed ?? []) {
      const call = this.#release(slot);
      call?.reject(unpackFailure(call.order.step.name, failure));
    }
    if (heard) this.hasHeard = true;
    if (ended) this.#end(...ended);
    if (this.#batch > 0 && this.sent === this.begun) this.#pace();
    this.#listener.reported(this);
  }

  #end(run: number, error: StepError | undefined): void {
    this.#endings.get(run)?.(error);
    this.#endings.delete(run);
    if (this.busy === 0) this.#letGo();
  }

  #hear(remarks: NonNullable<Report["remarks"]>): void {
    for (const remark of remarks) {
      if ("secret" in remark) this.#listener.secret(remark.secret);
      else if ("stray" in remark) this.#listener.stray(this, remark.stray);
      else this.calls[remark.slot]?.order.listener?.(remark);
    }
  }

  /** A call is over, or was abandoned before and is over now; undefined in the latter case. */
  #release(slot: number): Call<Thread> | undefined {
    const call = this.calls[slot];
    if (!call) return undefined;
    this.calls[slot] = undefined;
    this.#free.push(slot);
    if (call.isAbandoned) return undefined;
    this.latest = call;
    this.#leave();
    return call;
  }

  #leave(): void {
    if (--this.busy === 0) this.#letGo();
  }

  /** A worker that has something to do, or is starting, keeps the process; an idle one does not. */
  #hold(): void {
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#worker.ref();
  }

  /** At the end of the turn, since most often there is something to do again by then. */
  #letGo(): void {
    if (this.#isLettingGo) return;
    this.#isLettingGo = true;
    setImmediate(() => {
      this.#isLettingGo = false;
      if (this.busy > 0 || this.#endings.size > 0 || !this.#isHeld) return;
      this.#isHeld = false;
      this.#worker.unref();
    });
  }

  #pace(): void {
    const tookMs = this.#now() - this.#sentMs;
    if (tookMs < SHORT_MS) this.#ahead = Math.min(MOST_AHEAD, this.#ahead * 2);
    else if (tookMs > LONG_MS) this.#ahead = Math.max(1, Math.floor(this.#batch * LONG_MS / tookMs));
    this.#batch = 0;
  }
}

function whyOf(error: unknown): string {
  const { name = "Error", message = String(error) } = (error ?? {}) as Partial<Error>;
  return `${name}: ${message} was thrown in it, and nobody caught it`;
}
