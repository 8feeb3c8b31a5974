/** Single rows as facts. */
import type { PartitionFacts } from "../facts.ts";
import type { AssetBook } from "./book.ts";
import { HAS_FAILED, HAS_VALUE, NONE, rowOf, type Segment, type Sheet } from "./sheet.ts";

export function hasValue(segment: Segment, row: number): boolean {
  return (segment.flagsAt(row) & HAS_VALUE) !== 0;
}

export function hasFailed(segment: Segment, row: number): boolean {
  return (segment.flagsAt(row) & HAS_FAILED) !== 0;
}

/** Whether a run made a row with another code version than the one of this number. */
export function isMadeByOther(segment: Segment, row: number, code: number): boolean {
  return hasValue(segment, row) && segment.runAt(row) !== NONE && segment.codeAt(row) !== code;
}

/** The facts of a row; undefined without a value. */
export function readRow(book: AssetBook, sheet: Sheet, ordinal: number): PartitionFacts | undefined {
  const segment = sheet.segmentOf(ordinal);
  const row = rowOf(ordinal);
  if (!segment || !hasValue(segment, row)) return undefined;
  return {
    materializedSeq: segment.seqAt(row),
    changedSeq: segment.changedSeqAt(row),
    readSeq: segment.readSeqAt(row),
    materializedMs: segment.atMsAt(row),
    changedMs: segment.changedMsAt(row),
    dataVersion: book.versionAt(segment, row) as string,
    codeVersion: book.codes.textOf(segment.codeAt(row)),
    runId: book.runs.textOf(segment.runAt(row)),
  };
}
