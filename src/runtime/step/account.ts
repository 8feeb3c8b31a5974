/** The events of one step by itself, gathered until it can be told what it came to. */
import type { CircuitReach } from "../../model/assets/result.ts";
import type { ElementRemark } from "../../model/elements/remark.ts";
import { type EventBatch, eventName } from "../../model/events/batch.ts";
import {
  type CheckRecord,
  EVENT_KINDS,
  type EventPayloads,
  isElementKind,
  type OutputRecord,
  type RecordedError,
} from "../../model/events/event.ts";
import type { StepLogLine } from "../../model/step/reporter.ts";
import type { EventSink } from "../recorder.ts";

/** What became of one step: of one partition, or of all that a batch takes together. */
export interface StepEnd {
  readonly status: "success" | "failed" | "skipped" | "canceled";
  readonly outputs: readonly OutputRecord[];
  readonly error?: RecordedError;
  readonly reason?: string;
  readonly circuit?: CircuitReach;
}

/** Takes the place of a store: nothing is kept but what the outcome needs. */
export class Account implements EventSink {
  readonly lastSeq = 0;
  /** By number of the step. */
  readonly ends: Map<number, StepEnd> = new Map();
  readonly #checks: { readonly step: number; readonly record: CheckRecord }[] = [];
  readonly #log: (line: StepLogLine) => void;
  readonly #element: (remark: ElementRemark) => void;

  constructor(log: (line: StepLogLine) => void, element: (remark: ElementRemark) => void = () => {}) {
    this.#log = log;
    this.#element = element;
  }

  /** The verdicts in the order of the steps, and of one step in that of their evaluation. */
  get checks(): readonly CheckRecord[] {
    return this.#checks.toSorted((a, b) => a.step - b.step).map(({ record }) => record);
  }

  append(batches: readonly EventBatch[]): Promise<void> {
    for (const batch of batches) {
      for (let row = 0; row < batch.size; row++) this.#take(batch, row);
    }
    return Promise.resolve();
  }

  #take(batch: EventBatch, row: number): void {
    const step = batch.stepAt(row);
    const payload = batch.payloads.get(row);
    const kind = batch.kindAt(row);
    if (isElementKind(kind)) this.#element({ event: eventName(kind), payload } as ElementRemark);
    switch (kind) {
      case EVENT_KINDS.step_log:
        this.#log({ ...payload as EventPayloads["step_log"], atMs: batch.msAt(row) });
        break;
      case EVENT_KINDS.check_evaluated:
        this.#checks.push({ step, record: payload as CheckRecord });
        break;
      case EVENT_KINDS.step_succeeded: {
        const { outputs = [] } = (payload ?? {}) as { readonly outputs?: readonly OutputRecord[] };
        this.ends.set(step, { status: "success", outputs });
        break;
      }
      case EVENT_KINDS.step_skipped: {
        const { reason, circuit } = payload as EventPayloads["step_skipped"];
        this.ends.set(step, { status: "skipped", outputs: [], reason, ...(circuit && { circuit }) });
        break;
      }
      case EVENT_KINDS.step_failed: {
        const { error, outputs = [] } = payload as EventPayloads["step_failed"];
        this.ends.set(step, { status: "failed", outputs, error });
        break;
      }
      case EVENT_KINDS.step_undone:
        this.ends.set(step, { status: "success", outputs: [] });
        break;
      case EVENT_KINDS.step_undo_failed: {
        const { error } = payload as EventPayloads["step_undo_failed"];
        this.ends.set(step, { status: "failed", outputs: [], error });
        break;
      }
      case EVENT_KINDS.step_canceled: {
        const { reason } = payload as EventPayloads["step_canceled"];
        this.ends.set(step, { status: "canceled", outputs: [], reason });
        break;
      }
    }
  }
}
