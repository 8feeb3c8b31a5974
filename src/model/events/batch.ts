/** A run of events as columns: what the loop writes, a store commits and subscribers read. */
import { EVENT_KINDS, type EventName, type EventPayloads, type SluiceEvent } from "./event.ts";

const NAMES: readonly (EventName | undefined)[] = namesByKind();

function namesByKind(): (EventName | undefined)[] {
  const names: (EventName | undefined)[] = [];
  for (const [name, kind] of Object.entries(EVENT_KINDS)) names[kind] = name as EventName;
  return names;
}

/** The name of a stored kind, or undefined for a kind of a newer version. */
export function eventName(kind: number): EventName | undefined {
  return NAMES[kind];
}

/**
 * Events of one run (or of the catalogue, with the run id `""`) in the order in which they happened.
 *
 * Grown by `push`, then handed on and never changed again. Columns are plain typed arrays; only the first
 * `size` rows count.
 */
export class EventBatch {
  /** The run; empty for events of the catalogue. */
  readonly runId: string;
  /** How many events there are. */
  size = 0;
  /** Kind in the low 8 bits, attempt above them. */
  kinds: Int32Array;
  /** The steps, upstream first. */
  steps: Int32Array;
  /** Place of each event in the order of the whole store. */
  seqs: Float64Array;
  /** Time of each event, epoch milliseconds. */
  timesMs: Float64Array;
  /** Payloads by row; most rows have none. */
  readonly payloads: Map<number, unknown> = new Map();

  /** Makes an error of one or several issues. */
  constructor(runId: string, capacity = 16) {
    this.runId = runId;
    this.kinds = new Int32Array(capacity);
    this.steps = new Int32Array(capacity);
    this.seqs = new Float64Array(capacity);
    this.timesMs = new Float64Array(capacity);
  }

  /** Adds a row; `payload` undefined means none. */
  push(kind: number, step: number, attempt: number, seq: number, atMs: number, payload?: unknown): void {
    const row = this.size;
    if (row === this.kinds.length) this.#grow();
    this.kinds[row] = kind | (attempt << 8);
    this.steps[row] = step;
    this.seqs[row] = seq;
    this.timesMs[row] = atMs;
    if (payload !== undefined) this.payloads.set(row, payload);
    this.size = row + 1;
  }

  /** Adds an event by name, with the payload that its name asks for. */
  add<Name extends EventName>(
    name: Name,
    row: { readonly step?: number; readonly attempt?: number; readonly seq: number; readonly atMs: number },
    ...[payload]: Name extends keyof EventPayloads ? [payload: EventPayloads[Name]] : []
  ): void {
    this.push(EVENT_KINDS[name], row.step ?? -1, row.attempt ?? 0, row.seq, row.atMs, payload);
  }

  /** The kind of a row, as a number. */
  kindAt(row: number): number {
    return this.kinds[row] & 0xff;
  }

  /** The attempt of a row. */
  attemptAt(row: number): number {
    return this.kinds[row] >>> 8;
  }

  /** The event of a row, as an object. */
  at(row: number): SluiceEvent {
    return {
      type: NAMES[this.kindAt(row)],
      seq: this.seqs[row],
      atMs: this.timesMs[row],
      runId: this.runId,
      step: this.steps[row],
      attempt: this.attemptAt(row),
      payload: this.payloads.get(row),
    } as SluiceEvent;
  }

  /** The events in order, as objects. */
  *[Symbol.iterator](): IterableIterator<SluiceEvent> {
    for (let row = 0; row < this.size; row++) yield this.at(row);
  }

  #grow(): void {
    const capacity = this.kinds.length * 2;
    this.kinds = extended(new Int32Array(capacity), this.kinds);
    this.steps = extended(new Int32Array(capacity), this.steps);
    this.seqs = extended(new Float64Array(capacity), this.seqs);
    this.timesMs = extended(new Float64Array(capacity), this.timesMs);
  }
}

function extended<A extends Int32Array | Float64Array>(longer: A, shorter: A): A {
  longer.set(shorter);
  return longer;
}
