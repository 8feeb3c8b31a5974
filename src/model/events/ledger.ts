/**
 * The ledger: what all events add up to, in memory. Events come in two steps. `admit` looks whether they follow
 * from what is recorded and moves runs and steps on; `settle` lets them count for assets, after they are as durable
 * as a store makes them. What was admitted and could not be kept is taken back by `undo`.
 */
import { quote } from "../quote.ts";
import type { EventBatch } from "./batch.ts";
import { EVENT_KINDS, type EventPayloads, isElementKind } from "./event.ts";
import type { Facts } from "./facts.ts";
import { AssetBook } from "./ledger/book.ts";
import { BookFold } from "./ledger/fold.ts";
import { eachInOrder } from "./ledger/in_order.ts";
import { KeyLists } from "./ledger/key_lists.ts";
import { type LiveRun, openRun, type RunSummary, type StepUndo } from "./ledger/live_run.ts";
import { PageFacts, ReaderMemo } from "./ledger/facts/reader.ts";
import { refuse, sameTick } from "./ledger/refusal.ts";
import type { TriggerRecord } from "./record.ts";
import type { BackfillStatus } from "./status.ts";
import { foldTrigger, tickIdentity, triggerOf } from "./ticks.ts";

const { backfill_created: CREATED, backfill_finished: FINISHED, asset_reported: FIRST_OF_CATALOGUE } =
  EVENT_KINDS;

/**
 * With so many settled events not folded yet, they are folded before the first that comes after all of them: a fold
 * of more would hold the event loop for too long.
 */
const MOST_WAITING = 1 << 12;

/** Rows of a batch, and the run they belong to; undefined for events of the catalogue. */
export interface Entry {
  readonly batch: EventBatch;
  readonly from: number;
  readonly to: number;
  readonly run: LiveRun | undefined;
}

/** Rows of a batch that were admitted, and what `undo` needs. */
export interface Admission extends Entry {
  /** The run before; undefined when these events created it. */
  readonly before: RunSummary | undefined;
  /** What was overwritten of steps. */
  readonly steps: StepUndo | undefined;
  /** The status of backfills before; undefined for those that these events created. */
  readonly backfills: ReadonlyMap<string, BackfillStatus | undefined>;
  /** The triggers that these events are about. */
  readonly triggers: ReadonlyMap<string, TriggerChange>;
}

/** What is known of a trigger before some events, where something was, and after them. */
export interface TriggerChange {
  readonly before: TriggerRecord | undefined;
  readonly after: TriggerRecord;
}

const NO_BACKFILLS: ReadonlyMap<string, BackfillStatus | undefined> = new Map();
const NO_TRIGGERS: ReadonlyMap<string, TriggerChange> = new Map();

/** Runs, steps, assets, partitions and dynamic keys. */
export class Ledger {
  /** Runs that are not over, by id. */
  readonly live: Map<string, LiveRun> = new Map();
  readonly book: AssetBook = new AssetBook();
  readonly keyLists: KeyLists = new KeyLists();
  /** Backfills that are not over. */
  readonly backfills: Map<string, BackfillStatus> = new Map();
  /** All triggers that anything is recorded of, by id. */
  readonly triggers: Map<string, TriggerRecord> = new Map();
  /** The highest place that was settled. */
  seq = 0;
  readonly #fold: BookFold = new BookFold(this.book, this.keyLists);
  readonly #memo: ReaderMemo = new ReaderMemo();
  readonly #unread: Set<PageFacts> = new Set();
  /** Settled and not folded: facts are folded when somebody asks for them. */
  #waiting: Entry[] = [];
  #waitingCount = 0;

  /** Records a batch. Throws as `admit` does. */
  apply(batch: EventBatch): void {
    this.settle(this.admit(batch));
  }

  /**
   * Moves runs on by the rows `[from, to)` of a batch. Nothing has changed when it throws.
   *
   * @throws {SluiceError} EVENT_REFUSED for an event that does not follow from what is recorded, RUN_UNKNOWN for
   * one of a run that is over or was not created.
   */
  admit(batch: EventBatch, from: number = 0, to: number = batch.size): Admission {
    const isOfRun = batch.runId !== "" && from < to;
    return isOfRun ? this.#admitRun(batch, from, to) : this.#admitCatalogue(batch, from, to);
  }

  #admitRun(batch: EventBatch, from: number, to: number): Admission {
    const known = this.live.get(batch.runId);
    const run = known ?? openRun(batch, from);
    const before = known && { ...run.summary, counts: run.summary.counts.slice() };
    const steps: StepUndo = { rows: from, states: new Uint8Array(to - from), starts: [] };
    try {
      run.advance(batch, from, to, steps);
    } catch (error) {
      if (before) run.retreat(batch, from, before, steps);
      throw error;
    }
    if (run.isOver) this.live.delete(run.id);
    else if (!known) this.live.set(run.id, run);
    return { batch, from, to, run, before, steps, backfills: NO_BACKFILLS, triggers: NO_TRIGGERS };
  }

  #admitCatalogue(batch: EventBatch, from: number, to: number): Admission {
    const changed = new Map<string, BackfillStatus>();
    const triggers = new Map<string, TriggerChange>();
    for (let row = from; row < to; row++) {
      const kind = batch.kindAt(row);
      if (kind === CREATED || kind === FINISHED) this.#advanceBackfill(batch, row, changed);
      else if (kind < FIRST_OF_CATALOGUE || isElementKind(kind)) {
        throw refuse(`the kind ${kind} belongs to a run, and is in none`);
      } else this.#advanceTrigger(batch, row, triggers);
    }
    const backfills = new Map(Array.from(changed.keys(), (id) => [id, this.backfills.get(id)]));
    for (const [id, status] of changed) this.#setBackfill(id, status);
    for (const [id, { after }] of triggers) this.triggers.set(id, after);
    return { batch, from, to, run: undefined, before: undefined, steps: undefined, backfills, triggers };
  }

  /** Ticks are told apart by the store, which has all of them; the latest is known here. */
  #advanceTrigger(batch: EventBatch, row: number, changed: Map<string, TriggerChange>): void {
    const id = triggerOf(batch, row);
    if (id === undefined) return;
    const before = this.triggers.get(id);
    const last = changed.get(id)?.after ?? before;
    const after = foldTrigger(id, last, batch, row);
    const identity = after.lastTick && tickIdentity(after.lastTick);
    const isTick = after.lastTick !== last?.lastTick;
    if (isTick && identity !== undefined && last?.lastTick && identity === tickIdentity(last.lastTick)) {
      throw sameTick(id, identity);
    }
    changed.set(id, { before, after });
  }

  #advanceBackfill(batch: EventBatch, row: number, changed: Map<string, BackfillStatus>): void {
    const payload = batch.payloads.get(row);
    const { id } = payload as { readonly id: string };
    const status = changed.get(id) ?? this.backfills.get(id);
    if (batch.kindAt(row) === CREATED) {
      if (status !== undefined) throw refuse(`backfill ${quote(id)} is created twice`);
      changed.set(id, "running");
      return;
    }
    if (status !== "running" && status !== "interrupted") {
      throw refuse(`backfill ${quote(id)} is over or was never created`);
    }
    changed.set(id, (payload as EventPayloads["backfill_finished"]).status);
  }

  #setBackfill(id: string, status: BackfillStatus | undefined): void {
    if (status === "running" || status === "interrupted") this.backfills.set(id, status);
    else this.backfills.delete(id);
  }

  /** Takes back what was admitted last. Several admissions are taken back in reverse order. */
  undo({ batch, from, run, before, steps, backfills, triggers }: Admission): void {
    for (const [id, status] of backfills) this.#setBackfill(id, status);
    for (const [id, { before }] of triggers) {
      if (before) this.triggers.set(id, before);
      else this.triggers.delete(id);
    }
    if (!run || !steps) return;
    if (!before) {
      this.live.delete(run.id);
      return;
    }
    run.retreat(batch, from, before, steps);
    this.live.set(run.id, run);
  }

  /** Lets events count that were admitted, now or before they were stored. */
  settle({ batch, from, to, run }: Entry): void {
    if (from === to) return;
    if (this.#waitingCount >= MOST_WAITING && batch.seqAt(from) > this.seq) this.fold();
    this.seq = Math.max(this.seq, batch.seqAt(to - 1));
    this.#waiting.push({ batch, from, to, run });
    this.#waitingCount += to - from;
  }

  /** Folds what is settled into the book, in the order of its places. */
  fold(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingCount = 0;
    if (waiting.length > 0) { for (const facts of this.#unread) facts.take(); }
    eachInOrder(waiting, ({ batch, run }, from, to) => {
      if (run) this.#fold.foldRun(run, batch, from, to);
      else this.#fold.foldCatalogue(batch, from, to);
    });
  }

  /** What is settled, as facts that do not change any more. */
  facts(): Facts {
    this.fold();
    return new PageFacts(this.seq, this.book, this.keyLists.page(), this.#memo, this.#unread);
  }
}
