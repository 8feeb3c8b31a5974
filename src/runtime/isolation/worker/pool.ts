/** A pool of workers: calls wait here until a worker has room, and each worker gets one message a turn. */
import { availableParallelism } from "node:os";
import type { Clock } from "../../../model/ports.ts";
import { type IssueCode, SluiceError } from "../../../model/issue.ts";
import { type StepError, stepError } from "../../../model/step/outcome.ts";
import { errorElsewhere } from "../elsewhere.ts";
import { recordError } from "../../step/errors.ts";
import type { Fingerprint } from "../fingerprint.ts";
import { GRACE_MS, type IsolationOptions } from "../settings.ts";
import { Call, type CallOrder } from "./call.ts";
import type { WorkerCounts } from "./counts.ts";
import { Leaks } from "./leaks.ts";
import { type Admission, CELL, type RunIntroduction, type StepIntroduction } from "./protocol.ts";
import { Pulse } from "./pulse.ts";
import { Thread, type ThreadListener } from "./thread.ts";

const ENTRY: URL = new URL("../inside/entry.ts", import.meta.url);
const HEARTBEAT_MS = 1_000;
/** With so many leaked threads for each worker that there may be, no other is started. */
const MOST_LEAKED = 2;
const HEAP_MB = 512;
/** A worker that does not say within this time that it heard an order to stop is not going to, milliseconds. */
const DEAF_MS = 500;

/** What a pool is made with. */
export interface PoolOptions extends Omit<IsolationOptions, "command"> {
  readonly module: string;
  readonly clock: Clock;
  /** Hears each secret that was revealed in a worker. */
  readonly secret?: (text: string) => void;
  /** The program of the workers. Default: that of steps. */
  readonly entry?: URL;
}

/** A pool. Workers are started when there is something to do for them. */
export class WorkerPool implements ThreadListener {
  readonly #options: PoolOptions;
  readonly #size: number;
  readonly #graceMs: number;
  readonly #threads: Set<Thread> = new Set();
  readonly #leaks: Leaks = new Leaks();
  readonly #pulse: Pulse;
  readonly #runs: Map<string, RunIntroduction> = new Map();
  #queue: Call<Thread>[] = [];
  #head = 0;
  #isDue = false;
  #stepCount = 0;
  #runCount = 0;
  #replaced = 0;
  #isClosed = false;

  constructor(options: PoolOptions) {
    const { clock, heartbeatMs = HEARTBEAT_MS } = options;
    this.#options = options;
    this.#size = options.workers ?? Math.max(1, availableParallelism() - 1);
    this.#graceMs = options.graceMs ?? GRACE_MS;
    this.#pulse = new Pulse(clock, heartbeatMs, this.#threads, (thread, why) => this.#lose(thread, why));
  }

  /** What there is now. */
  get counts(): WorkerCounts {
    let busy = 0;
    for (const thread of this.#threads) busy += thread.busy;
    return {
      workers: this.#threads.size,
      busy,
      waiting: this.#queue.length - this.#head,
      replaced: this.#replaced,
      leaked: this.#leaks.count,
    };
  }

  /** Makes a step known: it is found in a worker by name, and must have the fingerprint there. */
  introduce(name: string, fingerprint: Fingerprint): StepIntroduction {
    return { number: this.#stepCount++, name, fingerprint };
  }

  /** The run of an id, made known when it is first asked for. */
  runOf(id: string, tags: RunIntroduction["tags"]): RunIntroduction {
    const known = this.#runs.get(id);
    if (known) return known;
    const run: RunIntroduction = { number: this.#runCount++, id, tags };
    this.#runs.set(id, run);
    return run;
  }

  /** Asks for a call. Its promise rejects with what the body has thrown, or with what became of the worker. */
  call(order: CallOrder): Call<Thread> {
    const call = new Call<Thread>(order);
    if (this.#isClosed) call.reject(closed(order.step.name));
    else this.#queue.push(call);
    this.#touch();
    return call;
  }

  /** Answers an element of a call that has asked for a slot of a pool. */
  admit(call: Call<Thread>, admission: Admission): void {
    if (!call.isOver) call.thread?.admit(admission);
  }

  /**
   * Tells a call to stop. When the worker does not hear it, or the body does not end in time, nobody waits for it any
   * more: in the one case the worker is ended, in the other it gets no more calls.
   */
  abort(call: Call<Thread>, reason: unknown): void {
    if (call.isOver) return;
    const { thread } = call;
    if (!thread) return call.reject(reason);
    const { clock } = this.#options;
    thread.abort(call, stepError(recordError(reason)));
    clock.after(Math.min(DEAF_MS, this.#graceMs), () => {
      if (!call.isOver && !thread.hasHeard) this.#endDeaf(thread, call, reason);
    });
    clock.after(this.#graceMs, () => {
      if (!call.isOver && call.thread === thread) this.#abandon(call, thread, reason);
    });
  }

  /** Closes the resources of a run in the workers. Rejects with what went wrong there. */
  async endRun(id: string): Promise<void> {
    const run = this.#runs.get(id);
    if (!run) return;
    this.#runs.delete(id);
    const knowing = [...this.#threads].filter((thread) => thread.knowsRun(run.number));
    const errors = await Promise.all(knowing.map((thread) => thread.endRun(run.number)));
    const error = errors.find((each) => each !== undefined);
    if (error) throw errorElsewhere(id, error, { isFinal: false });
  }

  /** Ends all workers. Calls that wait or are under way are rejected. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#pulse.stop();
    const threads = [...this.#threads];
    this.#threads.clear();
    for (const call of this.#takeQueue()) call.reject(closed(call.order.step.name));
    for (const thread of threads) {
      for (const call of thread.underWay) call.reject(closed(call.order.step.name));
      thread.forget();
    }
    await Promise.all(threads.map((thread) => this.#leaks.end(thread)));
  }

  /** A report of a worker has been taken in. */
  reported(thread: Thread): void {
    const { tasksPerWorker = Infinity, workerHeapMb = HEAP_MB } = this.#options;
    if (thread.sent >= tasksPerWorker || Atomics.load(thread.cells, CELL.HEAP_MB) > workerHeapMb) {
      thread.isRetiring = true;
    }
    if (thread.isRetiring && thread.busy === 0) this.#retire(thread);
    if (this.#queue.length > this.#head) this.#pump();
  }

  /** A worker has ended, or what it threw was caught by nobody. */
  crashed(thread: Thread, why: string): void {
    this.#drop(thread, (name) => failure(name, "STEP_CRASHED", `The worker of ${name} is gone: ${why}.`));
  }

  /** A secret was revealed in a worker. */
  secret(text: string): void {
    this.#options.secret?.(text);
  }

  /** What nobody caught is told with the call that was there last; the worker that it happened in is replaced. */
  stray(thread: Thread, error: StepError): void {
    const call = thread.underWay[0] ?? thread.latest;
    warn(call, `A promise was rejected and nobody caught it: ${error.name}: ${error.message}`);
    thread.isRetiring = true;
  }

  #touch(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.#pump();
    });
  }

  /** Hands calls out, each to the worker that has the fewest. */
  #pump(): void {
    const threads = [...this.#threads];
    const rooms = threads.map(({ room }) => room);
    while (this.#head < this.#queue.length) {
      const call = this.#queue[this.#head];
      const at = call.isOver ? NOWHERE : fewest(threads, rooms);
      if (at === NOWHERE && !call.isOver) break;
      if (at !== NOWHERE) {
        threads[at].push(call);
        rooms[at]--;
      }
      this.#head++;
    }
    if (this.#head < this.#queue.length || threads.every(({ busy }) => busy > 1)) this.#grow();
    if (this.#head === this.#queue.length) this.#takeQueue();
    for (const thread of threads) thread.flush();
    this.#pulse.watch();
  }

  /** Starts a worker, where there may be another and none is on its way. */
  #grow(): void {
    let active = 0;
    for (const { isRetiring, isReady } of this.#threads) {
      if (!isReady) return;
      if (!isRetiring) active++;
    }
    if (active >= this.#size) return;
    const { count } = this.#leaks;
    if (count > 0 && active >= Math.max(1, this.#size - count)) return;
    if (count >= MOST_LEAKED * this.#size) return this.#refuse(count);
    const { module, heartbeatMs = HEARTBEAT_MS, clock, entry = ENTRY } = this.#options;
    const start = { module, heartbeatMs };
    this.#threads.add(new Thread({ entry, start, listener: this, now: () => clock.now() }));
  }

  /** Too many threads compute for nobody: what waits is told so, and nothing is begun. */
  #refuse(leaked: number): void {
    const message = (name: string) =>
      `${name} gets no worker: ${leaked} threads were ended, and this runtime lets them compute on.`;
    for (const call of this.#takeQueue()) {
      const { name } = call.order.step;
      call.reject(failure(name, "STEP_LOST", message(name), LEAK_HINT));
    }
  }

  #lose(thread: Thread, why: string): void {
    this.#drop(thread, (name) => failure(name, "STEP_LOST", `The worker of ${name} was lost: ${why}.`));
  }

  /** It does not hear: it is ended, and with it whatever else it has begun. */
  #endDeaf(thread: Thread, deaf: Call<Thread>, reason: unknown): void {
    const { name } = deaf.order.step;
    deaf.reject(reason);
    const why = `it was ended because ${name} did not stop`;
    void this.#drop(
      thread,
      (other) => failure(other, "STEP_CRASHED", `The worker of ${other} is gone: ${why}.`),
    )?.then((isLeaked) => {
      if (isLeaked) warn(deaf, LEAKED);
    });
  }

  #abandon(call: Call<Thread>, thread: Thread, reason: unknown): void {
    thread.abandon(call);
    call.reject(reason);
    thread.isRetiring = true;
    if (thread.busy === 0) this.#retire(thread);
  }

  #retire(thread: Thread): void {
    if (!this.#threads.delete(thread)) return;
    this.#replaced++;
    thread.forget();
    void this.#leaks.end(thread);
  }

  /** Without a worker, what it had begun fails, and what it had not begun goes to another. */
  #drop(thread: Thread, word: (step: string) => Error): Promise<boolean> | undefined {
    if (!this.#threads.delete(thread)) return undefined;
    this.#replaced++;
    const { begun, underWay } = thread;
    thread.forget();
    const again = underWay.filter(({ sequence }) => sequence >= begun)
      .sort((a, b) => a.sequence - b.sequence);
    for (const call of underWay) if (call.sequence < begun) call.reject(word(call.order.step.name));
    for (const call of again) call.thread = undefined;
    this.#queue = [...again, ...this.#takeQueue()];
    this.#touch();
    return this.#leaks.end(thread);
  }

  #takeQueue(): readonly Call<Thread>[] {
    const calls = this.#queue.slice(this.#head);
    this.#queue = [];
    this.#head = 0;
    return calls;
  }
}

const NOWHERE = -1;

/** The place of the worker with the fewest calls, of those that have room. */
function fewest(threads: readonly Thread[], rooms: readonly number[]): number {
  let chosen = NOWHERE;
  for (let at = 0; at < threads.length; at++) {
    if (rooms[at] > 0 && (chosen < 0 || threads[at].busy < threads[chosen].busy)) chosen = at;
  }
  return chosen;
}

const LEAKED = "Its thread was ended and computes on: this runtime cannot end a thread that does not return.";
const LEAK_HINT = 'Declare such bodies isolation: "process": a process can be killed.';

function warn(call: Call<Thread> | undefined, message: string): void {
  call?.order.listener?.({ slot: call.slot, level: "warning", message });
}

function closed(name: string): SluiceError {
  return failure(name, "CANCELED", `${name} was given up: its workers were closed.`);
}

function failure(name: string, code: IssueCode, message: string, hint?: string): SluiceError {
  return new SluiceError({ code, message, path: ["steps", name], ...(hint !== undefined && { hint }) });
}
