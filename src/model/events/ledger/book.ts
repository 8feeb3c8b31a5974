/** The book of assets: what is recorded of every asset and partition, written by the ledger and read by facts. */
import { KeyIndex } from "../../key_index.ts";
import { freshVersion } from "../outputs.ts";
import { Axes } from "./axes/axes.ts";
import type { Axis, Shape } from "./axes/axis.ts";
import { TextPool } from "./pool.ts";
import {
  HAS_VALUE,
  NONE,
  partOf,
  rowOf,
  type Segment,
  SEGMENT_ROWS,
  SEGMENTS_PER_SHEET,
  Sheet,
  type Stamp,
} from "./sheet.ts";

/** The sheet of all assets without partitions; an asset's row on it is its own ordinal. */
export const UNIT_SHEET = 0;

/** What a reader holds: sheets that are not written again. */
export interface BookPage {
  readonly book: AssetBook;
  readonly sheets: readonly Sheet[];
}

/** All that a row with a value holds. */
export interface RowState extends Stamp {
  readonly changedSeq: number;
  readonly changedMs: number;
  readonly dataVersion: string;
}

/** Rows of assets. Writers copy what a page holds before they write it. */
export class AssetBook {
  readonly axes: Axes = new Axes();
  /** Run ids and code versions that rows refer to. */
  readonly runs: TextPool = new TextPool();
  readonly codes: TextPool = new TextPool();
  /** Sheets that began anew: all that was stored of them is outdated. */
  readonly replaced: Set<number> = new Set();
  /** Segments written since they were last stored, by number, with the first place that changed them. */
  readonly touched: Map<number, number> = new Map();
  readonly #ordinals: KeyIndex = new KeyIndex();
  /** Numbers of the sheets of those assets that have partitions, by ordinal. */
  readonly #sheetsOf: Map<number, number[]> = new Map();
  #sheets: Sheet[] = [new Sheet(UNIT_SHEET, NONE, undefined, 0)];
  #epoch = 0;
  #page: BookPage | undefined;

  /** Keys of assets by ordinal. */
  get keys(): readonly string[] {
    return this.#ordinals.keys;
  }

  /** The ordinal of an asset, a new one if need be. */
  assetOf(key: string): number {
    return this.#ordinals.numberOf(key);
  }

  /** The ordinal of an asset, or -1. */
  findAsset(key: string): number {
    return this.#ordinals.find(key);
  }

  /** All sheets, to be read at once. */
  get sheets(): readonly Sheet[] {
    return this.#sheets;
  }

  /** The sheet of an asset and a shape among those of a page or of now. */
  findSheet(asset: number, shape: Shape, sheets: readonly Sheet[] = this.#sheets): Sheet | undefined {
    const id = this.#sheetsOf.get(asset)?.find((id) => sheets[id]?.axis?.shape === shape);
    return id === undefined ? undefined : sheets[id];
  }

  /**
   * The sheet to write an asset's partitions on from a place on. A sheet over another axis of the same shape moves
   * to this one.
   */
  sheetFor(asset: number, axis: Axis, seq: number): Sheet {
    const sheet = this.findSheet(asset, axis.shape);
    if (!sheet) return this.addSheet(asset, axis);
    return sheet.axis === axis ? this.#writable(sheet.id) : this.#move(sheet, axis, seq);
  }

  /** The sheets of an asset's partitions, one for each shape that they have had. */
  sheetsOf(asset: number): readonly Sheet[] {
    return this.#sheetsOf.get(asset)?.map((id) => this.#sheets[id]) ?? [];
  }

  /** A sheet of now, to be written. */
  sheetAt(id: number): Sheet {
    return this.#writable(id);
  }

  /**
   * Records a making. The version is a new one when none is given; when it is the one that was there, or the row is
   * said to be `unchanged`, the row keeps its version and the place of its last change. What is recorded of a later
   * place stays.
   */
  make(sheet: Sheet, ordinal: number, stamp: Stamp, version?: string, unchanged?: boolean): void {
    const segment = sheet.writable(ordinal, this.#epoch);
    const row = rowOf(ordinal);
    if (stamp.seq <= segment.seqAt(row)) return;
    if (!segment.touched) this.#touch(sheet, ordinal, segment, stamp.seq);
    if (segment.isPlain && version === undefined && !unchanged) return segment.make(row, stamp);
    const old = unchanged || version !== undefined ? this.versionAt(segment, row) : undefined;
    const isKept = old !== undefined && (unchanged || version === old);
    const changedSeq = isKept ? segment.changedSeqAt(row) : 0;
    const changedMs = isKept ? segment.changedMsAt(row) : 0;
    segment.make(row, stamp);
    segment.setChange(row, changedSeq, changedMs);
    segment.setVersion(row, isKept ? old : version);
  }

  /** Records that an attempt failed; a value that is there stays. */
  fail(sheet: Sheet, ordinal: number, seq: number): void {
    const segment = sheet.writable(ordinal, this.#epoch);
    const row = rowOf(ordinal);
    if (seq < segment.seqAt(row)) return;
    if (!segment.touched) this.#touch(sheet, ordinal, segment, seq);
    segment.fail(row);
  }

  /** Forgets a row. */
  wipe(sheet: Sheet, ordinal: number, seq: number): void {
    const known = sheet.segmentOf(ordinal);
    if (!known || known.isBlank(rowOf(ordinal)) || seq <= known.seqAt(rowOf(ordinal))) return;
    const segment = sheet.writable(ordinal, this.#epoch);
    if (!segment.touched) this.#touch(sheet, ordinal, segment, seq);
    segment.wipe(rowOf(ordinal), seq);
  }

  /** Forgets a row that a run has made; one that something else has made since stays. */
  unmake(sheet: Sheet, ordinal: number, run: number, seq: number): void {
    const known = sheet.segmentOf(ordinal);
    const row = rowOf(ordinal);
    if (!known || (known.flagsAt(row) & HAS_VALUE) === 0 || known.runAt(row) !== run) return;
    this.wipe(sheet, ordinal, seq);
  }

  /** Writes a row as it was read elsewhere, whatever it was. */
  overwrite(sheet: Sheet, ordinal: number, seq: number, failed: boolean, state: RowState | undefined): void {
    const segment = sheet.writable(ordinal, this.#epoch);
    const row = rowOf(ordinal);
    if (!segment.touched) this.#touch(sheet, ordinal, segment, seq);
    segment.wipe(row, seq);
    if (state) {
      segment.make(row, state);
      const isFresh = state.dataVersion === freshVersion(this.runs.textOf(state.run), state.step);
      segment.setVersion(row, isFresh ? undefined : state.dataVersion);
      if (state.changedSeq !== seq) segment.setChange(row, state.changedSeq, state.changedMs);
    }
    if (failed) segment.fail(row);
  }

  /** The data version of a row; undefined without a value. */
  versionAt(segment: Segment, row: number): string | undefined {
    if ((segment.flagsAt(row) & HAS_VALUE) === 0) return undefined;
    return segment.versions?.[row] ?? freshVersion(this.runs.textOf(segment.runAt(row)), segment.stepAt(row));
  }

  /** What is recorded now, to be read later. */
  page(): BookPage {
    if (this.#page) return this.#page;
    this.#epoch++;
    return this.#page = { book: this, sheets: this.#sheets };
  }

  /** Notes that a segment is not stored, by its number. */
  touch(id: number, seq: number): void {
    const segment = this.#sheets[Math.floor(id / SEGMENTS_PER_SHEET)].segments[id % SEGMENTS_PER_SHEET];
    if (segment) segment.touched = true;
    this.touched.set(id, seq);
  }

  /** Adds a sheet for an asset that has none over an axis of this shape. */
  addSheet(asset: number, axis: Axis): Sheet {
    this.#own();
    const sheet = new Sheet(this.#sheets.length, asset, axis, this.#epoch);
    this.#sheets.push(sheet);
    const ids = this.#sheetsOf.get(asset);
    if (ids) ids.push(sheet.id);
    else this.#sheetsOf.set(asset, [sheet.id]);
    return sheet;
  }

  /** Writes all that a sheet holds on a new one, whose rows are the ordinals of another axis. */
  #move(sheet: Sheet, axis: Axis, seq: number): Sheet {
    this.#own();
    const moved = new Sheet(sheet.id, sheet.asset, axis, this.#epoch);
    this.#sheets[sheet.id] = moved;
    this.replaced.add(sheet.id);
    sheet.segments.forEach((segment, part) => {
      if (!segment) return;
      for (let row = 0; row < SEGMENT_ROWS; row++) {
        if (segment.isBlank(row)) continue;
        const identity = (sheet.axis as Axis).identityAt(part * SEGMENT_ROWS + row);
        const ordinal = axis.intern(identity);
        const copy = moved.writable(ordinal, this.#epoch);
        copy.copyRow(rowOf(ordinal), segment, row);
        if (!copy.touched) this.#touch(moved, ordinal, copy, seq);
      }
    });
    return moved;
  }

  #writable(id: number): Sheet {
    const sheet = this.#sheets[id];
    if (sheet.epoch === this.#epoch) return sheet;
    this.#own();
    return this.#sheets[id] = new Sheet(id, sheet.asset, sheet.axis, this.#epoch, sheet);
  }

  /** Takes the list of sheets from the page that holds it. */
  #own(): void {
    if (this.#page) this.#sheets = this.#sheets.slice();
    this.#page = undefined;
  }

  #touch(sheet: Sheet, ordinal: number, segment: Segment, seq: number): void {
    segment.touched = true;
    this.touched.set(sheet.id * SEGMENTS_PER_SHEET + partOf(ordinal), seq);
  }
}
