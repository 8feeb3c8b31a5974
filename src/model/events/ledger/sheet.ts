/**
 * Sheets: what is recorded of the partitions of one asset, by ordinal, in segments of 64 rows. A sheet
 * that a reader holds is not written again: the writer copies the segments that it touches.
 */
import type { Axis } from "./axes/axis.ts";

const BITS = 6;
/** Rows of a segment. */
export const SEGMENT_ROWS: number = 1 << BITS;
const MASK = SEGMENT_ROWS - 1;
/** The number of a segment among those of all sheets is this times the sheet's, and its own on the sheet. */
export const SEGMENTS_PER_SHEET: number = 2 ** 22;

/** The row has a value. */
export const HAS_VALUE = 1;
/** The latest attempt to make it failed. */
export const HAS_FAILED = 2;

/** Stands for "none" in the columns of runs, steps and code versions. */
export const NONE = -1;

/** The numbers of a row, side by side: one array for a segment is made, and copied, in one go. */
const SEQ = 0;
const READ_SEQ = 1;
const AT_MS = 2;
const RUN = 3;
const STEP = 4;
/** The code version above two bits of flags. */
const CODE = 5;
const WIDTH = 6;
const FLAGS = HAS_VALUE | HAS_FAILED;

/** By what a row is made, and when: runs and code versions as numbers of their pools. */
export interface Stamp {
  seq: number;
  readSeq: number;
  atMs: number;
  run: number;
  step: number;
  code: number;
}

/** Up to 64 rows. */
export class Segment {
  /** Place and time of the last change of the data version, where they are not those of the row. */
  changes: Float64Array | undefined;
  /** Data versions that were given; the others follow from run and step. */
  versions: (string | undefined)[] | undefined;
  /** How many rows have a value. */
  valueCount: number;
  /** Whether it was written since it was last stored. */
  touched: boolean;
  /** The writer's time of the last copy: an older segment may be held by a reader. */
  epoch: number;
  readonly #cells: Float64Array;

  constructor(epoch: number, from?: Segment) {
    this.epoch = epoch;
    this.changes = from?.changes?.slice();
    this.versions = from?.versions?.slice();
    this.valueCount = from?.valueCount ?? 0;
    this.touched = from?.touched ?? false;
    this.#cells = from ? new Float64Array(from.#cells) : new Float64Array(SEGMENT_ROWS * WIDTH);
  }

  /** Whether all that it says of rows are their numbers. */
  get isPlain(): boolean {
    return this.changes === undefined && this.versions === undefined;
  }

  flagsAt(row: number): number {
    return this.#cells[row * WIDTH + CODE] & FLAGS;
  }

  seqAt(row: number): number {
    return this.#cells[row * WIDTH + SEQ];
  }

  readSeqAt(row: number): number {
    return this.#cells[row * WIDTH + READ_SEQ];
  }

  atMsAt(row: number): number {
    return this.#cells[row * WIDTH + AT_MS];
  }

  runAt(row: number): number {
    return this.#cells[row * WIDTH + RUN];
  }

  stepAt(row: number): number {
    return this.#cells[row * WIDTH + STEP];
  }

  codeAt(row: number): number {
    return this.#cells[row * WIDTH + CODE] >> 2;
  }

  changedSeqAt(row: number): number {
    return this.changes?.[row * 2] || this.seqAt(row);
  }

  changedMsAt(row: number): number {
    return this.changes?.[row * 2] ? this.changes[row * 2 + 1] : this.atMsAt(row);
  }

  /** Writes what a row was made by and when. */
  make(row: number, { seq, readSeq, atMs, run, step, code }: Stamp): void {
    const cells = this.#cells;
    const cell = row * WIDTH;
    if ((cells[cell + CODE] & HAS_VALUE) === 0) this.valueCount++;
    cells[cell + SEQ] = seq;
    cells[cell + READ_SEQ] = readSeq;
    cells[cell + AT_MS] = atMs;
    cells[cell + RUN] = run;
    cells[cell + STEP] = step;
    cells[cell + CODE] = (code << 2) | HAS_VALUE;
  }

  /** Notes when the version last changed; 0 for "when it was made". */
  setChange(row: number, seq: number, atMs: number): void {
    if (!this.changes) {
      if (seq === 0) return;
      this.changes = new Float64Array(SEGMENT_ROWS * 2);
    }
    this.changes[row * 2] = seq;
    this.changes[row * 2 + 1] = atMs;
  }

  setVersion(row: number, version: string | undefined): void {
    if (!this.versions) {
      if (version === undefined) return;
      this.versions = new Array<string | undefined>(SEGMENT_ROWS).fill(undefined);
    }
    this.versions[row] = version;
  }

  fail(row: number): void {
    const cell = row * WIDTH + CODE;
    this.#cells[cell] = this.#cells[cell] | HAS_FAILED;
  }

  /** Forgets a row; what is recorded of earlier places no longer counts. */
  wipe(row: number, seq: number): void {
    if ((this.flagsAt(row) & HAS_VALUE) !== 0) this.valueCount--;
    this.#cells.fill(0, row * WIDTH, (row + 1) * WIDTH);
    this.#cells[row * WIDTH + SEQ] = seq;
    this.setChange(row, 0, 0);
    this.setVersion(row, undefined);
  }

  /** Whether nothing is known of a row. */
  isBlank(row: number): boolean {
    return this.seqAt(row) === 0 && this.flagsAt(row) === 0;
  }

  /** Copies a row of another segment over one of this. */
  copyRow(row: number, from: Segment, fromRow: number): void {
    const hadValue = this.flagsAt(row) & HAS_VALUE;
    const hasValue = from.flagsAt(fromRow) & HAS_VALUE;
    this.valueCount += (hasValue ? 1 : 0) - (hadValue ? 1 : 0);
    this.#cells.set(from.#cells.subarray(fromRow * WIDTH, (fromRow + 1) * WIDTH), row * WIDTH);
    this.setChange(row, from.changes?.[fromRow * 2] ?? 0, from.changes?.[fromRow * 2 + 1] ?? 0);
    this.setVersion(row, from.versions?.[fromRow]);
  }
}

/** The rows of one asset over one axis; those of all assets without partitions lie on a sheet without axis. */
export class Sheet {
  readonly id: number;
  /** The ordinal of the asset, or `NONE` for the sheet without axis. */
  readonly asset: number;
  readonly axis: Axis | undefined;
  readonly segments: (Segment | undefined)[];
  readonly epoch: number;

  constructor(id: number, asset: number, axis: Axis | undefined, epoch: number, from?: Sheet) {
    this.id = id;
    this.asset = asset;
    this.axis = axis;
    this.epoch = epoch;
    this.segments = from ? from.segments.slice() : [];
  }

  /** The segment of an ordinal, or undefined when nothing is known of it. */
  segmentOf(ordinal: number): Segment | undefined {
    return this.segments[ordinal >> BITS];
  }

  /** The segment of an ordinal, made or copied if need be, to be written at `epoch`. */
  writable(ordinal: number, epoch: number): Segment {
    const part = ordinal >> BITS;
    const segment = this.segments[part];
    if (segment && segment.epoch === epoch) return segment;
    return this.segments[part] = new Segment(epoch, segment);
  }
}

/** The number of the segment of an ordinal. */
export function partOf(ordinal: number): number {
  return ordinal >> BITS;
}

/** The row of an ordinal in its segment. */
export function rowOf(ordinal: number): number {
  return ordinal & MASK;
}
