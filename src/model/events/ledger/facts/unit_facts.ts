/** Facts of an asset without partitions: one row. */
import type { PartitionSpace } from "../../../partitions/space.ts";
import { emptySubset, fullSubset } from "../../../partitions/subset.ts";
import type { Subset } from "../../../partitions/subset.ts";
import type { AssetFacts, PartitionFacts } from "../../facts.ts";
import type { AssetBook } from "../book.ts";
import { hasFailed, hasValue, isMadeByOther, readRow } from "../row.ts";
import { rowOf, type Segment, type Sheet } from "../sheet.ts";

/** The row of an asset on the sheet of all assets without partitions; an ordinal below 0 stands for no row. */
export class UnitFacts implements AssetFacts {
  readonly space: PartitionSpace;
  readonly #book: AssetBook;
  readonly #sheet: Sheet;
  readonly #ordinal: number;

  constructor(book: AssetBook, sheet: Sheet, ordinal: number, space: PartitionSpace) {
    this.space = space;
    this.#book = book;
    this.#sheet = sheet;
    this.#ordinal = ordinal;
  }

  get materialized(): Subset {
    return this.#where(hasValue);
  }

  get failed(): Subset {
    return this.#where(hasFailed);
  }

  get newestChange(): number {
    return this.changedSeqAt(0);
  }

  get oldestRead(): number {
    return this.materialized.size === 0 ? Infinity : this.readSeqAt(0);
  }

  get newest(): AssetFacts["newest"] {
    const segment = this.#valued(0);
    const row = rowOf(this.#ordinal);
    return segment && { seq: segment.seqAt(row), atMs: segment.atMsAt(row) };
  }

  at(index: number): PartitionFacts | undefined {
    return index === 0 ? readRow(this.#book, this.#sheet, this.#ordinal) : undefined;
  }

  changedSeqAt(index: number): number {
    return this.#valued(index)?.changedSeqAt(rowOf(this.#ordinal)) ?? 0;
  }

  readSeqAt(index: number): number {
    return this.#valued(index)?.readSeqAt(rowOf(this.#ordinal)) ?? 0;
  }

  changedAfter(seq: number): Subset {
    return this.#where((segment, row) => hasValue(segment, row) && segment.changedSeqAt(row) > seq);
  }

  madeAfter(seq: number): Subset {
    return this.#where((segment, row) => hasValue(segment, row) && segment.seqAt(row) > seq);
  }

  readBefore(seq: number): Subset {
    return this.#where((segment, row) => hasValue(segment, row) && segment.readSeqAt(row) < seq);
  }

  madeByOther(codeVersion: string | undefined): Subset {
    const code = this.#book.codes.find(codeVersion);
    return this.#where((segment, row) => isMadeByOther(segment, row, code));
  }

  /** The segment of the row where it has a value. */
  #valued(index: number): Segment | undefined {
    const segment = index === 0 ? this.#sheet.segmentOf(this.#ordinal) : undefined;
    return segment && hasValue(segment, rowOf(this.#ordinal)) ? segment : undefined;
  }

  #where(test: (segment: Segment, row: number) => boolean): Subset {
    const segment = this.#sheet.segmentOf(this.#ordinal);
    return segment && test(segment, rowOf(this.#ordinal)) ? fullSubset(1) : emptySubset();
  }
}
