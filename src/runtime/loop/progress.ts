/** How far a run has come: the state of every step, and which steps become ready, fail or are skipped by others. */
import { EVENT_KINDS, type EventPayloads, type OutputRecord } from "../../model/events/event.ts";
import type { CircuitReach } from "../../model/assets/result.ts";
import type { StepCounts, StepRecord } from "../../model/events/record.ts";
import type { StepStatus } from "../../model/events/status.ts";
import type { StepGraph } from "../../planner/steps/table.ts";
import type { Cooperative } from "../../planner/cooperative.ts";
import type { ReadyQueue } from "./ready.ts";
import type { Tape } from "../recorder.ts";
import { downstreamOf } from "./downstream.ts";
import type { Retention } from "./retention.ts";
import type { Taint, Taints } from "./taints.ts";
import type { Triggers, UpstreamEnd } from "./triggers.ts";
import { triggerNeeds, type TriggerRule } from "../../model/assets/trigger_rule.ts";

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
  undoing: STATE.SUCCESS,
  undone: STATE.SUCCESS,
  undo_failed: STATE.SUCCESS,
};

const SLICE = 1 << 14;
const NO_STEPS: readonly number[] = Object.freeze([]);
const NONE: ReadonlyMap<number, string> = new Map();

/** What progress is made of. */
export interface ProgressParts {
  readonly graph: StepGraph;
  readonly tape: Tape;
  readonly ready: ReadyQueue;
  readonly taints: Taints;
  readonly triggers: Triggers;
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
  readonly #triggers: Triggers;
  readonly #retention: Retention | undefined;
  readonly #waits: Int32Array;
  readonly #offsets: Int32Array;
  readonly #targets: Int32Array;
  readonly #reached: number[] = [];
  /** Steps with a rule that has spoken. */
  readonly #begun: Set<number> = new Set();
  #isClosed = false;

  constructor({ graph, tape, ready, taints, triggers, retention, waits }: ProgressParts) {
    this.states = new Uint8Array(graph.count);
    this.left = graph.count;
    this.#graph = graph;
    this.#offsets = graph.children.offsets;
    this.#targets = graph.children.targets;
    this.#tape = tape;
    this.#ready = ready;
    this.#taints = taints;
    this.#triggers = triggers;
    this.#retention = retention;
    this.#waits = waits;
  }

  get counts(): StepCounts {
    const counts = new Array<number>(8).fill(0);
    for (let step = 0; step < this.states.length; step++) counts[this.states[step]]++;
    return {
      total: this.#graph.count,
      success: counts[STATE.SUCCESS],
      failed: counts[STATE.FAILED],
      skipped: counts[STATE.SKIPPED],
      upstreamFailed: counts[STATE.UPSTREAM_FAILED],
      canceled: counts[STATE.CANCELED],
    };
  }

  /** Whether a step has made an asset, for the n-th of its partitions. */
  hasMade(step: number, key: string, nth: number): boolean {
    return this.states[step] === STATE.SUCCESS && !this.#taints.isSkipped(step, key, nth);
  }

  /**
   * Puts what may start into the queue, after what an earlier process has already finished.
   *
   * @param gaps Steps that must not run, with the reasons.
   */
  *open(finished: readonly StepRecord[], gaps: ReadonlyMap<number, string> = NONE): Cooperative<void> {
    const { size, count } = this.#graph;
    for (let step = 0; step < size; step += SLICE, yield) this.#count(step, Math.min(step + SLICE, size));
    yield* this.#restore(finished);
    for (const [step, reason] of gaps) this.#withhold(step, reason);
    for (let step = 0; step < count; step += SLICE, yield) this.#start(step, Math.min(step + SLICE, count));
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

  /** @param outputs What there is to say of the outputs; undefined for nothing. */
  succeed(step: number, attempt: number, outputs: readonly OutputRecord[] | undefined): void {
    this.#tape.push(EVENT_KINDS.step_succeeded, step, attempt, outputs && { outputs });
    if (outputs && isAnySkipped(outputs)) this.#taints.noteSkip(step, step, outputs);
    this.states[step] = STATE.SUCCESS;
    this.left--;
    if (this.#retention) this.#retention.release(step);
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

  /**
   * @param circuit How far what is downstream is cut off.
   * @returns The steps that are skipped by that, which may have waited for something.
   */
  skip(step: number, attempt: number, reason: string, circuit?: CircuitReach): readonly number[] {
    this.#tape.push(EVENT_KINDS.step_skipped, step, attempt, { reason, ...(circuit && { circuit }) });
    this.#skipped(step, step);
    const cut = circuit ? this.#cutOff(step, circuit, reason) : NO_STEPS;
    this.#pass(step);
    for (const each of cut) this.#pass(each);
    return cut;
  }

  /** Whether a step is not over. */
  isOpen(step: number): boolean {
    return this.states[step] < STATE.SUCCESS;
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

  /** All are over before the first of them is passed on: one that is over already must not become ready by another. */
  *#restore(finished: readonly StepRecord[]): Cooperative<void> {
    const inOrder = finished.length > 1 ? finished.toSorted((a, b) => a.step - b.step) : finished;
    const over: number[] = [];
    for (let index = 0; index < inOrder.length; index++) {
      const { step, status, outputs } = inOrder[index];
      const state = FINAL_STATES[status];
      if (state === undefined || this.states[step] !== STATE.PENDING) continue;
      if (state === STATE.FAILED) this.#taints.noteFailure();
      if (state === STATE.SKIPPED) this.#taints.noteSkip(step, step);
      if (isAnySkipped(outputs)) this.#taints.noteSkip(step, step, outputs);
      this.#end(step, state);
      over.push(step);
      if (index % SLICE === SLICE - 1) yield;
    }
    const cut: number[] = [];
    // What is downstream may have been cut off in part only.
    for (const { step, circuit, reason = "" } of inOrder) {
      if (circuit && this.states[step] === STATE.SKIPPED) cut.push(...this.#cutOff(step, circuit, reason));
    }
    for (let index = 0; index < over.length; index++) {
      const state = this.states[over[index]];
      if (state === STATE.SUCCESS || state === STATE.SKIPPED) this.#retention?.release(over[index]);
      this.#pass(over[index]);
      if (index % SLICE === SLICE - 1) yield;
    }
    for (const each of cut) this.#pass(each);
  }

  /** Skips what is downstream of a step and does not run, whatever its rules say. All are over before any is passed on. */
  #cutOff(from: number, reach: CircuitReach, reason: string): readonly number[] {
    const cut: number[] = [];
    for (const step of downstreamOf(this.#graph, from, reach)) {
      if (this.states[step] !== STATE.PENDING && this.states[step] !== STATE.RETRYING) continue;
      const payload = { reason: `cut off upstream: ${reason}`, cause: from };
      this.#tape.push(EVENT_KINDS.step_skipped, step, 0, payload);
      this.#skipped(step, from);
      cut.push(step);
    }
    const ready: number[] = [];
    for (let step = this.#ready.shift(); step >= 0; step = this.#ready.shift()) ready.push(step);
    for (const step of ready) if (this.isOpen(step)) this.#ready.push(step);
    return cut;
  }

  /** Counts what each of some steps waits for. */
  #count(start: number, end: number): void {
    const { offsets } = this.#graph.parents;
    const waits = this.#waits;
    for (let step = start; step < end; step++) waits[step] = offsets[step + 1] - offsets[step];
  }

  /** Puts those of some steps into the queue that wait for nothing. */
  #start(start: number, end: number): void {
    const { offsets } = this.#graph.parents;
    for (let step = start; step < end; step++) {
      // What an earlier process finished may have let it begin already.
      if (this.#begun.has(step)) continue;
      const isAlways = this.#triggers.ruleOf(step) === "always";
      if (isAlways) this.#begun.add(step);
      const waitsForNone = isAlways || offsets[step + 1] === offsets[step];
      if (waitsForNone && this.states[step] === STATE.PENDING) this.#ready.push(step);
    }
  }

  #end(step: number, state: number): void {
    this.states[step] = state;
    this.left--;
  }

  #skipped(step: number, cause: number): void {
    this.#taints.noteSkip(step, cause);
    this.#end(step, STATE.SKIPPED);
    this.#retention?.release(step);
  }

  /** Tells those who wait for a step or barrier that it is over. */
  #pass(from: number): void {
    if (!this.#taints.isEmpty) return this.#passTainted(from);
    const targets = this.#targets;
    const waits = this.#waits;
    const end = this.#offsets[from + 1];
    for (let edge = this.#offsets[from]; edge < end; edge++) {
      const child = targets[edge];
      if (--waits[child] === 0) this.#reach(child);
    }
  }

  #passTainted(from: number): void {
    for (let edge = this.#offsets[from]; edge < this.#offsets[from + 1]; edge++) {
      const child = this.#targets[edge];
      this.#taint(from, child);
      this.#waits[child]--;
      const rule = this.#triggers.ruleOf(child);
      if (rule) this.#trigger(from, child, rule);
      else {
        if (!this.#triggers.isEmpty && child >= this.#graph.count) this.#tally(from, child);
        if (this.#waits[child] === 0) this.#reachTainted(child);
      }
    }
  }

  /** Counts the end of a step, or of all that a barrier stood for. */
  #tally(from: number, child: number): void {
    if (from >= this.#graph.count) this.#triggers.countBarrier(child, from);
    else this.#triggers.count(child, this.#endFor(from, child));
  }

  /** What became of a step, as one that waits for it sees it. */
  #endFor(from: number, child: number): UpstreamEnd {
    const state = this.states[from];
    if (state === STATE.FAILED) return "failed";
    if (state === STATE.UPSTREAM_FAILED) return "upstreamFailed";
    const isSkipped = state === STATE.SKIPPED ||
      child < this.#graph.count && this.#taints.hasSkipped(from, child);
    return isSkipped ? "skipped" : "success";
  }

  /** Something that a step with a rule waits for is over: it may begin, or be over too. */
  #trigger(from: number, child: number, rule: TriggerRule): void {
    this.#tally(from, child);
    if (this.states[child] !== STATE.PENDING || this.#begun.has(child)) return;
    const verdict = this.#triggers.judge(child, rule);
    // What will not run may still be cut off by a step that it waits for, whichever of them ends first.
    if (verdict === "wait" || verdict !== "run" && this.#waits[child] > 0) return;
    this.#begun.add(child);
    this.#reachTainted(child);
  }

  #taint(from: number, child: number): void {
    const state = from < this.#graph.count ? this.states[from] : undefined;
    const isFailed = state === undefined
      ? this.#taints.failureOf(from) !== undefined
      : state === STATE.FAILED || state === STATE.UPSTREAM_FAILED;
    if (isFailed) this.#taints.passFailure(from, child);
    else if (this.#taints.isBehindSkip(from)) this.#taints.passSkip(child);
  }

  /** All that a step or barrier waited for is over, and all went well so far. */
  #reach(reached: number): void {
    if (reached >= this.#graph.count) this.#pass(reached);
    else if (this.states[reached] === STATE.PENDING && !this.#isClosed) this.#ready.push(reached);
  }

  /** The same where something failed or was skipped. */
  #reachTainted(reached: number): void {
    this.#reached.push(reached);
    if (this.#reached.length > 1) return;
    // Walked with a list and not by recursion: a failure may have ten thousand steps behind it in a row.
    for (let index = 0; index < this.#reached.length; index++) this.#decide(this.#reached[index]);
    this.#reached.length = 0;
  }

  #decide(reached: number): void {
    if (reached >= this.#graph.count) return this.#pass(reached);
    if (this.states[reached] !== STATE.PENDING || this.#isClosed) return;
    const rule = this.#triggers.ruleOf(reached);
    if (rule) return this.#decideByRule(reached, rule);
    const failure = this.#taints.failureOf(reached);
    if (failure) return this.#failBy(reached, failure);
    const cause = this.#taints.skipCauseOf(reached);
    if (cause === undefined) return this.#ready.push(reached);
    this.#skipBy(reached, "an input was skipped", cause);
  }

  #decideByRule(step: number, rule: TriggerRule): void {
    const verdict = this.#triggers.judge(step, rule);
    if (verdict === "run") return this.#ready.push(step);
    const failure = this.#taints.failureOf(step);
    if (verdict === "fail" && failure) return this.#failBy(step, failure);
    this.#skipBy(step, `its trigger rule ${rule} asks that ${triggerNeeds(rule)}`, step);
  }

  /** A step depends on something that is not in the run, and did not go well. */
  #withhold(step: number, reason: string): void {
    if (this.states[step] !== STATE.PENDING) return;
    this.#tape.push(EVENT_KINDS.step_upstream_failed, step, 0, { cause: -1, via: -1, reason });
    this.#taints.noteFailure();
    this.#end(step, STATE.UPSTREAM_FAILED);
    this.#pass(step);
  }

  #failBy(step: number, failure: Taint): void {
    this.#tape.push(EVENT_KINDS.step_upstream_failed, step, 0, failure);
    this.#end(step, STATE.UPSTREAM_FAILED);
    this.#pass(step);
  }

  #skipBy(step: number, reason: string, cause: number): void {
    this.#tape.push(EVENT_KINDS.step_skipped, step, 0, { reason, ...(cause !== step && { cause }) });
    this.#skipped(step, cause);
    this.#pass(step);
  }
}

function isAnySkipped(outputs: readonly OutputRecord[]): boolean {
  return outputs.some(({ skipped }) => skipped !== undefined);
}
