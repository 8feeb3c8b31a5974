/** How far a run has come: the state of every step, and which steps become ready, fail or are skipped by others. */
import { EVENT_KINDS, type EventPayloads, type OutputRecord } from "../model/events/event.ts";
import type { StepCounts, StepRecord } from "../model/events/record.ts";
import type { StepStatus } from "../model/events/status.ts";
import type { StepGraph } from "../planner/steps/table.ts";
import type { Cooperative } from "../planner/run.ts";
import type { ReadyQueue } from "./ready.ts";
import type { Tape } from "./recorder.ts";
import type { Retention } from "./retention.ts";
import type { Taints } from "./taints.ts";

/** The states of a step, as small integers; the last five are final. */
export const STATE = {
  PENDING: 0,
  RUNNING: 1,
  RETRYING: 2,
  SUCCESS: 3,
  FAILED: 4,
  SKIPPED: 5,
  UPSTREAM_FAILED: 6,
  CANCELED: 7,
} as const;

const FINAL_STATES: { readonly [S in StepStatus]?: number } = {
  success: STATE.SUCCESS,
  failed: STATE.FAILED,
  skipped: STATE.SKIPPED,
  upstream_failed: STATE.UPSTREAM_FAILED,
  canceled: STATE.CANCELED,
};

const SLICE = 1 << 14;

/** What progress is made of. */
export interface ProgressParts {
  readonly graph: StepGraph;
  readonly tape: Tape;
  readonly ready: ReadyQueue;
  readonly taints: Taints;
  /** Values to remove when nothing waits for them any more. */
  readonly retention: Retention | undefined;
  /** Scratch space, a number for each step and barrier. */
  readonly waits: Int32Array;
}

/** Follows the steps of one run to their end. */
export class Progress {
  readonly states: Uint8Array;
  /** How many steps are not over. */
  left: number;
  readonly #graph: StepGraph;
  readonly #tape: Tape;
  readonly #ready: ReadyQueue;
  readonly #taints: Taints;
  readonly #retention: Retention | undefined;
  readonly #waits: Int32Array;
  readonly #counts: number[] = new Array(8).fill(0);
  readonly #reached: number[] = [];
  #isClosed = false;

  constructor({ graph, tape, ready, taints, retention, waits }: ProgressParts) {
    this.states = new Uint8Array(graph.count);
    this.left = graph.count;
    this.#graph = graph;
    this.#tape = tape;
    this.#ready = ready;
    this.#taints = taints;
    this.#retention = retention;
    this.#waits = waits;
  }

  get counts(): StepCounts {
    const counts = this.#counts;
    return {
      total: this.#graph.count,
      success: counts[STATE.SUCCESS],
      failed: counts[STATE.FAILED],
      skipped: counts[STATE.SKIPPED],
      upstreamFailed: counts[STATE.UPSTREAM_FAILED],
      canceled: counts[STATE.CANCELED],
    };
  }

  /** Puts what may start into the queue, after what an earlier process has already finished. */
  *open(finished: readonly StepRecord[]): Cooperative<void> {
    const { size, count, parents } = this.#graph;
    for (let start = 0; start < size; start += SLICE, yield) {
      const end = Math.min(start + SLICE, size);
      for (let step = start; step < end; step++) {
        this.#waits[step] = parents.offsets[step + 1] - parents.offsets[step];
      }
    }
    yield* this.#restore(finished);
    for (let start = 0; start < count; start += SLICE, yield) {
      const end = Math.min(start + SLICE, count);
      for (let step = start; step < end; step++) {
        if (parents.offsets[step + 1] === parents.offsets[step] && this.states[step] === STATE.PENDING) {
          this.#ready.push(step);
        }
      }
    }
  }

  /** Lets nothing become ready any more. */
  close(): void {
    this.#isClosed = true;
    this.#ready.clear();
  }

  begin(step: number, attempt: number): void {
    this.states[step] = STATE.RUNNING;
    this.#tape.push(EVENT_KINDS.step_started, step, attempt);
  }

  succeed(step: number, attempt: number, outputs?: readonly OutputRecord[]): void {
    const payload = outputs && outputs.length > 0 ? { outputs } : undefined;
    this.#tape.push(EVENT_KINDS.step_succeeded, step, attempt, payload);
    if (outputs?.some(({ skipped }) => skipped !== undefined)) this.#taints.noteSkip(step, step, outputs);
    this.#end(step, STATE.SUCCESS);
    this.#retention?.release(step);
    this.#pass(step);
  }

  fail(step: number, attempt: number, payload: EventPayloads["step_failed"]): void {
    this.#tape.push(EVENT_KINDS.step_failed, step, attempt, payload);
    this.#taints.noteFailure();
    this.#end(step, STATE.FAILED);
    this.#pass(step);
  }

  retry(step: number, attempt: number, payload: EventPayloads["step_retrying"]): void {
    this.states[step] = STATE.RETRYING;
    this.#tape.push(EVENT_KINDS.step_retrying, step, attempt, payload);
  }

  skip(step: number, attempt: number, reason: string): void {
    this.#tape.push(EVENT_KINDS.step_skipped, step, attempt, { reason });
    this.#skipped(step, step);
    this.#pass(step);
  }

  cancel(step: number, attempt: number, reason: string): void {
    this.#tape.push(EVENT_KINDS.step_canceled, step, attempt, { reason });
    this.#end(step, STATE.CANCELED);
  }

  /** Cancels every step that is not running. */
  *cancelRest(reason: string): Cooperative<void> {
    for (let step = 0; step < this.#graph.count; step++) {
      const state = this.states[step];
      if (state === STATE.PENDING || state === STATE.RETRYING) this.cancel(step, 0, reason);
      if (step % 256 === 255) yield;
    }
  }

  *#restore(finished: readonly StepRecord[]): Cooperative<void> {
    const inOrder = finished.length > 1 ? finished.toSorted((a, b) => a.step - b.step) : finished;
    for (let index = 0; index < inOrder.length; index++) {
      const { step, status, outputs } = inOrder[index];
      const state = FINAL_STATES[status];
      if (state === undefined || this.states[step] !== STATE.PENDING) continue;
      if (state === STATE.FAILED) this.#taints.noteFailure();
      if (state === STATE.SKIPPED) this.#taints.noteSkip(step, step);
      if (outputs.some(({ skipped }) => skipped !== undefined)) this.#taints.noteSkip(step, step, outputs);
      this.#end(step, state);
      if (state === STATE.SUCCESS || state === STATE.SKIPPED) this.#retention?.release(step);
      this.#pass(step);
      if (index % SLICE === SLICE - 1) yield;
    }
  }

  #end(step: number, state: number): void {
    this.states[step] = state;
    this.#counts[state]++;
    this.left--;
  }

  #skipped(step: number, cause: number): void {
    this.#taints.noteSkip(step, cause);
    this.#end(step, STATE.SKIPPED);
    this.#retention?.release(step);
  }

  /** Tells those who wait for a step or barrier that it is over. */
  #pass(from: number): void {
    const { offsets, targets } = this.#graph.children;
    const waits = this.#waits;
    const isTainted = !this.#taints.isEmpty;
    for (let edge = offsets[from], end = offsets[from + 1]; edge < end; edge++) {
      const child = targets[edge];
      if (isTainted) this.#taint(from, child);
      if (--waits[child] === 0) this.#reach(child, isTainted);
    }
  }

  #taint(from: number, child: number): void {
    const state = from < this.#graph.count ? this.states[from] : undefined;
    const isFailed = state === undefined
      ? this.#taints.failureOf(from) !== undefined
      : state === STATE.FAILED || state === STATE.UPSTREAM_FAILED;
    if (isFailed) this.#taints.passFailure(from, child);
    else if (this.#taints.isBehindSkip(from)) this.#taints.passSkip(child);
  }

  /** All that a step or barrier waited for is over. */
  #reach(reached: number, isTainted: boolean): void {
    if (reached < this.#graph.count && !isTainted) {
      if (this.states[reached] === STATE.PENDING && !this.#isClosed) this.#ready.push(reached);
      return;
    }
    this.#reached.push(reached);
    if (this.#reached.length > 1) return;
    // Walked with a list and not by recursion: a failure may have ten thousand steps behind it in a row.
    for (let index = 0; index < this.#reached.length; index++) this.#decide(this.#reached[index]);
    this.#reached.length = 0;
  }

  #decide(reached: number): void {
    if (reached >= this.#graph.count) return this.#pass(reached);
    if (this.states[reached] !== STATE.PENDING || this.#isClosed) return;
    const failure = this.#taints.failureOf(reached);
    if (failure) {
      this.#tape.push(EVENT_KINDS.step_upstream_failed, reached, 0, failure);
      this.#end(reached, STATE.UPSTREAM_FAILED);
      return this.#pass(reached);
    }
    const cause = this.#taints.skipCauseOf(reached);
    if (cause === undefined) return this.#ready.push(reached);
    this.#tape.push(EVENT_KINDS.step_skipped, reached, 0, { reason: "an input was skipped", cause });
    this.#skipped(reached, cause);
    this.#pass(reached);
  }
}
