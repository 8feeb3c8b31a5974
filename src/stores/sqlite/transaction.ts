/** Transactions: pieces that were admitted, and all that is written with them. */
import { EVENT_KINDS, type EventPayloads } from "../../model/events/event.ts";
import type { Admission, Ledger } from "../../model/events/ledger.ts";
import { readChecks } from "../../model/events/read.ts";
import { readTicks } from "../../model/events/ticks.ts";
import type { ImageChanges } from "../codec/image.ts";
import type { NewTexts } from "../codec/plans.ts";
import { MOST_BYTES, MOST_ROWS, type Piece, type RunPlaces } from "./piece.ts";
import {
  type BackfillRow,
  type CheckRow,
  NOTHING,
  type RunRow,
  type TickRow,
  toCheckRow,
  toRunRow,
  toTickRow,
  toTriggerRow,
  type TriggerRow,
  type Write,
} from "./file/rows.ts";
import { fromColumn, toColumn } from "./file/texts.ts";

const { backfill_created: CREATED, backfill_finished: FINISHED } = EVENT_KINDS;

/** A piece that was admitted, with the rows that follow from it. */
export interface Prepared {
  readonly piece: Piece;
  readonly admission: Admission;
  /** The run as it is after the piece. */
  readonly run: RunRow | undefined;
  readonly checks: readonly CheckRow[];
  readonly backfills: readonly BackfillRow[];
  readonly triggers: readonly TriggerRow[];
  readonly ticks: readonly TickRow[];
}

/** The rows that follow from a piece that was admitted just now. */
export function prepare(
  piece: Piece,
  admission: Admission,
  places: RunPlaces,
  backfills: BackfillRows,
): Prepared {
  const { batch, from, to } = piece;
  const { run } = admission;
  const place = run && places.get(run.id);
  const hasPayloads = batch.payloads.size > 0;
  return {
    piece,
    admission,
    run: place && toRunRow(run.record(), { ...place, last_seq: batch.seqAt(to - 1) }),
    checks: run && hasPayloads ? readChecks(batch, from, to).map(toCheckRow) : [],
    backfills: run || !hasPayloads ? [] : backfills.read(piece),
    triggers: Array.from(admission.triggers.values(), ({ after }) => toTriggerRow(after)),
    ticks: admission.triggers.size === 0 ? [] : readTicks(batch, from, to).map(toTickRow),
  };
}

/** What one commit holds. */
export class Transaction {
  readonly #prepared: Prepared[] = [];
  #rows = 0;
  #bytes = 0;

  /** Whether something of a size can be added without making it too large. An empty one has room for everything. */
  hasRoomFor({ rows, bytes }: Pick<Piece, "rows" | "bytes">): boolean {
    return this.#prepared.length === 0 ||
      (this.#rows + rows <= MOST_ROWS && this.#bytes + bytes <= MOST_BYTES);
  }

  /** How many bytes of something else could be added. */
  get room(): number {
    return Math.max(0, MOST_BYTES - this.#bytes);
  }

  add(prepared: Prepared): void {
    this.#prepared.push(prepared);
    this.#rows += prepared.piece.rows;
    this.#bytes += prepared.piece.bytes;
  }

  get admissions(): readonly Admission[] {
    return this.#prepared.map(({ admission }) => admission);
  }

  /** The runs that came to their end. */
  get endedRuns(): readonly RunRow[] {
    const ended = this.#prepared.filter(({ admission }) => admission.run?.isOver);
    return ended.map(({ run }) => run).filter((run) => run !== undefined);
  }

  /** The highest place. */
  get lastSeq(): number {
    return this.#prepared.reduce((most, { piece }) => Math.max(most, piece.batch.seqAt(piece.to - 1)), 0);
  }

  /** Everything as rows. */
  write(texts: NewTexts, image: ImageChanges | undefined): Write {
    const runs = new Map<number, RunRow>();
    for (const { run } of this.#prepared) if (run) runs.set(run.number, run);
    return {
      ...NOTHING,
      ...texts,
      ...imageRows(image),
      chunks: this.#prepared.flatMap(({ piece }) => piece.chunks),
      events: this.#prepared.length === 1
        ? this.#prepared[0].piece.events
        : this.#prepared.flatMap(({ piece }) => piece.events),
      runs: [...runs.values()],
      checks: this.#prepared.flatMap(({ checks }) => checks),
      backfills: this.#prepared.flatMap(({ backfills }) => backfills),
      triggers: this.#prepared.flatMap(({ triggers }) => triggers),
      ticks: this.#prepared.flatMap(({ ticks }) => ticks),
    };
  }
}

/** The rows of an image. */
export function imageRows(
  image: ImageChanges | undefined,
): Partial<Pick<Write, "lists" | "segments" | "dropped" | "meta">> {
  if (!image) return {};
  const { lists, segments, dropped, redoSeq } = image;
  return { lists, segments, dropped, meta: { redo_seq: redoSeq } };
}

/** Takes back what was admitted, the last first. */
export function undoAll(ledger: Ledger, transactions: readonly Transaction[]): void {
  for (const transaction of transactions.toReversed()) {
    for (const admission of transaction.admissions.toReversed()) ledger.undo(admission);
  }
}

/** The rows of backfills that are not over. */
export class BackfillRows {
  readonly #byId: Map<string, BackfillRow> = new Map();

  constructor(live: Iterable<BackfillRow>) {
    for (const row of live) this.#byId.set(fromColumn(row.id), row);
  }

  /** All rows, in the order in which they were created. */
  list(): readonly BackfillRow[] {
    return [...this.#byId.values()].sort((a, b) => a.seq - b.seq);
  }

  /** The rows that some events of the catalogue change. */
  read({ batch, from, to }: Pick<Piece, "batch" | "from" | "to">): readonly BackfillRow[] {
    const rows: BackfillRow[] = [];
    for (let row = from; row < to; row++) {
      const kind = batch.kindAt(row);
      if (kind !== CREATED && kind !== FINISHED) continue;
      const payload = batch.payloads.get(row);
      const changed = kind === CREATED
        ? created(payload as EventPayloads["backfill_created"], batch.seqAt(row), batch.msAt(row))
        : this.#finished(payload as EventPayloads["backfill_finished"], batch.msAt(row));
      if (!changed) continue;
      this.#byId.set(fromColumn(changed.id), changed);
      rows.push(changed);
    }
    return rows;
  }

  #finished({ id, status }: EventPayloads["backfill_finished"], atMs: number): BackfillRow | undefined {
    const known = this.#byId.get(id);
    return known && { ...known, status, finished_ms: status === "interrupted" ? null : atMs };
  }
}

function created(
  { id, plan, tags }: EventPayloads["backfill_created"],
  seq: number,
  atMs: number,
): BackfillRow {
  return {
    seq,
    id: toColumn(id),
    status: "running",
    created_ms: atMs,
    finished_ms: null,
    tags: JSON.stringify(tags),
    plan: JSON.stringify(plan ?? null),
  };
}
