/** What is true of a whole sheet, whatever the space it is read over. */
import { createSubsetBuilder } from "../../../partitions/subset.ts";
import type { Subset } from "../../../partitions/subset.ts";
import { HAS_FAILED, HAS_VALUE, type Segment, SEGMENT_ROWS, type Sheet } from "../sheet.ts";

/** A sheet that is not written again, summed up when first asked. */
export class SheetSummary {
  readonly #sheet: Sheet;
  #valued: Subset | undefined;
  #failed: Subset | undefined;
  #newestChange: number | undefined;
  #newest: { seq: number; atMs: number } | undefined;
  #isSearched = false;
  #oldestRead: number | undefined;

  constructor(sheet: Sheet) {
    this.#sheet = sheet;
  }

  /** The ordinals that have a value. */
  get valued(): Subset {
    return this.#valued ??= this.#withFlag(HAS_VALUE);
  }

  /** The ordinals whose latest attempt failed. */
  get failed(): Subset {
    return this.#failed ??= this.#withFlag(HAS_FAILED);
  }

  /** The last place at which a data version changed; 0 without a value. */
  get newestChange(): number {
    return this.#newestChange ??= this.#fold(
      0,
      (most, segment, row) => Math.max(most, segment.changedSeqAt(row)),
    );
  }

  /** The latest making of a value; undefined without a value. */
  get newest(): { readonly seq: number; readonly atMs: number } | undefined {
    if (this.#isSearched) return this.#newest;
    this.#isSearched = true;
    const seq = this.#fold(0, (most, segment, row) => {
      const made = segment.seqAt(row);
      if (made > most) this.#newest = { seq: made, atMs: segment.atMsAt(row) };
      return Math.max(most, made);
    });
    return seq === 0 ? undefined : this.#newest;
  }

  /** The first place at which the inputs of a value were read; Infinity without a value. */
  get oldestRead(): number {
    return this.#oldestRead ??= this.#fold(
      Infinity,
      (least, segment, row) => Math.min(least, segment.readSeqAt(row)),
    );
  }

  #withFlag(flag: number): Subset {
    const builder = createSubsetBuilder();
    this.#sheet.segments.forEach((segment, part) => {
      if (!segment) return;
      const first = part * SEGMENT_ROWS;
      if (flag === HAS_VALUE && segment.valueCount === SEGMENT_ROWS) {
        return builder.addRange(first, first + SEGMENT_ROWS);
      }
      for (let row = 0; row < SEGMENT_ROWS; row++) {
        if ((segment.flagsAt(row) & flag) !== 0) builder.add(first + row);
      }
    });
    return builder.build();
  }

  #fold(start: number, next: (value: number, segment: Segment, row: number) => number): number {
    let value = start;
    for (const segment of this.#sheet.segments) {
      if (!segment || segment.valueCount === 0) continue;
      for (let row = 0; row < SEGMENT_ROWS; row++) {
        if ((segment.flagsAt(row) & HAS_VALUE) !== 0) value = next(value, segment, row);
      }
    }
    return value;
  }
}
