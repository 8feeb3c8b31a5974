/**
 * The image of a ledger: what is known of assets and dynamic keys, as rows. It follows behind the log. What it holds
 * says up to which place everything is in it; opening a store folds the events after that place once more.
 */
import { eachOfProgression, packProgression } from "../../model/partitions/sets/progression.ts";
import type { Ledger } from "../../model/events/ledger.ts";
import type { Axis } from "../../model/events/ledger/axes/axis.ts";
import { CellAxis } from "../../model/events/ledger/axes/cell_axis.ts";
import { TimeAxis } from "../../model/events/ledger/axes/time_axis.ts";
import { UNIT_SHEET } from "../../model/events/ledger/book.ts";
import { SEGMENT_ROWS, SEGMENTS_PER_SHEET } from "../../model/events/ledger/sheet.ts";
import { decodeSegment, encodeSegment, type SegmentRow } from "./segment.ts";
import { NumberWriter } from "./varint.ts";

/** How many items lie in one part of a list. */
const PART_ITEMS = 512;
/** Dynamic keys lie in lists whose names begin so. */
const KEYS = "keys ";
/** Identities of an axis lie in a list whose name begins so. */
const AXIS = "axis ";

/** A part of a list as a row. */
export interface ListRow {
  readonly name: string;
  readonly part: number;
  /** For dynamic keys: everything up to this place is counted. */
  readonly seq: number;
  /** JSON. */
  readonly items: string;
}

/** Rows that bring the stored image nearer to the ledger. */
export interface ImageChanges {
  readonly lists: readonly ListRow[];
  readonly segments: readonly SegmentRow[];
  /** Sheets of which no stored segment holds any longer. */
  readonly dropped: readonly number[];
  /** Everything up to this place is in the image once these rows are stored; `before` says what was before. */
  readonly redoSeq: number;
  readonly before: number;
}

/** A list of the book as far as it is stored. */
interface SavedList {
  readonly name: string;
  readonly size: () => number;
  readonly items: (from: number, to: number) => string;
  saved: number;
}

/** Says what of a ledger is not stored yet. */
export class ImageWriter {
  readonly #ledger: Ledger;
  readonly #lists: SavedList[] = [];
  readonly #writer: NumberWriter = new NumberWriter();
  #redoSeq: number;

  /** Begins with an image that holds the whole of the ledger up to a place, or, at the place 0, with none. */
  constructor(ledger: Ledger, redoSeq: number) {
    this.#ledger = ledger;
    this.#redoSeq = redoSeq;
    const { book } = ledger;
    this.#follow("assets", () => book.keys.length, (from, to) => JSON.stringify(book.keys.slice(from, to)));
    this.#follow("axes", () => book.axes.list.length, (from, to) => {
      return JSON.stringify(book.axes.list.slice(from, to).map((axis) => axis.name));
    });
    this.#follow("sheets", () => book.sheets.length, (from, to) => {
      return JSON.stringify(book.sheets.slice(from, to).map(({ asset, axis }) => [asset, axis?.id ?? -1]));
    });
    this.#followAxes();
    if (redoSeq > 0) { for (const list of this.#lists) list.saved = list.size(); }
  }

  /** Everything up to this place is in the image. */
  get redoSeq(): number {
    return this.#redoSeq;
  }

  /**
   * The next rows to store, about `bytes` of them; undefined when nothing has waited for longer than `lag` places.
   * They count as stored from now on.
   */
  collect(bytes: number, lag: number): ImageChanges | undefined {
    const { ledger, due } = this.#fold(lag);
    if (!due) return undefined;
    const before = this.#redoSeq;
    this.#followAxes();
    const lists: ListRow[] = [];
    let left = bytes - this.#collectLists(lists, bytes);
    const segments: SegmentRow[] = [];
    const dropped: number[] = [];
    if (left > 0) {
      dropped.push(...ledger.book.replaced);
      ledger.book.replaced.clear();
      left -= this.#collectKeys(lists);
      this.#collectSegments(segments, left, ledger.seq - lag);
      this.#redoSeq = Math.max(this.#redoSeq, this.#settledSeq());
    }
    return { lists, segments, dropped, redoSeq: this.#redoSeq, before };
  }

  /** Takes back what was collected last, because it could not be stored. */
  takeBack({ lists, segments, dropped, before }: ImageChanges): void {
    const { book, keyLists } = this.#ledger;
    this.#redoSeq = before;
    for (const { name, part } of lists) {
      const list = this.#lists.find((each) => each.name === name);
      if (list) list.saved = Math.min(list.saved, part * PART_ITEMS);
      else keyLists.touch(name.slice(KEYS.length), part, before + 1);
    }
    for (const { id } of segments) book.touch(id, before + 1);
    for (const id of dropped) book.replaced.add(id);
  }

  #fold(lag: number): { readonly ledger: Ledger; readonly due: boolean } {
    const ledger = this.#ledger;
    if (ledger.seq - this.#redoSeq <= lag) return { ledger, due: false };
    ledger.fold();
    return { ledger, due: true };
  }

  #follow(name: string, size: () => number, items: (from: number, to: number) => string): void {
    this.#lists.push({ name, size, items, saved: 0 });
  }

  #followAxes(): void {
    const { list } = this.#ledger.book.axes;
    const known = this.#lists.filter(({ name }) => name.startsWith(AXIS)).length;
    for (const axis of list.slice(known)) {
      this.#follow(AXIS + axis.id, () => sizeOf(axis), (from, to) => encodeIdentities(axis, from, to));
    }
  }

  /** Adds the parts of lists that are new or have grown; gives their length. */
  #collectLists(rows: ListRow[], bytes: number): number {
    let length = 0;
    for (const list of this.#lists) {
      if (list.name === "sheets") this.#rewindSheets(list);
      const size = list.size();
      while (list.saved < size && length < bytes) {
        const part = Math.floor(list.saved / PART_ITEMS);
        const to = Math.min(size, (part + 1) * PART_ITEMS);
        const items = list.items(part * PART_ITEMS, to);
        rows.push({ name: list.name, part, seq: 0, items });
        length += items.length;
        list.saved = to;
      }
    }
    return length;
  }

  /** A sheet that moved to another axis is written again. */
  #rewindSheets(list: SavedList): void {
    for (const id of this.#ledger.book.replaced) list.saved = Math.min(list.saved, id);
  }

  #collectKeys(rows: ListRow[]): number {
    const { keyLists } = this.#ledger;
    let length = 0;
    for (const name of keyLists.touched.keys()) {
      const list = keyLists.open(name);
      for (const part of list.touched) {
        const items = JSON.stringify(list.part(part));
        rows.push({ name: KEYS + name, part, seq: list.seq, items });
        length += items.length;
      }
      list.touched.clear();
    }
    keyLists.touched.clear();
    return length;
  }

  #collectSegments(rows: SegmentRow[], bytes: number, before: number): void {
    const { book } = this.#ledger;
    let left = bytes;
    for (const [id, seq] of book.touched) {
      if (left <= 0) return;
      if (seq > before) continue;
      const sheet = book.sheets[Math.floor(id / SEGMENTS_PER_SHEET)];
      const segment = sheet.segments[id % SEGMENTS_PER_SHEET];
      book.touched.delete(id);
      if (!segment) continue;
      segment.touched = false;
      const row = encodeSegment(book, id, segment, this.#writer);
      rows.push(row);
      left -= row.cells.length + (row.texts?.length ?? 0);
    }
  }

  /** The place up to which nothing waits any more. */
  #settledSeq(): number {
    let seq = this.#ledger.seq + 1;
    for (const since of this.#ledger.book.touched.values()) if (since < seq) seq = since;
    return seq - 1;
  }
}

/** Reads the lists of an image into an empty ledger. Segments come afterwards. */
export function restoreLists(ledger: Ledger, rows: readonly ListRow[]): void {
  const { book } = ledger;
  const parts = Map.groupBy(rows.toSorted((a, b) => a.part - b.part), (row) => row.name);
  const items = (name: string): unknown[] =>
    parts.get(name)?.flatMap((row) => JSON.parse(row.items) as unknown[]) ?? [];
  for (const key of items("assets")) book.assetOf(key as string);
  for (const name of items("axes")) book.axes.open(name as string);
  for (const axis of book.axes.list) {
    decodeIdentities(axis, parts.get(AXIS + axis.id)?.map((row) => JSON.parse(row.items) as unknown[]) ?? []);
  }
  const sheets = items("sheets") as [number, number][];
  for (const [asset, axis] of sheets.slice(UNIT_SHEET + 1)) book.addSheet(asset, book.axes.list[axis]);
  for (const [name, lists] of parts) {
    if (name.startsWith(KEYS)) restoreKeys(ledger, name.slice(KEYS.length), lists);
  }
}

function restoreKeys({ keyLists }: Ledger, name: string, parts: readonly ListRow[]): void {
  const list = keyLists.open(name);
  for (const { items, seq } of parts) {
    list.restore(JSON.parse(items) as (string | null)[]);
    list.seq = Math.max(list.seq, seq);
  }
}

/** Reads a segment of an image into a ledger. */
export function restoreSegment({ book }: Ledger, row: SegmentRow): void {
  const sheet = book.sheetAt(Math.floor(row.id / SEGMENTS_PER_SHEET));
  decodeSegment(book, row, sheet.writable((row.id % SEGMENTS_PER_SHEET) * SEGMENT_ROWS, sheet.epoch));
}

/** Cells of one dimension are numbered as that dimension, and have nothing of their own. */
function sizeOf(axis: Axis): number {
  return axis instanceof CellAxis && axis.dimensions.length === 1 ? 0 : axis.size;
}

function encodeIdentities(axis: Axis, from: number, to: number): string {
  if (axis instanceof TimeAxis) {
    return JSON.stringify(packProgression(to - from, (place) => axis.identityAt(from + place)));
  }
  const ordinals = Array.from({ length: to - from }, (_, place) => from + place);
  if (axis instanceof CellAxis) return JSON.stringify(ordinals.map((ordinal) => axis.coordinatesOf(ordinal)));
  return JSON.stringify(ordinals.map((ordinal) => axis.identityAt(ordinal)));
}

function decodeIdentities(axis: Axis, parts: readonly unknown[][]): void {
  if (axis instanceof TimeAxis) {
    const starts: number[] = [];
    for (const part of parts) eachOfProgression(part as number[], (start) => starts.push(start));
    axis.restore(starts);
  } else if (axis instanceof CellAxis) {
    for (const coordinates of parts.flat()) axis.internCoordinates(coordinates as number[]);
  } else for (const identity of parts.flat()) axis.intern(identity as string);
}
