/** Runs that are not over: the state of every step, and what lists show of the run. */
import { quote } from "../../quote.ts";
import { EVENT_WIDTH, type EventBatch } from "../batch.ts";
import { EVENT_KINDS, type EventPayloads, isElementKind, type RecordedError } from "../event.ts";
import { outlineOf } from "../outline.ts";
import type { RunRecord } from "../record.ts";
import { isFinalRun, isRunTransition, type RunStatus } from "../status.ts";
import type { StepOutline, StepTable } from "../step_table.ts";
import { refuse, unknownRun } from "./refusal.ts";
import { FIRST_FINAL, isAllowed, STEP_STATUSES, STEP_TARGETS } from "./transitions.ts";

const { run_created: CREATED, run_started: STARTED, run_finished: FINISHED, step_started: STEP_STARTED } =
  EVENT_KINDS;
const { run_interrupted: INTERRUPTED, run_canceling: CANCELING, run_queued: QUEUED, check_evaluated: CHECK } =
  EVENT_KINDS;
const { asset_reported: FIRST_OF_CATALOGUE } = EVENT_KINDS;
const { run_recovered: RECOVERED, run_parked: PARKED } = EVENT_KINDS;
const { element_succeeded: ELEMENT_SUCCEEDED, element_skipped: ELEMENT_SKIPPED } = EVENT_KINDS;

const SUCCESS = STEP_STATUSES.indexOf("success");
const UNDOING = STEP_STATUSES.indexOf("undoing");

/** What changes about a run as a whole. */
export interface RunSummary {
  status: RunStatus;
  startedMs: number | undefined;
  finishedMs: number | undefined;
  waitsFor: string | undefined;
  error: RecordedError | undefined;
  /** Failed checks of severity `error`, and of severity `warn`. */
  checksFailed: number;
  checksWarned: number;
  /** How often it was gone on with since a step came to its end, and how many had by then. */
  recoveries: number;
  overAtRecovery: number;
  /** How many steps are in which state, by its position among the states. */
  counts: number[];
  /** The place of the run's latest event. */
  lastSeq: number;
}

/** What is needed to take back a batch. */
export interface StepUndo {
  /** Behind the last row that was counted. */
  rows: number;
  /** The state of the step before each row. */
  readonly states: Uint8Array;
  /** Steps that had started before, and where. */
  readonly starts: number[];
}

/** One run under way. */
export class LiveRun {
  readonly id: string;
  readonly steps: StepTable;
  readonly outline: StepOutline;
  /** Position of each step's state among the states. */
  readonly states: Uint8Array;
  /** Where each step last started; 0 before. */
  readonly starts: Float64Array;
  summary: RunSummary;
  readonly #created: EventPayloads["run_created"];
  readonly #createdMs: number;

  constructor(id: string, created: EventPayloads["run_created"], createdMs: number) {
    this.id = id;
    this.steps = created.steps;
    this.outline = outlineOf(created.steps);
    this.states = new Uint8Array(created.steps.count);
    this.starts = new Float64Array(created.steps.count);
    this.#created = created;
    this.#createdMs = createdMs;
    this.summary = {
      status: "queued",
      startedMs: undefined,
      finishedMs: undefined,
      waitsFor: undefined,
      error: undefined,
      checksFailed: 0,
      checksWarned: 0,
      recoveries: 0,
      overAtRecovery: 0,
      counts: STEP_STATUSES.map(() => 0),
      lastSeq: 0,
    };
  }

  get isOver(): boolean {
    return isFinalRun(this.summary.status);
  }

  /** What lists show. */
  record(): RunRecord {
    const { status, startedMs, finishedMs, waitsFor, error, checksFailed, checksWarned, recoveries, counts } =
      this.summary;
    const { job, backfill, parent, priority = 0, tags } = this.#created;
    const [, , , success, failed, skipped, upstreamFailed, canceled, , undone, undoFailed] = counts;
    return Object.freeze({
      id: this.id,
      status,
      job,
      backfill,
      parent,
      priority,
      waitsFor: status === "queued" ? waitsFor : undefined,
      tags,
      createdMs: this.#createdMs,
      startedMs,
      finishedMs,
      steps: {
        total: this.steps.count,
        success,
        failed,
        skipped,
        upstreamFailed,
        canceled,
        ...(undone > 0 && { undone }),
        ...(undoFailed > 0 && { undoFailed }),
      },
      checks: { failed: checksFailed, warned: checksWarned },
      recoveries,
      error,
    });
  }

  /**
   * Moves the run and its steps on by the rows `[from, to)` of a batch, and notes in `undo` what `retreat` needs.
   * Throws EVENT_REFUSED at the first event that does not follow.
   */
  advance(batch: EventBatch, from: number, to: number, undo: StepUndo): void {
    const { rows } = batch;
    const { summary, states, starts } = this;
    const { counts } = summary;
    const { states: before } = undo;
    let { lastSeq } = summary;
    for (let row = from, at = from * EVENT_WIDTH; row < to; row++, at += EVENT_WIDTH) {
      undo.rows = row;
      const seq = batch.seqAt(row);
      if (seq <= lastSeq) throw outOfOrder(this.id, seq, lastSeq);
      const kind = rows[at] & 0xff;
      const target = STEP_TARGETS[kind];
      if (target < 0) {
        summary.lastSeq = lastSeq;
        this.#advanceRun(batch, row, kind);
        lastSeq = seq;
        if (kind === FINISHED && row + 1 < to) throw refuse(`events follow the end of run ${quote(this.id)}`);
        continue;
      }
      const step = rows[at + 1];
      const state = states[step];
      if (state === undefined || !isAllowed(state, target)) throw illegalStep(this, step, state, target);
      lastSeq = seq;
      before[row - from] = state;
      states[step] = target;
      if (target >= UNDOING) this.#countUndo(step, target);
      else if (target >= FIRST_FINAL) counts[target]++;
      else if (kind === STEP_STARTED) {
        if (starts[step] !== 0) undo.starts.push(step, starts[step]);
        starts[step] = seq;
      }
    }
    undo.rows = to;
    summary.lastSeq = lastSeq;
    if (summary.recoveries > 0 && sumOf(counts) > summary.overAtRecovery) summary.recoveries = 0;
  }

  /** Takes back what `advance` did with the rows of a batch from `from` on. */
  retreat(batch: EventBatch, from: number, before: RunSummary, { rows, states, starts }: StepUndo): void {
    this.summary = before;
    for (let row = rows - 1; row >= from; row--) {
      const kind = batch.kindAt(row);
      if (STEP_TARGETS[kind] < 0) continue;
      const step = batch.stepAt(row);
      this.states[step] = states[row - from];
      if (kind === STEP_STARTED) this.starts[step] = 0;
    }
    for (let at = starts.length - 2; at >= 0; at -= 2) this.starts[starts[at]] = starts[at + 1];
  }

  /** A step counts as succeeded until its undoing is over; in a run that undoes what another one made it never did. */
  #countUndo(step: number, target: number): void {
    const { counts } = this.summary;
    if (target === UNDOING) return;
    counts[target]++;
    this.summary.recoveries = 0;
    if (this.starts[step] !== 0) counts[SUCCESS]--;
  }

  #advanceRun(batch: EventBatch, row: number, kind: number): void {
    const { summary } = this;
    switch (kind) {
      case CREATED:
        if (summary.lastSeq > 0) throw refuse(`run ${quote(this.id)} is created twice`);
        return;
      case STARTED:
        this.#turn("running");
        summary.startedMs ??= batch.msAt(row);
        return;
      case FINISHED: {
        const { status, error } = batch.payloads.get(row) as EventPayloads["run_finished"];
        this.#turn(status);
        summary.finishedMs = batch.msAt(row);
        summary.error = error;
        return;
      }
      case INTERRUPTED:
        if ((batch.payloads.get(row) as EventPayloads["run_interrupted"]).how) summary.recoveries = 0;
        return this.#turn("interrupted");
      case QUEUED:
        if (summary.status !== "queued") this.#turn("queued");
        summary.waitsFor = (batch.payloads.get(row) as EventPayloads["run_queued"]).waitsFor;
        return;
      case RECOVERED:
        return this.#recover((batch.payloads.get(row) as EventPayloads["run_recovered"]).count);
      case PARKED:
        this.#turn("parked");
        summary.error = parkedError(batch.payloads.get(row) as EventPayloads["run_parked"]);
        return;
      case CANCELING:
        return this.#turn("canceling");
      case CHECK:
        return this.#countCheck(batch.payloads.get(row) as EventPayloads["check_evaluated"]);
      default:
        if (isElementKind(kind)) return this.#countElement(kind, batch.payloads.get(row));
        if (kind >= FIRST_OF_CATALOGUE) throw refuse(`the kind ${kind} is none of a run's own`);
    }
  }

  /** An element that is not made again brings its step on. */
  #countElement(kind: number, payload: unknown): void {
    if (kind !== ELEMENT_SUCCEEDED && kind !== ELEMENT_SKIPPED) return;
    const { item } = payload as EventPayloads["element_succeeded"];
    if (item !== undefined) this.summary.recoveries = 0;
  }

  #recover(count: number): void {
    const { summary } = this;
    if (summary.status !== "interrupted" && summary.status !== "parked") {
      throw refuse(`run ${quote(this.id)} is ${summary.status} and cannot be recovered`);
    }
    summary.recoveries = count;
    summary.overAtRecovery = sumOf(summary.counts);
    summary.error = undefined;
  }

  #turn(to: RunStatus): void {
    const from = this.summary.status;
    if (!isRunTransition(from, to)) throw refuse(`run ${quote(this.id)} cannot go from ${from} to ${to}`);
    this.summary.status = to;
  }

  #countCheck({ passed, severity }: EventPayloads["check_evaluated"]): void {
    if (passed) return;
    if (severity === "error") this.summary.checksFailed++;
    else this.summary.checksWarned++;
  }
}

/** Opens the run that the first row of a batch creates. Throws RUN_UNKNOWN when it creates none. */
export function openRun(batch: EventBatch, row: number): LiveRun {
  if (batch.kindAt(row) !== CREATED) throw unknownRun(batch.runId);
  return new LiveRun(
    batch.runId,
    batch.payloads.get(row) as EventPayloads["run_created"],
    batch.msAt(row),
  );
}

function parkedError({ reason }: EventPayloads["run_parked"]): RecordedError {
  return { name: "RunParked", message: reason, code: "RUN_PARKED" };
}

/** How many steps are over: only those are counted. */
function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function outOfOrder(runId: string, seq: number, lastSeq: number) {
  return refuse(`the place ${seq} of an event of run ${quote(runId)} comes after ${lastSeq}`);
}

function illegalStep({ id, steps }: LiveRun, step: number, from: number | undefined, to: number) {
  if (from === undefined) return refuse(`run ${quote(id)} has no step ${step}, only ${steps.count}`);
  return refuse(
    `step ${step} of run ${quote(id)} cannot go from ${STEP_STATUSES[from]} to ${STEP_STATUSES[to]}`,
  );
}
