/** Facts at one moment: a page of the book, and what was worked out for the spaces that were asked for. */
import type { PartitionSpace } from "../../../partitions/space.ts";
import type { AssetFacts, Facts } from "../../facts.ts";
import { SheetFacts } from "./sheet_facts.ts";
import { type Axis, shapeOfSpace } from "../axes/axis.ts";
import { type AssetBook, type BookPage, UNIT_SHEET } from "../book.ts";
import { project, Projection } from "../axes/projection.ts";
import { NONE, Sheet } from "../sheet.ts";
import { SheetSummary } from "./summary.ts";
import { UnitFacts } from "./unit_facts.ts";

/** What readers have worked out: it holds for every page, and goes with the spaces and sheets it was made for. */
export class ReaderMemo {
  readonly #projections: WeakMap<
    PartitionSpace,
    Map<Axis, { readonly size: number; readonly made: Projection }>
  > = new WeakMap();
  readonly #facts: WeakMap<PartitionSpace, WeakMap<Sheet, SheetFacts>> = new WeakMap();
  readonly #summaries: WeakMap<Sheet, SheetSummary> = new WeakMap();

  /** The facts of a sheet over a space. */
  facts(book: AssetBook, sheet: Sheet, space: PartitionSpace): SheetFacts {
    let bySheet = this.#facts.get(space);
    if (!bySheet) this.#facts.set(space, bySheet = new WeakMap());
    let facts = bySheet.get(sheet);
    if (facts) return facts;
    const projection = sheet.axis ? this.#projection(sheet.axis, space) : NOWHERE;
    facts = new SheetFacts(book, sheet, this.#summary(sheet), projection, space);
    bySheet.set(sheet, facts);
    return facts;
  }

  /** Where a space lies on an axis; worked out again when the axis has grown. */
  #projection(axis: Axis, space: PartitionSpace): Projection {
    const byAxis = this.#projections.get(space) ?? new Map();
    const known = byAxis.get(axis);
    if (known?.size === axis.size) return known.made;
    const made = project(axis, space);
    byAxis.set(axis, { size: axis.size, made });
    this.#projections.set(space, byAxis);
    return made;
  }

  #summary(sheet: Sheet): SheetSummary {
    let summary = this.#summaries.get(sheet);
    if (!summary) this.#summaries.set(sheet, summary = new SheetSummary(sheet));
    return summary;
  }
}

const NO_SHEET = new Sheet(-1, -1, undefined, 0);
const NOWHERE = new Projection([], [], []);

/**
 * Facts that do not change when more is recorded. Their page is taken when they are first read: most runs are planned
 * without a look at the past, and what no page holds is written in place.
 */
export class PageFacts implements Facts {
  readonly seq: number;
  readonly #book: AssetBook;
  readonly #keys: (name: string) => readonly string[];
  readonly #memo: ReaderMemo;
  readonly #unread: Set<PageFacts>;
  #page: BookPage | undefined = undefined;

  /** @param unread Facts without a page: whoever is about to write the book has them {@linkcode take} theirs. */
  constructor(
    seq: number,
    book: AssetBook,
    keys: (name: string) => readonly string[],
    memo: ReaderMemo,
    unread: Set<PageFacts>,
  ) {
    this.seq = seq;
    this.#book = book;
    this.#keys = keys;
    this.#memo = memo;
    this.#unread = unread;
    unread.add(this);
  }

  /** Takes the page, while it still shows what these facts are about. */
  take(): BookPage {
    if (this.#page) return this.#page;
    if (!this.#unread.delete(this)) throw new Error("facts are read after their release");
    return this.#page = this.#book.page();
  }

  releaseAssets(): void {
    this.#unread.delete(this);
  }

  asset(key: string, space: PartitionSpace): AssetFacts {
    const { book, sheets } = this.take();
    const asset = book.findAsset(key);
    const shape = shapeOfSpace(space);
    if (shape === undefined) return new UnitFacts(book, sheets[UNIT_SHEET], asset, space);
    const sheet = asset === NONE ? undefined : book.findSheet(asset, shape, sheets);
    return this.#memo.facts(book, sheet ?? NO_SHEET, space);
  }

  dynamicKeys(name: string): readonly string[] {
    return this.#keys(name);
  }
}
