/** The fold of one run's events into the records of its steps. */
import type { CircuitReach } from "../assets/result.ts";
import type { EventBatch } from "./batch.ts";
import { EVENT_KINDS, type EventPayloads, type OutputRecord, type RecordedError } from "./event.ts";
import { STEP_STATUSES, STEP_TARGETS } from "./ledger/transitions.ts";
import type { StepRecord, UndoRecord } from "./record.ts";
import type { StepTable } from "./step_table.ts";

const { step_started: STARTED, step_retrying: RETRYING, step_upstream_failed: UPSTREAM_FAILED } = EVENT_KINDS;
const { step_undoing: UNDOING } = EVENT_KINDS;
/** The position of the first state of undoing. */
const FIRST_UNDO = STEP_STATUSES.indexOf("undoing");

/** What the latest event of a step said. */
type LastPayload = {
  readonly outputs?: readonly OutputRecord[];
  readonly error?: RecordedError;
  readonly reason?: string;
  readonly circuit?: CircuitReach;
};

/** Collects the steps `[from, to)` of a run. Batches are added in the order of their events. */
export class StepFold {
  readonly #table: StepTable;
  readonly #from: number;
  readonly #to: number;
  readonly #states: Uint8Array;
  readonly #attempts: Int32Array;
  readonly #startedMs: Float64Array;
  readonly #finishedMs: Float64Array;
  readonly #payloads: Map<number, LastPayload> = new Map();
  readonly #undos: Map<number, UndoRecord> = new Map();
  /** The direct upstream of each step that did not run because of it, in the whole run. */
  readonly #via: Map<number, number> = new Map();

  constructor(table: StepTable, from: number = 0, to: number = table.count) {
    this.#table = table;
    this.#from = Math.max(0, from);
    this.#to = Math.max(this.#from, Math.min(to, table.count));
    const count = this.#to - this.#from;
    this.#states = new Uint8Array(count);
    this.#attempts = new Int32Array(count);
    this.#startedMs = new Float64Array(count).fill(NaN);
    this.#finishedMs = new Float64Array(count).fill(NaN);
  }

  add(batch: EventBatch): void {
    for (let row = 0; row < batch.size; row++) {
      const kind = batch.kindAt(row);
      const target = STEP_TARGETS[kind];
      if (target < 0) continue;
      const step = batch.stepAt(row);
      if (kind === UPSTREAM_FAILED && viaOf(batch, row) >= 0) this.#via.set(step, viaOf(batch, row));
      if (step >= this.#from && step < this.#to) this.#addStep(batch, row, kind, target, step - this.#from);
    }
  }

  #addStep(batch: EventBatch, row: number, kind: number, target: number, at: number): void {
    this.#states[at] = target;
    if (target >= FIRST_UNDO) return this.#addUndo(batch, row, kind, at);
    this.#attempts[at] = Math.max(this.#attempts[at], batch.attemptAt(row));
    if (kind === STARTED) {
      if (Number.isNaN(this.#startedMs[at])) this.#startedMs[at] = batch.msAt(row);
    } else if (kind !== RETRYING) this.#finishedMs[at] = batch.msAt(row);
    const payload = batch.payloads.get(row) as LastPayload | undefined;
    if (payload) this.#payloads.set(at, payload);
    else this.#payloads.delete(at);
  }

  /** What was said of the step itself stays. */
  #addUndo(batch: EventBatch, row: number, kind: number, at: number): void {
    const { attempts = 0, error: before } = this.#undos.get(at) ?? {};
    const { error, reason } = (batch.payloads.get(row) ?? {}) as LastPayload;
    const last = error ?? (kind === UNDOING ? before : undefined);
    this.#undos.set(at, {
      attempts: Math.max(attempts, batch.attemptAt(row)),
      atMs: batch.msAt(row),
      ...(reason !== undefined && { reason }),
      ...(last && { error: last }),
    });
  }

  /** The records in the order of their steps. */
  finish(): readonly StepRecord[] {
    return Array.from({ length: this.#to - this.#from }, (_, at) => this.#record(at));
  }

  #record(at: number): StepRecord {
    const step = this.#from + at;
    const { error, reason, circuit } = this.#payloads.get(at) ?? {};
    const undo = this.#undos.get(at);
    return {
      step,
      name: this.#table.node(this.#table.nodeOf(step)).step,
      partitionKeys: this.#table.partitionKeys(step),
      status: STEP_STATUSES[this.#states[at]],
      attempts: this.#attempts[at],
      startedMs: timeOf(this.#startedMs[at]),
      finishedMs: timeOf(this.#finishedMs[at]),
      outputs: this.#outputs(step, at),
      error,
      reason,
      ...(circuit && { circuit }),
      chain: this.#chain(step),
      ...(undo && { undo }),
    };
  }

  #outputs(step: number, at: number): StepRecord["outputs"] {
    const kind = this.#states[at] >= FIRST_UNDO ? this.#endBefore(at) : STEP_STATUSES[this.#states[at]];
    if (kind !== "success" && kind !== "failed") return [];
    const { outputs } = this.#table.node(this.#table.nodeOf(step));
    const records = this.#payloads.get(at)?.outputs ?? [];
    const said = records.map((record) => ({ ...record, asset: outputs[record.output ?? 0].asset }));
    if (kind === "failed") return said;
    const silent = outputs.flatMap(({ asset }, output) => {
      if (records.some((record) => (record.output ?? 0) === output)) return [];
      return [output === 0 ? { asset } : { output, asset }];
    });
    return [...said, ...silent];
  }

  /** How a step had ended before it was undone; a run that undoes what another made has begun none. */
  #endBefore(at: number): "success" | undefined {
    return this.#attempts[at] > 0 ? "success" : undefined;
  }

  #chain(step: number): readonly number[] {
    const chain: number[] = [];
    let next = this.#via.get(step);
    while (next !== undefined) {
      chain.push(next);
      next = this.#via.get(next);
    }
    return chain;
  }
}

function viaOf(batch: EventBatch, row: number): number {
  return (batch.payloads.get(row) as EventPayloads["step_upstream_failed"]).via;
}

function timeOf(atMs: number): number | undefined {
  return Number.isNaN(atMs) ? undefined : atMs;
}
