/** Segments of sheets as bytes: some ten bytes a row, and the texts they refer to. */
import type { AssetBook } from "../../model/events/ledger/book.ts";
import {
  HAS_FAILED,
  HAS_VALUE,
  type Segment,
  SEGMENT_ROWS,
  type Stamp,
} from "../../model/events/ledger/sheet.ts";
import { NumberReader, NumberWriter } from "./varint.ts";

/** A segment as a row. */
export interface SegmentRow {
  /** The number of the segment among all. */
  readonly id: number;
  readonly cells: Uint8Array;
  /** Run ids, code versions and data versions, by their places in `cells`; null without any. */
  readonly texts: string | null;
}

/** What a row has besides its flags. */
const HAS_CHANGE = 4;
const HAS_VERSION = 8;
const IS_BLANK = 0;
const HAS_PLACE = 16;

/** Codes a segment with a writer that holds nothing. Times are whole milliseconds. */
export function encodeSegment(
  book: AssetBook,
  id: number,
  segment: Segment,
  writer: NumberWriter = new NumberWriter(),
): SegmentRow {
  const texts = new TextList();
  const last = { seq: 0, atMs: 0 };
  for (let row = 0; row < SEGMENT_ROWS; row++) {
    if (segment.isBlank(row)) {
      writer.put(IS_BLANK);
      continue;
    }
    const version = segment.versions?.[row];
    const isChanged = segment.changedSeqAt(row) !== segment.seqAt(row);
    writer.put(
      segment.flagsAt(row) | HAS_PLACE | (isChanged ? HAS_CHANGE : 0) |
        (version === undefined ? 0 : HAS_VERSION),
    );
    writer.putSigned(segment.seqAt(row) - last.seq);
    last.seq = segment.seqAt(row);
    if ((segment.flagsAt(row) & HAS_VALUE) === 0) continue;
    const atMs = Math.floor(segment.atMsAt(row));
    writer.putSigned(segment.seqAt(row) - segment.readSeqAt(row));
    writer.putSigned(atMs - last.atMs);
    last.atMs = atMs;
    writer.put(texts.placeOf(book.runs.textOf(segment.runAt(row))));
    writer.put(texts.placeOf(book.codes.textOf(segment.codeAt(row))));
    writer.putSigned(segment.stepAt(row));
    if (isChanged) {
      writer.putSigned(segment.seqAt(row) - segment.changedSeqAt(row));
      writer.putSigned(atMs - Math.floor(segment.changedMsAt(row)));
    }
    if (version !== undefined) writer.put(texts.placeOf(version));
  }
  return { id, cells: writer.take(), texts: texts.list.length > 0 ? JSON.stringify(texts.list) : null };
}

/** Reads a segment back into one that is empty. */
export function decodeSegment(book: AssetBook, { cells, texts }: SegmentRow, into: Segment): void {
  const reader = new NumberReader(cells);
  const list = texts === null ? [] : JSON.parse(texts) as string[];
  const textAt = (place: number): string | undefined => place === 0 ? undefined : list[place - 1];
  let lastSeq = 0;
  let lastMs = 0;
  for (let row = 0; row < SEGMENT_ROWS; row++) {
    const has = reader.take();
    if (has === IS_BLANK) continue;
    const seq = lastSeq += reader.takeSigned();
    into.wipe(row, seq);
    if ((has & HAS_VALUE) !== 0) {
      const readSeq = seq - reader.takeSigned();
      const atMs = lastMs += reader.takeSigned();
      const run = book.runs.numberOf(textAt(reader.take()));
      const code = book.codes.numberOf(textAt(reader.take()));
      const stamp: Stamp = { seq, readSeq, atMs, run, code, step: reader.takeSigned() };
      into.make(row, stamp);
      if ((has & HAS_CHANGE) !== 0) {
        into.setChange(row, seq - reader.takeSigned(), atMs - reader.takeSigned());
      }
      if ((has & HAS_VERSION) !== 0) into.setVersion(row, textAt(reader.take()));
    }
    if ((has & HAS_FAILED) !== 0) into.fail(row);
  }
}

/** Texts without repetition; place 0 stands for none. */
class TextList {
  readonly list: string[] = [];
  readonly #places: Map<string, number> = new Map();

  placeOf(text: string | undefined): number {
    if (text === undefined) return 0;
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    const place = this.list.push(text);
    this.#places.set(text, place);
    return place;
  }
}
