/** Facts of one asset over a space, read from its sheet. */
import type { PartitionSpace } from "../../../partitions/space.ts";
import { createSubsetBuilder, emptySubset, rangeSubset } from "../../../partitions/subset.ts";
import type { Subset } from "../../../partitions/subset.ts";
import type { AssetFacts, PartitionFacts } from "../../facts.ts";
import type { AssetBook } from "../book.ts";
import type { Projection } from "../axes/projection.ts";
import { hasFailed, hasValue, isMadeByOther, readRow } from "../row.ts";
import { rowOf, type Segment, type Sheet } from "../sheet.ts";
import type { SheetSummary } from "./summary.ts";

/** Whether a row counts. */
type Test = (segment: Segment, row: number) => boolean;

/** With more pieces than this, partitions are looked at one by one. */
const FEW_PIECES = 64;

/** Rows of a sheet that is not written again, by the indices of a space. */
export class SheetFacts implements AssetFacts {
  readonly space: PartitionSpace;
  readonly #book: AssetBook;
  readonly #sheet: Sheet;
  readonly #summary: SheetSummary;
  readonly #projection: Projection;
  #materialized: Subset | undefined;
  #failed: Subset | undefined;

  constructor(
    book: AssetBook,
    sheet: Sheet,
    summary: SheetSummary,
    projection: Projection,
    space: PartitionSpace,
  ) {
    this.space = space;
    this.#book = book;
    this.#sheet = sheet;
    this.#summary = summary;
    this.#projection = projection;
  }

  get materialized(): Subset {
    return this.#materialized ??= this.#isWhole
      ? this.#translate(this.#summary.valued)
      : this.#select(hasValue);
  }

  get failed(): Subset {
    return this.#failed ??= this.#isWhole ? this.#translate(this.#summary.failed) : this.#select(hasFailed);
  }

  get newestChange(): number {
    return this.#summary.newestChange;
  }

  get oldestRead(): number {
    return this.#summary.oldestRead;
  }

  get newest(): AssetFacts["newest"] {
    return this.#summary.newest;
  }

  at(index: number): PartitionFacts | undefined {
    const ordinal = this.#projection.ordinalOf(index);
    return ordinal < 0 ? undefined : readRow(this.#book, this.#sheet, ordinal);
  }

  changedSeqAt(index: number): number {
    const ordinal = this.#projection.ordinalOf(index);
    const segment = this.#segmentOf(ordinal);
    return segment ? segment.changedSeqAt(rowOf(ordinal)) : 0;
  }

  readSeqAt(index: number): number {
    const ordinal = this.#projection.ordinalOf(index);
    const segment = this.#segmentOf(ordinal);
    return segment ? segment.readSeqAt(rowOf(ordinal)) : 0;
  }

  changedAfter(seq: number): Subset {
    if (this.newestChange <= seq) return emptySubset();
    return this.#select((segment, row) => hasValue(segment, row) && segment.changedSeqAt(row) > seq);
  }

  madeAfter(seq: number): Subset {
    if ((this.newest?.seq ?? 0) <= seq) return emptySubset();
    return this.#select((segment, row) => hasValue(segment, row) && segment.seqAt(row) > seq);
  }

  readBefore(seq: number): Subset {
    if (this.oldestRead >= seq) return emptySubset();
    return this.#select((segment, row) => hasValue(segment, row) && segment.readSeqAt(row) < seq);
  }

  madeByOther(codeVersion: string | undefined): Subset {
    const code = this.#book.codes.find(codeVersion);
    return this.#select((segment, row) => isMadeByOther(segment, row, code));
  }

  /** The segment of an ordinal that has a value. */
  #segmentOf(ordinal: number): Segment | undefined {
    const segment = ordinal < 0 ? undefined : this.#sheet.segmentOf(ordinal);
    return segment && hasValue(segment, rowOf(ordinal)) ? segment : undefined;
  }

  /** Whether the space lies on the axis in a few pieces. */
  get #isWhole(): boolean {
    return this.#projection.indices.length <= FEW_PIECES;
  }

  /** Ordinals as indices. */
  #translate(set: Subset): Subset {
    const { indices, ordinals, lengths } = this.#projection;
    const builder = createSubsetBuilder();
    for (let piece = 0; piece < indices.length; piece++) {
      const move = indices[piece] - ordinals[piece];
      const part = set.intersect(rangeSubset(ordinals[piece], ordinals[piece] + lengths[piece]));
      part.eachRange((start, end) => builder.addRange(start + move, end + move));
    }
    return builder.build();
  }

  /** The partitions whose rows pass a test. */
  #select(test: Test): Subset {
    const { indices, ordinals, lengths } = this.#projection;
    const builder = createSubsetBuilder();
    for (let piece = 0; piece < indices.length; piece++) {
      const end = ordinals[piece] + lengths[piece];
      const move = indices[piece] - ordinals[piece];
      for (let ordinal = ordinals[piece]; ordinal < end; ordinal++) {
        const segment = this.#sheet.segmentOf(ordinal);
        if (segment && test(segment, rowOf(ordinal))) builder.add(ordinal + move);
      }
    }
    return builder.build();
  }
}
