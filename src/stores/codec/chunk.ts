/**
 * Events packed into chunks: 16 bytes an event, and payloads as JSON beside. A chunk holds events of one run in
 * their order.
 *
 * Four little-endian integers an event: kind and attempt, step, place after the first one, milliseconds after the
 * first one. Fractions of a millisecond are not kept.
 */
import { EventBatch } from "../../model/events/batch.ts";
import { EVENT_KINDS, isElementKind } from "../../model/events/event.ts";

/** What a chunk holds, as bits: readers that look for one thing pass over the others. */
export const CONTENTS = { logs: 1, checks: 2, makings: 4, runs: 8, elements: 16 } as const;

/** As many events lie in one chunk at most. */
export const CHUNK_EVENTS = 4_096;
/** Payloads of about this length end a chunk. */
const CHUNK_TEXT = 1 << 17;

const COLUMNS = 4;
const MOST_DELTA = 2 ** 31;

/** A chunk as a row. */
export interface ChunkRow {
  /** The place of its first event. */
  readonly id: number;
  readonly run: number;
  readonly last_seq: number;
  readonly size: number;
  readonly at_ms: number;
  readonly contents: number;
  readonly events: Uint8Array;
  /** `[row, payload, row, payload, ...]`; null without payloads. */
  readonly payloads: string | null;
}

/** Gives the JSON text of a payload. */
export type PayloadText = (kind: number, payload: unknown) => string;

const CONTENTS_OF: Uint8Array = contentsByKind();

function contentsByKind(): Uint8Array {
  const contents = new Uint8Array(256);
  contents[EVENT_KINDS.step_log] = CONTENTS.logs;
  contents[EVENT_KINDS.check_evaluated] = CONTENTS.checks;
  contents[EVENT_KINDS.step_succeeded] = contents[EVENT_KINDS.step_failed] = CONTENTS.makings;
  contents[EVENT_KINDS.asset_reported] = CONTENTS.makings;
  contents[EVENT_KINDS.run_created] = CONTENTS.runs;
  for (let kind = 0; kind < contents.length; kind++) {
    if (isElementKind(kind)) contents[kind] = CONTENTS.elements;
  }
  return contents;
}

/** Packs as many events from `from` on as make one chunk. The next one begins `size` rows later. */
export function packChunk(batch: EventBatch, run: number, from: number, textOf: PayloadText): ChunkRow {
  const most = Math.min(batch.size - from, CHUNK_EVENTS);
  const written = writePayloads(batch, from, from + most, textOf);
  const packed = new Int32Array(written.size * COLUMNS);
  const size = packColumns(batch, from, packed);
  const isCut = size < written.size;
  const { text } = isCut ? writePayloads(batch, from, from + size, textOf) : written;
  return {
    id: batch.seqs[from],
    run,
    last_seq: batch.seqs[from + size - 1],
    size,
    at_ms: Math.floor(batch.timesMs[from]),
    contents: contentsOf(packed, size),
    events: new Uint8Array(packed.buffer, 0, size * COLUMNS * 4),
    payloads: text,
  };
}

/** The payloads of the rows `[from, to)`, or of as many of them as one chunk takes. */
function writePayloads(
  { payloads, kinds }: EventBatch,
  from: number,
  to: number,
  textOf: PayloadText,
): { readonly text: string | null; readonly size: number } {
  let text = "";
  if (payloads.size === 0) return { text: null, size: to - from };
  for (const [row, payload] of payloads) {
    if (row < from) continue;
    if (row >= to) break;
    text += `${text === "" ? "[" : ","}${row - from},${textOf(kinds[row] & 0xff, payload)}`;
    if (text.length >= CHUNK_TEXT) return { text: `${text}]`, size: row - from + 1 };
  }
  return { text: text === "" ? null : `${text}]`, size: to - from };
}

/** Fills the columns; gives for how many rows, because differences have an end. */
function packColumns({ kinds, steps, seqs, timesMs }: EventBatch, from: number, packed: Int32Array): number {
  const firstSeq = seqs[from];
  const firstMs = Math.floor(timesMs[from]);
  const size = packed.length / COLUMNS;
  for (let n = 0, at = 0; n < size; n++, at += COLUMNS) {
    const row = from + n;
    const seqDelta = seqs[row] - firstSeq;
    const msDelta = timesMs[row] - firstMs;
    if (seqDelta >= MOST_DELTA || msDelta >= MOST_DELTA || msDelta <= -MOST_DELTA) return n;
    packed[at] = kinds[row];
    packed[at + 1] = steps[row];
    packed[at + 2] = seqDelta;
    packed[at + 3] = msDelta;
  }
  return size;
}

function contentsOf(packed: Int32Array, size: number): number {
  let contents = 0;
  for (let at = 0; at < size * COLUMNS; at += COLUMNS) contents |= CONTENTS_OF[packed[at] & 0xff];
  return contents;
}

/** Gives a payload back from its JSON. */
export type PayloadReader = (kind: number, payload: unknown) => unknown;

/** Unpacks a chunk. */
export function unpackChunk(
  row: ChunkRow,
  runId: string,
  read: PayloadReader = (_, payload) => payload,
): EventBatch {
  const { size, events } = row;
  const batch = new EventBatch(runId, Math.max(1, size));
  const packed = integersOf(events);
  for (let n = 0; n < size; n++) {
    const at = n * COLUMNS;
    batch.kinds[n] = packed[at];
    batch.steps[n] = packed[at + 1];
    batch.seqs[n] = row.id + packed[at + 2];
    batch.timesMs[n] = row.at_ms + packed[at + 3];
  }
  batch.size = size;
  const payloads = row.payloads === null ? [] : JSON.parse(row.payloads) as unknown[];
  for (let n = 0; n < payloads.length; n += 2) {
    const of = payloads[n] as number;
    batch.payloads.set(of, read(batch.kindAt(of), payloads[n + 1]));
  }
  return batch;
}

/** Bytes may lie at any offset; integers may not. */
function integersOf(bytes: Uint8Array): Int32Array {
  const { buffer, byteOffset, length } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Int32Array(buffer, byteOffset, length / 4);
}
