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
  const packed = packRows(batch, from, written.size);
  const size = packed.length / COLUMNS;
  const isCut = size < written.size;
  const { text } = isCut ? writePayloads(batch, from, from + size, textOf) : written;
  return {
    id: batch.seqAt(from),
    run,
    last_seq: batch.seqAt(from + size - 1),
    size,
    at_ms: batch.msAt(from),
    contents: contentsOf(packed),
    events: new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength),
    payloads: text,
  };
}

/** The payloads of the rows `[from, to)`, or of as many of them as one chunk takes. */
function writePayloads(
  batch: EventBatch,
  from: number,
  to: number,
  textOf: PayloadText,
): { readonly text: string | null; readonly size: number } {
  const { payloads } = batch;
  let text = "";
  if (payloads.size === 0) return { text: null, size: to - from };
  for (const [row, payload] of payloads) {
    if (row < from) continue;
    if (row >= to) break;
    text += `${text === "" ? "[" : ","}${row - from},${textOf(batch.kindAt(row), payload)}`;
    if (text.length >= CHUNK_TEXT) return { text: `${text}]`, size: row - from + 1 };
  }
  return { text: text === "" ? null : `${text}]`, size: to - from };
}

/** Rows by their differences to the first of them: as many as differences reach. */
function packRows(batch: EventBatch, from: number, size: number): Int32Array<ArrayBuffer> {
  const packed = new Int32Array(size * COLUMNS);
  const firstSeq = batch.seqAt(from);
  const firstMs = batch.msAt(from);
  for (let row = from, at = 0; at < packed.length; row++, at += COLUMNS) {
    const seqDelta = batch.seqAt(row) - firstSeq;
    const msDelta = batch.msAt(row) - firstMs;
    const isFar = seqDelta >= MOST_DELTA || msDelta >= MOST_DELTA || msDelta <= -MOST_DELTA;
    if (isFar) return packed.subarray(0, at);
    packed[at] = batch.kindAt(row) | (batch.attemptAt(row) << 8);
    packed[at + 1] = batch.stepAt(row);
    packed[at + 2] = seqDelta;
    packed[at + 3] = msDelta;
  }
  return packed;
}

function contentsOf(packed: Int32Array): number {
  let contents = 0;
  for (let at = 0; at < packed.length; at += COLUMNS) contents |= CONTENTS_OF[packed[at] & 0xff];
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
  const packed = integersOf(row.events);
  const batch = new EventBatch(runId, Math.max(1, row.size));
  for (let at = 0; at < packed.length; at += COLUMNS) {
    const kind = packed[at] & 0xff;
    const attempt = packed[at] >>> 8;
    batch.push(kind, packed[at + 1], attempt, row.id + packed[at + 2], row.at_ms + packed[at + 3]);
  }
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
