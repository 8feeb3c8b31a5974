/** Pieces: rows of one batch that go into one transaction, in the form in which they are stored. */
import type { EventBatch } from "../../model/events/batch.ts";
import { EVENT_KINDS, type EventPayloads } from "../../model/events/event.ts";
import { unknownRun } from "../../model/events/ledger/refusal.ts";
import { type ChunkRow, packChunk, type PayloadText } from "../codec/chunk.ts";
import { type EventValues, pushEvent } from "../codec/event_row.ts";
import type { PlanWriter, StoredCreation } from "../codec/plans.ts";
import { CATALOGUE } from "./file/queries.ts";
import type { RunPlace } from "./file/rows.ts";

const { run_created: RUN_CREATED } = EVENT_KINDS;

/** How events are stored. */
export type EventForm = "packed" | "rows";

/** A transaction holds about as much at most: four full chunks and what goes with them. */
export const MOST_BYTES: number = 260 * 1024;
export const MOST_ROWS = 1_000;

/** What a row of numbers takes, besides its texts. */
const ROW_BYTES = 64;

/** Rows `[from, to)` of a batch. */
export interface Piece {
  readonly batch: EventBatch;
  readonly from: number;
  readonly to: number;
  readonly chunks: readonly ChunkRow[];
  readonly events: EventValues;
  readonly rows: number;
  readonly bytes: number;
}

/** The numbers of runs, and the scopes they were created with. */
export class RunPlaces {
  readonly #byId: Map<string, RunPlace> = new Map();
  #last: number;

  constructor(lastRun: number, live: Iterable<readonly [id: string, place: RunPlace]>) {
    this.#last = lastRun;
    for (const [id, place] of live) this.#byId.set(id, place);
  }

  get(id: string): RunPlace | undefined {
    return this.#byId.get(id);
  }

  /** Gives a run its number. A number that comes to nothing is not used again. */
  open(id: string, scope: string, firstSeq: number): RunPlace {
    const place = { number: ++this.#last, scope, first_seq: firstSeq, last_seq: firstSeq };
    this.#byId.set(id, place);
    return place;
  }

  close(id: string): void {
    this.#byId.delete(id);
  }
}

/** Cuts batches into pieces. */
export class PieceWriter {
  readonly #form: EventForm;
  readonly #plans: PlanWriter;
  readonly #places: RunPlaces;
  readonly #isLive: (runId: string) => boolean;

  constructor(form: EventForm, plans: PlanWriter, places: RunPlaces, isLive: (runId: string) => boolean) {
    this.#form = form;
    this.#plans = plans;
    this.#places = places;
    this.#isLive = isLive;
  }

  /** The pieces of a batch in their order. Throws RUN_UNKNOWN when there is no such run under way. */
  *write(batch: EventBatch): Generator<Piece> {
    const creation = this.#creationOf(batch);
    const run = batch.runId === "" ? CATALOGUE : this.#places.get(batch.runId)?.number;
    if (run === undefined) throw unknownRun(batch.runId);
    const textOf: PayloadText = (kind, payload) =>
      JSON.stringify(kind === RUN_CREATED && creation ? creation : payload);
    for (let from = 0; from < batch.size;) {
      const piece = this.#form === "packed"
        ? packed(batch, run, from, textOf)
        : inRows(batch, run, from, textOf);
      yield piece;
      from = piece.to;
    }
  }

  #creationOf(batch: EventBatch): StoredCreation | undefined {
    if (batch.runId === "" || batch.size === 0 || batch.kindAt(0) !== RUN_CREATED) return undefined;
    const created = batch.payloads.get(0) as EventPayloads["run_created"];
    const creation = this.#plans.write(batch.runId, created);
    if (!this.#isLive(batch.runId)) this.#places.open(batch.runId, creation.scope, batch.seqAt(0));
    return creation;
  }
}

function packed(batch: EventBatch, run: number, from: number, textOf: PayloadText): Piece {
  const chunk = packChunk(batch, run, from, textOf);
  const bytes = chunk.events.length + (chunk.payloads?.length ?? 0) + ROW_BYTES;
  return { batch, from, to: from + chunk.size, chunks: [chunk], events: [], rows: 1, bytes };
}

function inRows(batch: EventBatch, run: number, from: number, textOf: PayloadText): Piece {
  const events: EventValues = [];
  let bytes = 0;
  let to = from;
  while (to < batch.size && to - from < MOST_ROWS && bytes < MOST_BYTES) {
    bytes += ROW_BYTES + pushEvent(events, batch, to++, run, textOf);
  }
  return { batch, from, to, chunks: [], events, rows: to - from, bytes };
}
