/** The run loop: lanes that take steps as soon as all they wait for is over. */
import type { StepDeclaration } from "../model/assets/declaration.ts";
import { resultKind } from "../model/assets/result.ts";
import { SluiceError } from "../model/issue.ts";
import type { StepGraph } from "../planner/steps/table.ts";
import { Deadlines } from "./deadlines.ts";
import type { Engine } from "./engine.ts";
import type { Keeping } from "./keeping.ts";
import type { Pace } from "./pace.ts";
import type { Progress } from "./progress.ts";
import type { ReadyQueue } from "./ready.ts";
import type { Tape } from "./recorder.ts";
import type { ResourceDesk } from "./resources.ts";
import { nextRetryMs } from "./retry.ts";
import type { Seats, SeatWaiter, SlotWaiter } from "./slots.ts";
import { BodyContext, type ContextSource } from "./step/context.ts";
import { recordError } from "./step/errors.ts";
import { type InputReader, isThenable } from "./step/inputs.ts";
import type { StepResult } from "./step/outputs.ts";
import { BlockedByCheck } from "./step/refusal.ts";
import { TRAIT, type Wiring } from "./wiring.ts";

/** What a run loop works with. */
export interface LoopParts {
  readonly engine: Engine;
  readonly graph: StepGraph;
  readonly wiring: Wiring;
  readonly progress: Progress;
  readonly ready: ReadyQueue;
  readonly source: ContextSource;
  readonly reader: InputReader;
  readonly keeping: Keeping;
  readonly desk: ResourceDesk;
  readonly tape: Tape;
  /** How many steps of the run may be under way at once. */
  readonly concurrency: number;
  /** How long steps that were told to stop may take for it. */
  readonly graceMs: number;
  /** Attempts that an earlier process began, by step. */
  readonly earlierAttempts: ReadonlyMap<number, number>;
}

/** One of the places in which steps are under way. */
class Lane {
  /** The attempt that is under way; undefined between two, and when the lane was given up. */
  context: BodyContext | undefined = undefined;
  step = -1;
  deadlineMs = Infinity;
}

/** What a plain value comes to. */
const MADE: StepResult = Object.freeze({ kind: "made", outputs: Object.freeze([]) });

/** Runs the steps of one run to their end. */
export class RunLoop implements SlotWaiter, SeatWaiter {
  readonly #parts: LoopParts;
  readonly #pace: Pace;
  readonly #ready: ReadyQueue;
  readonly #progress: Progress;
  readonly #seats: Seats;
  readonly #lanes: Set<Lane> = new Set();
  readonly #deadlines: Deadlines<Lane>;
  /** The next attempt of steps that are not at their first. */
  readonly #attempts: Map<number, number>;
  /** Steps that wait for their next attempt, and how to call the timer off. */
  readonly #retries: Map<number, () => void> = new Map();
  /** Steps that hold the slot of their pool and have not begun. */
  readonly #granted: Set<number> = new Set();
  #isWidening = false;
  #stopReason: string | undefined = undefined;
  #crash: { readonly error: unknown } | undefined = undefined;
  #callOffGrace: () => void = nothing;
  #resolve: () => void = nothing;
  #reject: (error: unknown) => void = nothing;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#pace = parts.engine.pace;
    this.#ready = parts.ready;
    this.#progress = parts.progress;
    this.#seats = parts.engine.seats;
    this.#deadlines = new Deadlines(parts.engine.clock, this.#lanes, (lane) => this.#expire(lane));
    this.#attempts = new Map([...parts.earlierAttempts].map(([step, attempts]) => [step, attempts + 1]));
  }

  /** Resolves when every step is over. Rejects when the run cannot go on, as when events cannot be committed. */
  run(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      if (this.#crash) reject(this.#crash.error);
      else if (this.#progress.left === 0) resolve();
      else this.#widen();
    });
  }

  /** Stops the run: nothing starts any more, what is under way is told, what has not begun is canceled. */
  stop(reason: string, cause: unknown): void {
    if (this.#stopReason !== undefined || this.#progress.left === 0) return;
    this.#stopReason = reason;
    this.#parts.tape.add("run_canceling", { reason });
    this.#quiet();
    for (const { context } of this.#lanes) if (context) BodyContext.abort(context, cause);
    this.#parts.desk.abort(cause);
    this.#callOffGrace = this.#parts.engine.clock.after(this.#parts.graceMs, () => this.#giveUp());
    this.#pace.finish(this.#progress.cancelRest(reason)).then(
      () => this.#endIfOver(),
      (error) => this.crash(error),
    );
  }

  /** Gives the run up at once, without a word on record: nothing that it could say would be kept. */
  crash(error: unknown): void {
    if (this.#crash) return;
    this.#crash = { error };
    this.#quiet();
    for (const lane of [...this.#lanes]) {
      if (lane.context) BodyContext.abort(lane.context, error);
      this.#leave(lane);
    }
    this.#close();
    this.#reject(error);
  }

  /** A pool offers a slot for a step that waited for it. */
  offer(step: number): boolean {
    this.#ready.unshift(step);
    if (this.#lanes.size >= this.#parts.concurrency) return false;
    this.#granted.add(step);
    queueMicrotask(() => this.#widen());
    return true;
  }

  /** A seat has been taken for this run. */
  sit(): void {
    if (this.#ready.size > 0 && this.#lanes.size < this.#parts.concurrency) this.#openLane();
    else this.#seats.give();
    this.#widen();
  }

  /** Opens lanes for what is ready. */
  #widen(): void {
    if (this.#isWidening) return;
    this.#isWidening = true;
    while (this.#ready.size > 0 && this.#lanes.size < this.#parts.concurrency && this.#seats.take(this)) {
      this.#openLane();
    }
    this.#isWidening = false;
  }

  #openLane(): void {
    const lane = new Lane();
    this.#lanes.add(lane);
    this.#work(lane).catch((error) => this.crash(error));
  }

  /**
   * Takes steps until there are none. The lane waits in place for what takes time; what is answered at once goes on
   * without a promise. A lane that was given up finds another context, or none, when its wait is over, and ends.
   */
  async #work(lane: Lane): Promise<void> {
    const { graph, wiring } = this.#parts;
    for (;;) {
      if (this.#pace.tick()) await this.#rest();
      if (this.#seats.isContested && this.#seats.pass(this)) {
        this.#lanes.delete(lane);
        return;
      }
      const step = this.#take();
      if (step < 0) break;
      const rank = graph.plan.ranks[graph.nodeOfSteps[step]];
      const declaration = wiring.definitions.steps[rank];
      const traits = wiring.traits[rank];
      const context = this.#begin(lane, step, declaration);
      let result: unknown;
      let kept = MADE;
      try {
        if ((traits & (TRAIT.GATHERS | TRAIT.RESOURCES)) !== 0) {
          const prepared = this.#prepare(context, step, declaration, traits);
          if (prepared) {
            this.#wait(lane);
            await prepared;
            if (lane.context !== context) return;
          }
        }
        result = (declaration.run as (context: BodyContext) => unknown)(context);
        if (isThenable(result)) {
          this.#wait(lane);
          result = await result;
          if (lane.context !== context) return;
        }
        if (
          (traits & TRAIT.ELABORATE) === 0 && resultKind(result) === undefined &&
          BodyContext.factsOf(context) === undefined
        ) {
          wiring.outputSlots[rank]?.set(undefined, result);
        } else {
          this.#wait(lane);
          kept = await this.#parts.keeping.keep(step, context, result);
          if (lane.context !== context) return;
        }
      } catch (error) {
        if (lane.context !== context) return;
        this.#end(lane);
        this.#failed(step, context.attempt, declaration, error);
        continue;
      }
      this.#end(lane);
      if (kept.kind === "skipped") this.#progress.skip(step, context.attempt, kept.reason);
      else this.#progress.succeed(step, context.attempt, kept.outputs);
      this.#ended(step, declaration);
    }
    this.#leave(lane);
  }

  /** The next step that may begin now; -1 when there is none. Steps whose pool is full wait there. */
  #take(): number {
    for (;;) {
      const step = this.#ready.shift();
      if (step < 0) return -1;
      const { graph, wiring, engine } = this.#parts;
      const rank = graph.plan.ranks[graph.nodeOfSteps[step]];
      if ((wiring.traits[rank] & TRAIT.POOLED) === 0 || this.#granted.delete(step)) return step;
      const { pool, priority } = wiring.definitions.steps[rank];
      if (engine.slots.take(pool as string, this, step, priority)) return step;
    }
  }

  #begin(lane: Lane, step: number, { timeoutMs }: StepDeclaration): BodyContext {
    const attempt = this.#attempts.size === 0 ? 1 : this.#attempts.get(step) ?? 1;
    this.#progress.begin(step, attempt);
    const context = new BodyContext(this.#parts.source, step, attempt);
    lane.context = context;
    lane.step = step;
    lane.deadlineMs = timeoutMs === undefined ? Infinity : this.#pace.nowMs + timeoutMs;
    return context;
  }

  /** Sets up resources and gathers inputs; a promise when that takes time. */
  #prepare(
    context: BodyContext,
    step: number,
    { resources }: StepDeclaration,
    traits: number,
  ): Promise<void> | undefined {
    const opening = (traits & TRAIT.RESOURCES) === 0 ? undefined : this.#parts.desk.open(resources);
    if ((traits & TRAIT.GATHERS) === 0) return opening;
    if (opening) return this.#gatherAfter(opening, context, step);
    const inputs = this.#parts.reader.load(step);
    if (isThenable(inputs)) return inputs.then((loaded) => BodyContext.provide(context, loaded));
    BodyContext.provide(context, inputs);
    return undefined;
  }

  async #gatherAfter(opening: Promise<void>, context: BodyContext, step: number): Promise<void> {
    await opening;
    BodyContext.provide(context, await this.#parts.reader.load(step));
  }

  /** A lane is about to wait: others take over, and its deadline is watched. */
  #wait(lane: Lane): void {
    if (lane.deadlineMs < Infinity) this.#deadlines.watch(lane.deadlineMs);
    if (this.#ready.size > 0) this.#widen();
  }

  async #rest(): Promise<void> {
    await this.#pace.rest();
    if (this.#parts.engine.recorder.isPressed) await this.#parts.engine.recorder.relief();
  }

  #end(lane: Lane): void {
    lane.context = undefined;
    lane.deadlineMs = Infinity;
  }

  #leave(lane: Lane): void {
    this.#end(lane);
    if (this.#lanes.delete(lane)) this.#seats.give();
  }

  /** A step has ended an attempt: its slot is free, and it may have been the last. */
  #ended(step: number, { pool }: StepDeclaration): void {
    if (pool !== undefined) this.#parts.engine.slots.give(pool);
    if (this.#attempts.size > 0 && !this.#retries.has(step)) this.#attempts.delete(step);
    this.#endIfOver();
  }

  #failed(step: number, attempt: number, declaration: StepDeclaration, error: unknown): void {
    const delayMs = this.#stopReason === undefined
      ? nextRetryMs(declaration, attempt - this.#firstAttempt(step), error, this.#parts.engine.random)
      : undefined;
    if (this.#stopReason !== undefined) this.#progress.cancel(step, attempt, this.#stopReason);
    else if (delayMs !== undefined) this.#retryLater(step, attempt, delayMs, error);
    else {
      const outputs = error instanceof BlockedByCheck && error.outputs.length > 0
        ? { outputs: error.outputs }
        : {};
      this.#progress.fail(step, attempt, { error: recordError(error), ...outputs });
    }
    this.#ended(step, declaration);
  }

  #firstAttempt(step: number): number {
    return (this.#parts.earlierAttempts.get(step) ?? 0) + 1;
  }

  /** A step that waits for its next attempt holds neither lane nor slot. */
  #retryLater(step: number, attempt: number, delayMs: number, error: unknown): void {
    this.#progress.retry(step, attempt, { error: recordError(error), delayMs });
    this.#attempts.set(step, attempt + 1);
    const again = () => {
      this.#retries.delete(step);
      this.#pace.refresh();
      this.#ready.push(step);
      this.#widen();
    };
    this.#retries.set(step, this.#parts.engine.clock.after(delayMs, again));
  }

  /** An attempt has outlived its time. It is told to stop, and whatever it still says is not heard. */
  #expire(lane: Lane): void {
    const { context, step } = lane;
    if (!context) return;
    this.#pace.refresh();
    const declaration = this.#parts.source.declarationOf(step);
    const error = new SluiceError({
      code: "STEP_TIMEOUT",
      message: `${declaration.name} took longer than ${declaration.timeoutMs} ms.`,
      path: ["steps", declaration.name],
      hint: "Raise timeoutMs, or let the body heed `signal`.",
    });
    BodyContext.abort(context, error);
    this.#leave(lane);
    this.#failed(step, context.attempt, declaration, error);
    this.#widen();
  }

  /** The time is over that steps had to stop in. */
  #giveUp(): void {
    this.#pace.refresh();
    for (const lane of [...this.#lanes]) {
      const { context, step } = lane;
      this.#leave(lane);
      if (!context) continue;
      const { name } = this.#parts.source.declarationOf(step);
      const reason = `${this.#stopReason}; ${name} did not stop within ${this.#parts.graceMs} ms`;
      this.#progress.cancel(step, context.attempt, reason);
    }
    this.#endIfOver();
  }

  /** Lets nothing begin any more. */
  #quiet(): void {
    const { engine: { slots }, wiring, graph } = this.#parts;
    this.#progress.close();
    this.#seats.withdraw(this);
    slots.withdraw(this);
    for (const callOff of this.#retries.values()) callOff();
    this.#retries.clear();
    for (const step of this.#granted) {
      slots.give(wiring.definitions.steps[graph.plan.ranks[graph.nodeOf(step)]].pool as string);
    }
    this.#granted.clear();
  }

  #endIfOver(): void {
    if (this.#progress.left > 0) return;
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
