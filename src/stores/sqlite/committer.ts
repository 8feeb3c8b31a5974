/** The one who writes: gathers what is appended in a turn of the event loop, and commits it together. */
import { setImmediate } from "node:timers";
import type { EventBatch } from "../../model/events/batch.ts";
import { EVENT_KINDS, type EventPayloads } from "../../model/events/event.ts";
import type { Ledger } from "../../model/events/ledger.ts";
import type { Clock } from "../../model/ports.ts";
import type { ImageWriter } from "../codec/image.ts";
import type { PlanWriter } from "../codec/plans.ts";
import { isRefusal } from "./file/faults.ts";
import { MOST_BYTES, type PieceWriter, type RunPlaces } from "./piece.ts";
import type { FilePort } from "./file/port.ts";
import { NOTHING, type RunRow } from "./file/rows.ts";
import { type BackfillRows, imageRows, prepare, type Prepared, Transaction, undoAll } from "./transaction.ts";

const { run_created: RUN_CREATED } = EVENT_KINDS;

/**
 * With more than this many events taken up, the rest of the queue waits for the next round: what is committed is
 * folded at once, and assets that are seen for the first time take some time.
 */
const EVENTS_PER_ROUND = 1 << 12;
/** The image follows this many places behind the log: about as many events are folded again after a crash. */
const IMAGE_LAG = 1 << 18;
/** About so much of the image goes with a commit. */
const IMAGE_BYTES = 64 * 1024;

/** One call of `append`. */
interface Call {
  readonly batches: readonly EventBatch[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  /** Set when it failed together with others and is tried by itself. */
  readonly isAlone: boolean;
}

/** Some calls on their way, each from its first transaction to its last. */
interface Round {
  readonly transactions: Transaction[];
  readonly calls: Map<Call, { readonly first: number; readonly last: number }>;
}

/** What commits need. */
export interface CommitterParts {
  readonly port: FilePort;
  readonly ledger: Ledger;
  readonly image: ImageWriter;
  readonly plans: PlanWriter;
  readonly places: RunPlaces;
  readonly pieces: PieceWriter;
  readonly backfills: BackfillRows;
  readonly clock: Clock;
  /** Called after every transaction, with the runs that it ended. */
  readonly onCommit: (ended: readonly RunRow[]) => void;
}

/** Commits events, one transaction after the other. */
export class Committer {
  #parts: CommitterParts;
  #queue: Call[] = [];
  /** What goes on now; never rejects. */
  #work: Promise<void> = Promise.resolve();
  #isScheduled = false;
  #lastSeq: number;

  constructor(parts: CommitterParts, lastSeq: number) {
    this.#parts = parts;
    this.#lastSeq = lastSeq;
  }

  /** The highest place that was committed. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Resolves when the batches are committed. All calls of one turn of the event loop share a commit. */
  append(batches: readonly EventBatch[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ batches, resolve, reject, isAlone: false });
      this.#schedule();
    });
  }

  /** Runs `work` when no commit is under way; commits wait until it is done. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#work.then(work);
    this.#work = result.then(ignore, ignore);
    return result;
  }

  /** Goes on with another ledger that holds the same. Only within `exclusive`. */
  adopt(ledger: Ledger, image: ImageWriter): void {
    this.#parts = { ...this.#parts, ledger, image };
  }

  /** Commits everything that was appended, and the whole of the image. */
  async drain(): Promise<void> {
    while (this.#queue.length > 0 || this.#isScheduled) await this.exclusive(() => this.#round());
    await this.saveImage();
  }

  /** Brings the image up to the log, in small transactions. */
  async saveImage(): Promise<void> {
    for (let isBehind = true; isBehind;) {
      isBehind = await this.exclusive(() => this.#saveSomeImage());
      await turn();
    }
  }

  async #saveSomeImage(): Promise<boolean> {
    const { image, port, clock } = this.#parts;
    const changes = image.collect(IMAGE_BYTES * 4, 0);
    if (!changes) return false;
    try {
      await port.call("commit", { ...NOTHING, ...imageRows(changes) }, clock.now());
    } catch (error) {
      image.takeBack(changes);
      throw error;
    }
    return true;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => void this.exclusive(() => this.#round()));
  }

  /** Commits some of the queue. */
  async #round(): Promise<void> {
    this.#isScheduled = false;
    const calls = this.#takeCalls();
    for (const call of calls) await this.#writeAhead(call);
    const round = this.#admitCalls(calls);
    for (const [index, transaction] of round.transactions.entries()) {
      try {
        await this.#commit(transaction);
      } catch (error) {
        this.#fail(round, index, error);
        break;
      }
      this.#succeed(round, index);
      if (index + 1 < round.transactions.length) await turn();
    }
    if (this.#queue.length > 0) this.#schedule();
  }

  #takeCalls(): readonly Call[] {
    const isAlone = this.#queue[0]?.isAlone;
    if (isAlone) return this.#queue.splice(0, 1);
    let count = 0;
    let events = 0;
    while (count < this.#queue.length && events < EVENTS_PER_ROUND && !this.#queue[count].isAlone) {
      for (const { size } of this.#queue[count].batches) events += size;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  async #writeAhead({ batches }: Call): Promise<void> {
    for (const batch of batches) {
      if (batch.runId === "" || batch.size === 0 || batch.kindAt(0) !== RUN_CREATED) continue;
      const { steps } = batch.payloads.get(0) as EventPayloads["run_created"];
      await this.#parts.plans.writeAhead(steps, turn);
    }
  }

  #admitCalls(calls: readonly Call[]): Round {
    const round: Round = { transactions: [], calls: new Map() };
    const waiting = [...calls];
    for (let call = waiting.shift(); call; call = waiting.shift()) {
      const prepared: Prepared[] = [];
      try {
        for (const batch of call.batches) this.#prepare(batch, prepared);
      } catch (error) {
        for (const { admission } of prepared.reverse()) this.#parts.ledger.undo(admission);
        call.reject(error);
        rejectFollowers([call], waiting, error);
        rejectFollowers([call], this.#queue, error);
        continue;
      }
      if (prepared.length === 0) call.resolve();
      else round.calls.set(call, share(round.transactions, prepared));
    }
    return round;
  }

  #prepare(batch: EventBatch, prepared: Prepared[]): void {
    const { ledger, pieces, places, backfills } = this.#parts;
    if (batch.size === 0) return;
    for (const piece of pieces.write(batch)) {
      const admission = ledger.admit(batch, piece.from, piece.to);
      prepared.push(prepare(piece, admission, places, backfills));
    }
  }

  async #commit(transaction: Transaction): Promise<void> {
    const { port, plans, image, clock } = this.#parts;
    const texts = plans.take(MOST_BYTES);
    for (const some of texts.slice(0, -1)) {
      await port.call("commit", { ...NOTHING, ...some }, clock.now());
      await turn();
    }
    const room = Math.min(transaction.room, IMAGE_BYTES);
    const changes = room > 0 ? image.collect(room, IMAGE_LAG) : undefined;
    try {
      await port.call("commit", transaction.write(texts[texts.length - 1], changes), clock.now());
    } catch (error) {
      if (changes) image.takeBack(changes);
      throw error;
    }
  }

  #succeed({ transactions, calls }: Round, index: number): void {
    const { ledger, places, onCommit } = this.#parts;
    onCommit(transactions[index].endedRuns);
    for (const admission of transactions[index].admissions) {
      ledger.settle(admission);
      if (admission.run?.isOver) places.close(admission.run.id);
    }
    this.#lastSeq = Math.max(this.#lastSeq, transactions[index].lastSeq);
    for (const [call, { last }] of calls) if (last === index) call.resolve();
  }

  /**
   * Takes back what was not committed. When a row was refused, its call is found by trying all of them again one by
   * one; any other failure is everybody's. Calls that were made before this is known fail with those that they follow: the
   * log of a run has no gap.
   */
  #fail({ transactions, calls }: Round, index: number, error: unknown): void {
    undoAll(this.#parts.ledger, transactions.slice(index));
    this.#parts.plans.distrust();
    const open = [...calls].filter(([, { last }]) => last >= index);
    const isOnes = isRefusal(error) && open.length > 1;
    const again: Call[] = [];
    const failed: Call[] = [];
    for (const [call, { first }] of open) {
      if (isOnes && first >= index) again.push({ ...call, isAlone: true });
      else failed.push(call);
    }
    for (const call of failed) call.reject(error);
    this.#queue.unshift(...again);
    rejectFollowers(failed, this.#queue, error);
  }
}

/** Lays what belongs to one call into transactions; a call of usual size lies in one. */
function share(
  transactions: Transaction[],
  prepared: readonly Prepared[],
): { readonly first: number; readonly last: number } {
  const bytes = prepared.reduce((sum, { piece }) => sum + piece.bytes, 0);
  const rows = prepared.reduce((sum, { piece }) => sum + piece.rows, 0);
  let current = transactions.at(-1);
  if (!current?.hasRoomFor({ rows, bytes })) transactions.push(current = new Transaction());
  const first = transactions.length - 1;
  for (const each of prepared) {
    if (!current.hasRoomFor(each.piece)) transactions.push(current = new Transaction());
    current.add(each);
  }
  return { first, last: transactions.length - 1 };
}

/** Rejects those of some waiting calls that go on with a run of one that failed, and takes them out of the list. */
function rejectFollowers(failed: readonly Call[], waiting: Call[], error: unknown): void {
  const runs = new Set(failed.flatMap(({ batches }) => batches.map(({ runId }) => runId)));
  runs.delete("");
  if (runs.size === 0) return;
  for (let at = 0; at < waiting.length; at++) {
    const call = waiting[at];
    if (!call.batches.some(({ runId }) => runs.has(runId))) continue;
    for (const { runId } of call.batches) if (runId !== "") runs.add(runId);
    call.reject(error);
    waiting.splice(at--, 1);
  }
}

function ignore(): void {}

/** Lets everything else have its turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
