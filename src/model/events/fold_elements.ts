/** The fold of one run's events into the records of the elements of its steps. */
import type { EventBatch } from "./batch.ts";
import { EVENT_KINDS, isElementKind, type RecordedError } from "./event.ts";
import type { ElementRecord } from "./record.ts";
import type { ElementStatus } from "./status.ts";

/** What the events of elements say, whichever they are. */
type ElementPayload = {
  readonly element: string;
  readonly item?: string;
  readonly value?: unknown;
  readonly from?: string;
  readonly error?: RecordedError;
  readonly reason?: string;
};

type OpenRecord = { -readonly [field in keyof ElementRecord]: ElementRecord[field] };

const STATUSES: ReadonlyMap<number, ElementStatus> = new Map([
  [EVENT_KINDS.element_started, "running"],
  [EVENT_KINDS.element_succeeded, "success"],
  [EVENT_KINDS.element_failed, "failed"],
  [EVENT_KINDS.element_retrying, "up_for_retry"],
  [EVENT_KINDS.element_skipped, "skipped"],
  [EVENT_KINDS.element_canceled, "canceled"],
]);

/** Which elements of a run to list. */
export interface ElementFilter {
  /** Only those of one step, by its number. */
  readonly step?: number;
  /** Only those in one of these states. */
  readonly status?: readonly ElementStatus[];
  /** At most so many. */
  readonly limit?: number;
}

/** Collects the elements of a run. Batches are added in the order of their events. */
export class ElementFold {
  readonly #filter: ElementFilter;
  readonly #steps: Map<number, Map<string, OpenRecord>> = new Map();

  constructor(filter: ElementFilter = {}) {
    this.#filter = filter;
  }

  add(batch: EventBatch): void {
    for (const [row, payload] of batch.payloads) {
      const kind = batch.kindAt(row);
      if (!isElementKind(kind)) continue;
      const step = batch.stepAt(row);
      if (this.#filter.step !== undefined && this.#filter.step !== step) continue;
      this.#take(step, kind, payload as ElementPayload, batch.msAt(row));
    }
  }

  /** The records: those of a step in the order in which they first appeared, steps likewise. */
  finish(): readonly ElementRecord[] {
    const { status, limit = Infinity } = this.#filter;
    const records: ElementRecord[] = [];
    for (const elements of this.#steps.values()) {
      for (const record of elements.values()) {
        if (status && !status.includes(record.status)) continue;
        if (records.length >= limit) return records;
        records.push(record);
      }
    }
    return records;
  }

  #take(step: number, kind: number, payload: ElementPayload, atMs: number): void {
    const record = this.#recordOf(step, payload.element);
    record.status = STATUSES.get(kind) as ElementStatus;
    if (kind === EVENT_KINDS.element_started) {
      record.attempts++;
      record.startedMs ??= atMs;
      record.finishedMs = undefined;
      record.reason = undefined;
      return;
    }
    record.finishedMs = kind === EVENT_KINDS.element_retrying ? undefined : atMs;
    record.value = payload.value;
    record.item = payload.item;
    record.from = payload.from;
    record.reason = payload.reason;
    record.error = payload.error;
  }

  #recordOf(step: number, path: string): OpenRecord {
    let elements = this.#steps.get(step);
    if (!elements) this.#steps.set(step, elements = new Map());
    const known = elements.get(path);
    if (known) return known;
    const record: OpenRecord = {
      step,
      path,
      status: "running",
      attempts: 0,
      startedMs: undefined,
      finishedMs: undefined,
      value: undefined,
      error: undefined,
      reason: undefined,
      item: undefined,
      from: undefined,
    };
    elements.set(path, record);
    return record;
  }
}
