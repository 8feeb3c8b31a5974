/** The run loop: lanes that take steps as soon as all they wait for is over. */
import { resultKind } from "../../model/assets/result.ts";
import type { ValueTable } from "../../io/manager.ts";
import { Attempts } from "./attempts.ts";
import { Deadlines } from "./deadlines.ts";
import { Lane, WAIT } from "./lane.ts";
import type { Pace } from "../pace.ts";
import type { LoopParts, LoopProgress } from "./parts.ts";
import { prepare } from "./prepare.ts";
import type { ReadyQueue } from "./ready.ts";
import type { Outcome } from "../gates/gate.ts";
import type { Seats, SeatWaiter } from "../gates/seats.ts";
import { Turnstile } from "../gates/turnstile.ts";
import { BodyContext, type ContextSource } from "../step/context.ts";
import { recordError, timeoutError } from "../step/errors.ts";
import { isThenable } from "../thenable.ts";
import type { StepResult } from "../step/outputs.ts";
import { BlockedByCheck } from "../step/refusal.ts";
import { type Body, TRAIT } from "../wiring.ts";

/** With any of these there is more to the end of a step than putting its value into the table. */
const NOT_PLAIN = TRAIT.ELABORATE | TRAIT.GATED;

/** Runs the steps of one run to their end. */
export class RunLoop implements SeatWaiter {
  readonly priority: number;
  readonly #parts: LoopParts;
  readonly #pace: Pace;
  readonly #ready: ReadyQueue;
  readonly #progress: LoopProgress;
  readonly #seats: Seats;
  readonly #source: ContextSource;
  readonly #ranks: Int32Array;
  readonly #timeoutsMs: Float64Array;
  readonly #traits: Uint8Array;
  readonly #bodies: readonly Body[];
  readonly #table: ValueTable | undefined;
  readonly #outputPlaces: Int32Array;
  readonly #concurrency: number;
  readonly #lanes: Set<Lane> = new Set();
  readonly #deadlines: Deadlines<Lane>;
  readonly #attempts: Attempts;
  readonly #turnstile: Turnstile;
  #isWidening = false;
  #stopReason: string | undefined = undefined;
  #crash: { readonly error: unknown } | undefined = undefined;
  /** Set when the run is left as it is; `isHurried` when its steps were told to stop. */
  #leaving: { isHurried: boolean } | undefined = undefined;
  #callOffGrace: () => void = nothing;
  #resolve: () => void = nothing;
  #reject: (error: unknown) => void = nothing;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.priority = parts.priority;
    this.#pace = parts.engine.pace;
    this.#ready = parts.ready;
    this.#progress = parts.progress;
    this.#seats = parts.engine.seats;
    this.#concurrency = parts.concurrency;
    this.#source = parts.source;
    this.#ranks = parts.graph.rankOfSteps;
    this.#timeoutsMs = parts.wiring.timeoutsMs;
    this.#traits = parts.wiring.traits;
    this.#bodies = parts.wiring.bodies;
    this.#table = parts.wiring.table;
    this.#outputPlaces = parts.wiring.outputPlaces;
    const { clock, random } = parts.engine;
    this.#deadlines = new Deadlines(clock, this.#lanes, (lane) => this.#expire(lane));
    const { engine: { gates, needs }, source, priority, tape: { runId } } = parts;
    const accept = (step: number) => this.#accept(step);
    this.#turnstile = new Turnstile({ runId, priority, gates, needs, source, accept });
    const again = (step: number) => this.#again(step);
    this.#attempts = new Attempts(parts.earlierAttempts, clock, random, again, parts.judge);
  }

  /** Resolves when every step is over. Rejects when the run cannot go on, as when events cannot be committed. */
  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      if (this.#crash) reject(this.#crash.error);
      else if (this.#progress.left === 0 || this.#leaving) resolve();
      else this.#widen();
    });
  }

  /** Stops the run: nothing starts any more, what is under way is told, what has not begun is canceled. */
  stop(reason: string, cause: unknown): void {
    if (this.#stopReason !== undefined || this.#progress.left === 0) return;
    this.#stopReason = reason;
    this.#parts.tape.add("run_canceling", { reason });
    this.#quiet();
    this.#hurry(cause);
    this.#cancelRest(reason).catch((error) => this.crash(error));
  }

  /**
   * Leaves the run as it is: nothing starts any more, and what is under way may end by itself. After `graceMs` it is
   * told to stop, and what it says then but success is not recorded.
   */
  leave(graceMs: number, cause: unknown): void {
    if (this.#stopReason !== undefined || this.#leaving || this.#progress.left === 0) return;
    const leaving: { isHurried: boolean } = { isHurried: false };
    this.#leaving = leaving;
    this.#quiet();
    this.#callOffGrace = this.#parts.engine.clock.after(graceMs, () => {
      leaving.isHurried = true;
      this.#hurry(cause);
    });
    if (this.#lanes.size === 0) this.#finish();
  }

  /** Tells everything under way to stop, and gives up what does not in time. */
  #hurry(cause: unknown): void {
    this.#callOffGrace();
    for (const { context } of this.#lanes) if (context) BodyContext.abort(context, cause);
    this.#parts.desk.abort(cause);
    this.#callOffGrace = this.#parts.engine.clock.after(this.#parts.graceMs, () => this.#giveUp());
  }

  async #cancelRest(reason: string): Promise<void> {
    await this.#pace.finish(this.#progress.cancelRest(reason));
    if (this.#progress.left === 0) this.#finish();
  }

  /** Gives the run up at once, without a word on record: nothing that it could say would be kept. */
  crash(error: unknown): void {
    if (this.#crash) return;
    this.#crash = { error };
    this.#quiet();
    for (const lane of [...this.#lanes]) {
      if (lane.context) {
        BodyContext.abort(lane.context, error);
        this.#turnstile.leave(lane.step, undefined);
      }
      this.#leave(lane);
    }
    this.#close();
    this.#reject(error);
  }

  /** The gates of a step that waited for them let it in. */
  #accept(step: number): boolean {
    if (!this.#progress.isOpen(step)) return false;
    this.#ready.unshift(step);
    if (this.#lanes.size >= this.#concurrency) return false;
    queueMicrotask(() => this.#widen());
    return true;
  }

  /** A seat has been taken for this run. */
  sit(): void {
    if (this.#ready.size > 0 && this.#lanes.size < this.#concurrency) this.#openLane();
    else this.#seats.give();
    this.#widen();
  }

  /** Opens lanes for what is ready. */
  #widen(): void {
    if (this.#isWidening) return;
    this.#isWidening = true;
    while (this.#ready.size > 0 && this.#lanes.size < this.#concurrency && this.#seats.take(this)) {
      this.#openLane();
    }
    this.#isWidening = false;
  }

  #openLane(): void {
    const lane = new Lane();
    this.#lanes.add(lane);
    this.#drive(lane).catch((error) => this.crash(error));
  }

  /**
   * Waits in place for what a lane has under way, and goes on. All else happens between two waits and without a
   * promise. A lane that was given up ends when its wait is over.
   */
  async #drive(lane: Lane): Promise<void> {
    let waiting = this.#advance(lane);
    while (waiting !== undefined) {
      try {
        const value = await waiting;
        if (lane.isAbandoned) return;
        waiting = this.#resume(lane, value);
      } catch (error) {
        if (lane.isAbandoned) return;
        this.#failed(lane, error);
        waiting = this.#advance(lane);
      }
    }
  }

  /** Begins steps until one takes time; undefined when there are none and the lane has ended. */
  #advance(lane: Lane): PromiseLike<unknown> | undefined {
    for (;;) {
      if (this.#pace.tick()) {
        lane.waitsFor = WAIT.REST;
        return this.#rest();
      }
      // Who leaves passes nothing on: no seat would come back, and its last lane must end the run.
      if (this.#seats.isContested && !this.#leaving && this.#seats.pass(this, lane.step >= 0)) {
        this.#lanes.delete(lane);
        return undefined;
      }
      const step = this.#ready.shift();
      if (step < 0) {
        this.#leave(lane);
        return undefined;
      }
      const rank = this.#ranks[step];
      const traits = this.#traits[rank];
      if ((traits & TRAIT.GATED) !== 0 && !this.#turnstile.admits(step)) continue;
      const attempt = this.#attempts.next(step);
      const context = new BodyContext(this.#source, step, attempt);
      this.#progress.begin(step, attempt);
      lane.step = step;
      lane.rank = rank;
      lane.context = context;
      lane.deadlineMs = this.#pace.nowMs + this.#timeoutsMs[rank];
      try {
        if ((traits & TRAIT.GATED) !== 0) this.#turnstile.requirePass(step);
        if ((traits & (TRAIT.GATHERS | TRAIT.RESOURCES)) !== 0) {
          const prepared = prepare(this.#parts, context, step, rank);
          if (prepared) return this.#wait(lane, WAIT.PREPARED, prepared);
        }
        const result = this.#bodies[rank](context);
        if (isThenable(result)) return this.#wait(lane, WAIT.BODY, result);
        const keeping = this.#keep(lane, context, result);
        if (keeping) return keeping;
      } catch (error) {
        this.#failed(lane, error);
      }
    }
  }

  /** What a lane waited for is there: goes on with its step, and then with the next. */
  #resume(lane: Lane, value: unknown): PromiseLike<unknown> | undefined {
    let waiting: PromiseLike<unknown> | undefined;
    if (lane.waitsFor === WAIT.BODY) waiting = this.#keep(lane, lane.context as BodyContext, value);
    else if (lane.waitsFor === WAIT.PREPARED) waiting = this.#call(lane);
    else if (lane.waitsFor === WAIT.KEPT) this.#ended(lane, value as StepResult);
    return waiting ?? this.#advance(lane);
  }

  /** Calls the body of a step whose inputs had to be waited for; not any more when the run was stopped meanwhile. */
  #call(lane: Lane): PromiseLike<unknown> | undefined {
    const context = lane.context as BodyContext;
    if (this.#stopReason !== undefined) throw new Error(this.#stopReason);
    const result = this.#bodies[lane.rank](context);
    return isThenable(result) ? this.#wait(lane, WAIT.BODY, result) : this.#keep(lane, context, result);
  }

  /** Keeps what a body returned: at once where that is one plain value for the table. */
  #keep(lane: Lane, context: BodyContext, result: unknown): PromiseLike<unknown> | undefined {
    const { step, rank } = lane;
    const isPlain = (this.#traits[rank] & NOT_PLAIN) === 0 && resultKind(result) === undefined &&
      BodyContext.factsOf(context) === undefined;
    if (!isPlain) return this.#wait(lane, WAIT.KEPT, this.#parts.keeping.keep(step, context, result));
    (this.#table as ValueTable).set(this.#outputPlaces[rank], result);
    lane.context = undefined;
    this.#progress.succeed(step, context.attempt, undefined);
    this.#attempts.forget(step);
    if (this.#progress.left === 0) this.#finish();
    return undefined;
  }

  /** A lane is about to wait: others take over, and its deadline is watched. */
  #wait<P extends PromiseLike<unknown>>(lane: Lane, waitsFor: number, waiting: P): P {
    lane.waitsFor = waitsFor;
    if (lane.deadlineMs < this.#deadlines.ringsMs) this.#deadlines.watch(lane.deadlineMs);
    if (this.#ready.size > 0 && this.#lanes.size < this.#concurrency) this.#widen();
    return waiting;
  }

  async #rest(): Promise<void> {
    await this.#pace.rest();
    if (this.#parts.engine.recorder.isPressed) await this.#parts.engine.recorder.relief();
  }

  /** A lane has nothing more to do, or is given up. */
  #leave(lane: Lane): void {
    lane.context = undefined;
    lane.isAbandoned = true;
    if (this.#lanes.delete(lane)) this.#seats.give();
    if (this.#leaving && this.#lanes.size === 0 && !this.#crash) this.#finish();
  }

  /** An attempt has come to a result. */
  #ended(lane: Lane, result: StepResult): void {
    const { step, rank } = lane;
    const { attempt } = lane.context as BodyContext;
    lane.context = undefined;
    if (result.kind === "made") this.#progress.succeed(step, attempt, result.outputs);
    else this.#drop(this.#progress.skip(step, attempt, result.reason, result.circuit));
    this.#free(step, rank, "success");
  }

  /** Some steps were cut off: what they waited for is not waited for any more. */
  #drop(steps: readonly number[]): void {
    for (const step of steps) {
      this.#attempts.callOff(step);
      this.#turnstile.forget(step);
    }
  }

  /** An attempt has failed. A step that waits for its next one holds neither lane nor slot. */
  #failed(lane: Lane, error: unknown): void {
    const { step, rank, context } = lane;
    if (!context) throw error;
    const { attempt } = context;
    lane.context = undefined;
    BodyContext.seal(context, "the attempt of its step is over");
    const reason = this.#stopReason;
    if (this.#leaving?.isHurried && reason === undefined) return this.#free(step, rank, undefined);
    const declaration = this.#parts.wiring.definitions.steps[rank];
    const delayMs = reason === undefined
      ? this.#attempts.delayMs(step, attempt, declaration, error)
      : undefined;
    if (reason !== undefined) this.#progress.cancel(step, attempt, reason);
    else if (delayMs !== undefined) {
      this.#progress.retry(step, attempt, { error: recordError(error), delayMs });
      if (!this.#leaving) this.#attempts.wait(step, attempt, delayMs);
    } else {
      const outputs = error instanceof BlockedByCheck && error.outputs.length > 0
        ? { outputs: error.outputs }
        : {};
      this.#progress.fail(step, attempt, { error: recordError(error), ...outputs });
    }
    this.#free(step, rank, reason === undefined ? { error } : undefined);
  }

  /** A step is not under way any more: it leaves its gates, and it may have been the last. */
  #free(step: number, rank: number, outcome: Outcome): void {
    if ((this.#traits[rank] & TRAIT.GATED) !== 0) this.#turnstile.leave(step, outcome);
    this.#attempts.forget(step);
    if (this.#progress.left === 0) this.#finish();
  }

  /** The wait of a step for its next attempt is over. */
  #again(step: number): void {
    this.#pace.refresh();
    this.#ready.push(step);
    this.#widen();
  }

  /** An attempt has outlived its time. It is told to stop, and whatever it still says is not heard. */
  #expire(lane: Lane): void {
    const { context, rank } = lane;
    if (!context) return;
    this.#pace.refresh();
    const error = timeoutError(this.#parts.wiring.definitions.steps[rank]);
    BodyContext.abort(context, error);
    this.#failed(lane, error);
    this.#leave(lane);
    this.#widen();
  }

  /** The time is over that steps had to stop in. */
  #giveUp(): void {
    this.#pace.refresh();
    for (const lane of [...this.#lanes]) {
      const { context, step } = lane;
      this.#leave(lane);
      if (!context) continue;
      this.#turnstile.leave(step, undefined);
      if (this.#stopReason === undefined) continue;
      const { name } = this.#parts.source.declarationOf(step);
      BodyContext.seal(context, "the attempt of its step was given up");
      const reason = `${this.#stopReason}; ${name} did not stop within ${this.#parts.graceMs} ms`;
      this.#progress.cancel(step, context.attempt, reason);
    }
    if (this.#progress.left === 0) this.#finish();
  }

  /** Lets nothing begin any more. */
  #quiet(): void {
    this.#progress.close();
    this.#seats.withdraw(this);
    this.#turnstile.close();
    this.#attempts.stop();
  }

  #finish(): void {
    this.#close();
    this.#resolve();
  }

  #close(): void {
    this.#callOffGrace();
    this.#deadlines.stop();
    this.#ready.clear();
  }
}

function nothing(): void {}
