/** The fold of events into the book of assets and the lists of dynamic keys. */
import { eachIdentity } from "../../partitions/identities.ts";
import type { PartitionIdentity } from "../../partitions/stored.ts";
import type { EventBatch } from "../batch.ts";
import { EVENT_KINDS, type EventPayloads } from "../event.ts";
import { reportedVersion } from "../outputs.ts";
import type { Catalogue } from "../step_table.ts";
import { type Axis, shapeOfIdentity, shapeOfStored } from "./axes/axis.ts";
import { type AssetBook, UNIT_SHEET } from "./book.ts";
import { CatalogueRows } from "./catalogue_rows.ts";
import type { KeyLists } from "./key_lists.ts";
import type { LiveRun } from "./live_run.ts";
import { RunFold } from "./run_fold.ts";
import { NONE, type Sheet } from "./sheet.ts";

const { asset_reported: REPORTED, asset_wiped: WIPED } = EVENT_KINDS;
const { partitions_added: ADDED, partitions_removed: REMOVED } = EVENT_KINDS;

/** Writes what events say of assets and dynamic partitions. Events that are folded again change nothing. */
export class BookFold {
  readonly #book: AssetBook;
  readonly #keyLists: KeyLists;
  readonly #rows: WeakMap<Catalogue, CatalogueRows> = new WeakMap();
  readonly #runs: WeakMap<LiveRun, RunFold> = new WeakMap();

  constructor(book: AssetBook, keyLists: KeyLists) {
    this.#book = book;
    this.#keyLists = keyLists;
  }

  /** Folds the rows `[from, to)` of a run's batch. */
  foldRun(run: LiveRun, batch: EventBatch, from: number, to: number): void {
    let fold = this.#runs.get(run);
    if (!fold) this.#runs.set(run, fold = new RunFold(this.#book, run, this.#rowsOf(run.outline.catalogue)));
    fold.fold(batch, from, to);
  }

  /** Folds the rows `[from, to)` of a batch of the catalogue. */
  foldCatalogue(batch: EventBatch, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      const payload = batch.payloads.get(row);
      const seq = batch.seqAt(row);
      switch (batch.kindAt(row)) {
        case REPORTED:
          this.#report(payload as EventPayloads["asset_reported"], seq, batch.msAt(row));
          break;
        case WIPED:
          this.#wipe(payload as EventPayloads["asset_wiped"], seq);
          break;
        case ADDED:
        case REMOVED: {
          const { name, keys } = payload as EventPayloads["partitions_added"];
          this.#keyLists.change(name, batch.kindAt(row) === ADDED ? "add" : "remove", keys, seq);
        }
      }
    }
  }

  #rowsOf(catalogue: Catalogue): CatalogueRows {
    let rows = this.#rows.get(catalogue);
    if (!rows) this.#rows.set(catalogue, rows = new CatalogueRows(this.#book, catalogue));
    return rows;
  }

  /** A reported value is a new one unless its version says otherwise; it has read its inputs where it was reported. */
  #report(report: EventPayloads["asset_reported"], seq: number, atMs: number): void {
    const { partition, dataVersion = reportedVersion(seq) } = report;
    const asset = this.#book.assetOf(report.asset);
    const stamp = { seq, readSeq: seq, atMs, run: NONE, step: NONE, code: NONE };
    if (!partition) return this.#book.make(this.#book.sheetAt(UNIT_SHEET), asset, stamp, dataVersion);
    const { identity } = partition;
    const axis = this.#axisOf(asset, identity);
    this.#book.make(this.#book.sheetFor(asset, axis, seq), axis.intern(identity), stamp, dataVersion);
  }

  /** The axis of an identity that came without its definition: the one that the asset has, if any. */
  #axisOf(asset: number, identity: PartitionIdentity): Axis {
    return this.#book.findSheet(asset, shapeOfIdentity(identity))?.axis ??
      this.#book.axes.ofIdentity(identity);
  }

  #wipe({ asset: key, partitions }: EventPayloads["asset_wiped"], seq: number): void {
    const asset = this.#book.findAsset(key);
    if (asset === NONE) return;
    const isUnit = !partitions || partitions.kind === "unit";
    if (isUnit) this.#book.wipe(this.#book.sheetAt(UNIT_SHEET), asset, seq);
    if (!partitions) return this.#book.sheetsOf(asset).forEach((sheet) => this.#wipeSheet(sheet, seq));
    const shape = shapeOfStored(partitions);
    const known = shape === undefined ? undefined : this.#book.findSheet(asset, shape);
    if (!known?.axis) return;
    const sheet = this.#book.sheetAt(known.id);
    for (const identity of eachIdentity(partitions)) {
      const ordinal = known.axis.find(identity);
      if (ordinal !== NONE) this.#book.wipe(sheet, ordinal, seq);
    }
  }

  #wipeSheet({ id, axis }: Sheet, seq: number): void {
    const sheet = this.#book.sheetAt(id);
    const size = axis?.size ?? 0;
    for (let ordinal = 0; ordinal < size; ordinal++) this.#book.wipe(sheet, ordinal, seq);
  }
}
