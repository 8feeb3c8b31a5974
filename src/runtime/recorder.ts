/** The one place that appends: events of all runs of a process, numbered, gathered for a turn and committed together. */
import { EventBatch } from "../model/events/batch.ts";
import { EVENT_KINDS, type EventName, type EventPayloads, type RunEventName } from "../model/events/event.ts";
import type { RunStore } from "../stores/store.ts";
import type { Pace } from "./pace.ts";
import { type Mask, openMask } from "./redact/mask.ts";
import { maskPayload } from "./redact/payload.ts";

/** With so many events of one run, they are committed before the end of their turn. */
const MOST_GATHERED = 2_048;
/** With more events than this not committed, runs wait. */
const MOST_UNCOMMITTED = 1 << 16;

/** Called with batches after their commit, in the order of commits. What it throws is reported and goes no further. */
export type BatchListener = (batches: readonly EventBatch[]) => unknown;

/** What the recorder needs of a store. */
export type EventSink = Pick<RunStore, "append" | "lastSeq"> & Partial<Pick<RunStore, "elements">>;

/** Numbers, gathers, commits and hands on the events of a process. */
export class Recorder {
  readonly pace: Pace;
  /** What no event may hold. */
  readonly mask: Mask;
  readonly #sink: EventSink;
  readonly #onListenerError: (error: unknown) => void;
  readonly #listeners: Set<BatchListener> = new Set();
  /** The number of the latest event. */
  "~seq": number;
  #uncommitted = 0;
  #tapes: Tape[] = [];
  /** Fulfilled when everything drained so far is committed or has failed; never rejected. */
  #committed: Promise<void> = Promise.resolve();

  constructor(
    sink: EventSink,
    pace: Pace,
    onListenerError: (error: unknown) => void = ignore,
    mask: Mask = openMask(),
  ) {
    this.#sink = sink;
    this.mask = mask;
    this["~seq"] = sink.lastSeq;
    this.pace = pace;
    this.#onListenerError = onListenerError;
    pace.onTurnEnd(() => this.drain());
  }

  /** Opens the tape of a run, or of the catalogue with the id `""`. `onFailure` hears that a commit failed. */
  open(runId: string, onFailure: (error: unknown) => void = ignore): Tape {
    return new Tape(this, runId, onFailure);
  }

  /** Calls back with committed batches. Gives a function that ends the subscription. */
  subscribe(listener: BatchListener): () => void {
    const own: BatchListener = (batches) => listener(batches);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** True when events come in faster than the store takes them: runs then wait for {@linkcode relief}. */
  get isPressed(): boolean {
    return this.#uncommitted > MOST_UNCOMMITTED;
  }

  /** Resolves when what has been handed to the store by now is committed or has failed. */
  relief(): Promise<void> {
    return this.#committed;
  }

  /** Resolves when everything pushed before is committed or has failed; tapes say which. */
  async flush(): Promise<void> {
    if (this.#tapes.length > 0) await this.pace.turn();
    await this.#committed;
  }

  /** Hands what was gathered to the store. What belongs to a tape that has failed is dropped. */
  drain(): void {
    if (this.#tapes.length === 0) return;
    const gathered = this.#tapes.map((tape) => ({ tape, batch: tape["~take"]() }));
    this.#tapes = [];
    const kept = gathered.filter(({ tape }) => !tape.failure);
    if (kept.length === 0) return;
    const tapes = kept.map(({ tape }) => tape);
    const batches = kept.map(({ batch }) => batch);
    const count = batches.reduce((sum, { size }) => sum + size, 0);
    this.#uncommitted += count;
    this.#committed = this.#commit(this.#committed, this.#append(batches), tapes, batches, count);
  }

  /**
   * Commits one event of the catalogue by itself: what is refused of it is told to the caller, and takes nothing with it that
   * other tapes have to commit.
   */
  async append<Name extends EventName & keyof EventPayloads>(
    name: Name,
    payload: EventPayloads[Name],
  ): Promise<void> {
    this.drain();
    this.pace.refresh();
    const batch = new EventBatch("", 1);
    const kind = EVENT_KINDS[name];
    batch.push(kind, -1, 0, ++this["~seq"], this.pace.nowMs, maskPayload(kind, payload, this.mask));
    const before = this.#committed;
    const done = this.#append([batch]).then(() => before).then(() => this.#notify([batch]));
    this.#committed = done.catch(ignore);
    await done;
  }

  /** Notes that a tape has something to commit. */
  "~gather"(tape: Tape): void {
    this.#tapes.push(tape);
    this.pace.refresh();
    this.pace.touch();
  }

  async #append(batches: readonly EventBatch[]): Promise<void> {
    await this.#sink.append(batches);
  }

  async #commit(
    before: Promise<void>,
    append: Promise<void>,
    tapes: readonly Tape[],
    batches: readonly EventBatch[],
    count: number,
  ): Promise<void> {
    try {
      await append;
      await before;
      this.#notify(batches);
    } catch (error) {
      for (const tape of tapes) tape["~fail"](error);
    }
    this.#uncommitted -= count;
  }

  #notify(batches: readonly EventBatch[]): void {
    for (const listener of this.#listeners) {
      try {
        const answer = listener(batches);
        if (answer instanceof Promise) answer.catch(this.#onListenerError);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }
}

/** Where one run writes its events. */
export class Tape {
  readonly runId: string;
  /** What kept a batch from being committed. What is pushed afterwards is dropped, so that no gap is recorded. */
  failure: { readonly error: unknown } | undefined = undefined;
  readonly #recorder: Recorder;
  readonly #pace: Pace;
  readonly #onFailure: (error: unknown) => void;
  #batch: EventBatch | undefined = undefined;
  #capacity = 16;
  #isClosed = false;

  constructor(recorder: Recorder, runId: string, onFailure: (error: unknown) => void) {
    this.#recorder = recorder;
    this.#pace = recorder.pace;
    this.#onFailure = onFailure;
    this.runId = runId;
  }

  /** The time that the next event gets, more or less. */
  get nowMs(): number {
    return this.#pace.nowMs;
  }

  /** Adds an event by its number. */
  push(kind: number, step: number, attempt: number, payload?: unknown): void {
    const batch = this.#batch ?? this.#begin();
    const shown = payload === undefined ? undefined : maskPayload(kind, payload, this.#recorder.mask);
    batch.push(kind, step, attempt, ++this.#recorder["~seq"], this.#pace.nowMs, shown);
    if (batch.size >= MOST_GATHERED) this.#recorder.drain();
  }

  /** Adds an event of the run itself, with the payload that its name asks for. */
  add<Name extends RunEventName & keyof EventPayloads>(name: Name, payload: EventPayloads[Name]): void {
    this.push(EVENT_KINDS[name], -1, 0, payload);
  }

  /** Resolves when everything pushed before is committed. Rejects with what the store said when it is not. */
  async flush(): Promise<void> {
    await this.#recorder.flush();
    if (this.failure) throw this.failure.error;
  }

  /** Ends the tape: what is pushed afterwards, by a body that lives on, is dropped. */
  close(): void {
    this.#isClosed = true;
  }

  #begin(): EventBatch {
    const batch = new EventBatch(this.runId, this.#capacity);
    if (this.#isClosed) return batch;
    this.#recorder["~gather"](this);
    this.#batch = batch;
    return batch;
  }

  "~take"(): EventBatch {
    const batch = this.#batch as EventBatch;
    this.#batch = undefined;
    this.#capacity = Math.max(16, Math.min(MOST_GATHERED, batch.capacity));
    return batch;
  }

  "~fail"(error: unknown): void {
    if (this.failure) return;
    this.failure = { error };
    this.#onFailure(error);
  }
}

function ignore(): void {}
