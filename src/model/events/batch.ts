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

/** How many numbers an event is. */
export const EVENT_WIDTH = 2;
/** Stand for an attempt and a time that do not fit. */
const FAR_ATTEMPT = 0xff;
const FAR_MS = 0xffff;
const NO_ROWS: Int32Array = new Int32Array(0);

/** What does not fit into a row. */
interface FarRow {
  readonly attempt: number;
  readonly atMs: number;
}

/**
 * Events of one run (or of the catalogue, with the run id `""`) in the order in which they happened.
 *
 * Grown by `push`, then handed on and never changed again. Most events are eight bytes: it is memory that has not been
 * touched before that makes writing them expensive, more than anything that is worked out for it.
 */
export class EventBatch {
  /** The run; empty for events of the catalogue. */
  readonly runId: string;
  /** How many events there are. */
  size = 0;
  /**
   * The events, {@linkcode EVENT_WIDTH} numbers each: the kind in the low 8 bits, the attempt in the next 8 and the
   * milliseconds after `firstMs` in the high 16; then the step. Only the first `size` events count.
   */
  rows: Int32Array = NO_ROWS;
  /** Place of the first event. */
  firstSeq = 0;
  /** Time of the first event, whole epoch milliseconds. */
  firstMs = 0;
  /** Payloads by row; most rows have none. */
  readonly payloads: Map<number, unknown> = new Map();
  readonly #capacity: number;
  /** Places after the first one, where they do not simply follow it: other runs wrote in between. */
  #seqs: Float64Array | undefined = undefined;
  #far: Map<number, FarRow> | undefined = undefined;

  /** Makes an empty one, with room for `capacity` events at first. */
  constructor(runId: string, capacity = 16) {
    this.runId = runId;
    this.#capacity = capacity;
  }

  /** For how many events there is room. */
  get capacity(): number {
    return this.rows.length / EVENT_WIDTH;
  }

  /** Adds a row; `payload` undefined means none. Of the time the whole milliseconds count. */
  push(kind: number, step: number, attempt: number, seq: number, atMs: number, payload?: unknown): void {
    const row = this.size;
    const at = row * EVENT_WIDTH;
    if (at === this.rows.length) this.#grow(seq, atMs);
    const { rows } = this;
    const ms = atMs - this.firstMs;
    rows[at] = kind | (attempt << 8) | (ms << 16);
    rows[at + 1] = step;
    if (attempt >= FAR_ATTEMPT || ms !== (ms & FAR_MS) || ms === FAR_MS) this.#pushFar(row, attempt, atMs);
    if (this.#seqs !== undefined || seq !== this.firstSeq + row) this.#pushSeq(row, seq);
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
    return this.rows[row * EVENT_WIDTH] & 0xff;
  }

  /** The attempt of a row. */
  attemptAt(row: number): number {
    const attempt = (this.rows[row * EVENT_WIDTH] >>> 8) & 0xff;
    return attempt === FAR_ATTEMPT ? this.#farAt(row).attempt : attempt;
  }

  /** The step of a row, -1 where it is about none. */
  stepAt(row: number): number {
    return this.rows[row * EVENT_WIDTH + 1];
  }

  /** The place of a row in the order of the whole store. */
  seqAt(row: number): number {
    return this.#seqs === undefined ? this.firstSeq + row : this.#seqs[row];
  }

  /** The time of a row, whole epoch milliseconds. */
  msAt(row: number): number {
    const ms = this.rows[row * EVENT_WIDTH] >>> 16;
    return ms === FAR_MS ? this.#farAt(row).atMs : this.firstMs + ms;
  }

  /** The event of a row, as an object. */
  at(row: number): SluiceEvent {
    return {
      type: NAMES[this.kindAt(row)],
      seq: this.seqAt(row),
      atMs: this.msAt(row),
      runId: this.runId,
      step: this.stepAt(row),
      attempt: this.attemptAt(row),
      payload: this.payloads.get(row),
    } as SluiceEvent;
  }

  /** The events in order, as objects. */
  *[Symbol.iterator](): IterableIterator<SluiceEvent> {
    for (let row = 0; row < this.size; row++) yield this.at(row);
  }

  #grow(seq: number, atMs: number): void {
    if (this.size === 0) {
      this.firstSeq = seq;
      this.firstMs = Math.floor(atMs);
    }
    const capacity = Math.max(this.#capacity, this.size * 2, 1);
    this.rows = extended(new Int32Array(capacity * EVENT_WIDTH), this.rows);
    if (this.#seqs) this.#seqs = extended(new Float64Array(capacity), this.#seqs);
  }

  /** Other runs wrote in between: from now on places are kept. */
  #pushSeq(row: number, seq: number): void {
    if (!this.#seqs) {
      this.#seqs = new Float64Array(this.capacity);
      for (let before = 0; before < row; before++) this.#seqs[before] = this.firstSeq + before;
    }
    this.#seqs[row] = seq;
  }

  /** A clock that gives fractions, was set back, or has jumped within a turn; or a step that never gives up. */
  #pushFar(row: number, attempt: number, atMs: number): void {
    const { rows } = this;
    const at = row * EVENT_WIDTH;
    const ms = Math.floor(atMs) - this.firstMs;
    const isNear = attempt < FAR_ATTEMPT && ms >= 0 && ms < FAR_MS;
    const kept = isNear ? (attempt << 8) | (ms << 16) : (FAR_ATTEMPT << 8) | (FAR_MS << 16);
    rows[at] = (rows[at] & 0xff) | kept;
    if (isNear) return;
    this.#far ??= new Map();
    this.#far.set(row, { attempt, atMs: Math.floor(atMs) });
  }

  #farAt(row: number): FarRow {
    return (this.#far as Map<number, FarRow>).get(row) as FarRow;
  }
}

function extended<A extends Int32Array | Float64Array>(longer: A, shorter: A): A {
  longer.set(shorter);
  return longer;
}
