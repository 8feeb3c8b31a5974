/**
 * Sheets: what is recorded of the partitions of one asset, as columns by ordinal in segments of 64 rows. A sheet
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

/** Places and times of a row: `seq, readSeq, atMs`. */
const SEQ = 0;
const READ_SEQ = 1;
const AT_MS = 2;
const PLACES = 3;

/** What made a row, as numbers: `run, step, codeVersion`. */
const RUN = 0;
const STEP = 1;
const CODE = 2;
const MAKERS = 3;

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
  readonly flags: Uint8Array;
  readonly places: Float64Array;
  readonly makers: Int32Array;
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

  constructor(epoch: number, from?: Segment) {
    this.epoch = epoch;
    this.flags = from ? from.flags.slice() : new Uint8Array(SEGMENT_ROWS);
    this.places = from ? from.places.slice() : new Float64Array(SEGMENT_ROWS * PLACES);
    this.makers = from ? from.makers.slice() : new Int32Array(SEGMENT_ROWS * MAKERS).fill(NONE);
    this.changes = from?.changes?.slice();
    this.versions = from?.versions?.slice();
    this.valueCount = from?.valueCount ?? 0;
    this.touched = from?.touched ?? false;
  }

  seqAt(row: number): number {
    return this.places[row * PLACES + SEQ];
  }

  readSeqAt(row: number): number {
    return this.places[row * PLACES + READ_SEQ];
  }

  atMsAt(row: number): number {
    return this.places[row * PLACES + AT_MS];
  }

  runAt(row: number): number {
    return this.makers[row * MAKERS + RUN];
  }

  stepAt(row: number): number {
    return this.makers[row * MAKERS + STEP];
  }

  codeAt(row: number): number {
    return this.makers[row * MAKERS + CODE];
  }

  changedSeqAt(row: number): number {
    return this.changes?.[row * 2] || this.seqAt(row);
  }

  changedMsAt(row: number): number {
    return this.changes?.[row * 2] ? this.changes[row * 2 + 1] : this.atMsAt(row);
  }

  /** Writes what a row was made by and when. */
  make(row: number, stamp: Stamp): void {
    const place = row * PLACES;
    this.places[place + SEQ] = stamp.seq;
    this.places[place + READ_SEQ] = stamp.readSeq;
    this.places[place + AT_MS] = stamp.atMs;
    const maker = row * MAKERS;
    this.makers[maker + RUN] = stamp.run;
    this.makers[maker + STEP] = stamp.step;
    this.makers[maker + CODE] = stamp.code;
    if ((this.flags[row] & HAS_VALUE) === 0) this.valueCount++;
    this.flags[row] = HAS_VALUE;
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
    this.flags[row] |= HAS_FAILED;
  }

  /** Forgets a row; what is recorded of earlier places no longer counts. */
  wipe(row: number, seq: number): void {
    if ((this.flags[row] & HAS_VALUE) !== 0) this.valueCount--;
    this.flags[row] = 0;
    this.places.fill(0, row * PLACES, (row + 1) * PLACES);
    this.places[row * PLACES + SEQ] = seq;
    this.makers.fill(NONE, row * MAKERS, (row + 1) * MAKERS);
    this.setChange(row, 0, 0);
    this.setVersion(row, undefined);
  }

  /** Whether nothing is known of a row. */
  isBlank(row: number): boolean {
    return this.flags[row] === 0 && this.seqAt(row) === 0;
  }

  /** Copies a row of another segment over one of this. */
  copyRow(row: number, from: Segment, fromRow: number): void {
    const hadValue = this.flags[row] & HAS_VALUE;
    const hasValue = from.flags[fromRow] & HAS_VALUE;
    this.valueCount += (hasValue ? 1 : 0) - (hadValue ? 1 : 0);
    this.flags[row] = from.flags[fromRow];
    this.places.set(from.places.subarray(fromRow * PLACES, (fromRow + 1) * PLACES), row * PLACES);
    this.makers.set(from.makers.subarray(fromRow * MAKERS, (fromRow + 1) * MAKERS), row * MAKERS);
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
