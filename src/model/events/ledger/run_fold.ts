/** The fold of one run's events into the book of assets. */
import { EVENT_WIDTH, type EventBatch } from "../batch.ts";
import { EVENT_KINDS, type EventPayloads, type OutputRecord } from "../event.ts";
import { findOutput } from "../outputs.ts";
import type { StepSet } from "../step_table.ts";
import type { Axis } from "./axes/axis.ts";
import { type AssetBook, UNIT_SHEET } from "./book.ts";
import type { CatalogueRows, RowOutput } from "./catalogue_rows.ts";
import type { LiveRun } from "./live_run.ts";
import type { Ordinals } from "./axes/ordinals.ts";
import { NONE, type Sheet, type Stamp } from "./sheet.ts";

const { step_succeeded: SUCCEEDED, step_failed: FAILED, step_undone: UNDONE } = EVENT_KINDS;
const NO_RECORDS: readonly OutputRecord[] = [];
const MADE_PLAINLY: OutputRecord = Object.freeze({});

/** The steps of one node, and the rows that they are about. */
interface NodeRows {
  readonly firstStep: number;
  readonly set: StepSet | undefined;
  readonly outputs: readonly OutputRows[];
}

/** The rows of one output of a node. */
interface OutputRows extends RowOutput {
  readonly axis: Axis | undefined;
  /** The ordinals of the node's partitions; undefined without partitions. */
  readonly ordinals: Ordinals | undefined;
}

/** Writes what a run's events say of assets. */
export class RunFold {
  readonly #book: AssetBook;
  readonly #run: LiveRun;
  readonly #rows: CatalogueRows;
  readonly #isPlain: boolean;
  readonly #nodes: Map<number, NodeRows> = new Map();
  /** Written over for every event: one object instead of one for each. */
  readonly #stamp: Stamp = { seq: 0, readSeq: 0, atMs: 0, run: NONE, step: NONE, code: NONE };

  constructor(book: AssetBook, run: LiveRun, rows: CatalogueRows) {
    this.#book = book;
    this.#run = run;
    this.#rows = rows;
    this.#isPlain = run.outline.sets.size === 0 && run.outline.outputs.size === 0;
    this.#stamp.run = book.runs.numberOf(run.id);
  }

  /** Folds the rows `[from, to)` of a batch. */
  fold(batch: EventBatch, from: number, to: number): void {
    const { rows: events, payloads } = batch;
    const { starts } = this.#run;
    const { rows } = this.#run.outline;
    const hasPayloads = payloads.size > 0;
    const stamp = this.#stamp;
    for (let row = from; row < to; row++) {
      const kind = events[row * EVENT_WIDTH] & 0xff;
      if (kind !== SUCCEEDED && kind !== FAILED) {
        if (kind === UNDONE) this.#undone(batch, row);
        continue;
      }
      const step = events[row * EVENT_WIDTH + 1];
      stamp.seq = batch.seqAt(row);
      stamp.readSeq = starts[step];
      stamp.atMs = batch.msAt(row);
      stamp.step = step;
      const records = hasPayloads ? recordsOf(payloads.get(row)) : NO_RECORDS;
      if (kind === FAILED) this.#failed(step, records);
      else if (records.length > 0 || !this.#isPlain) this.#succeeded(step, records);
      else this.#succeededPlainly(rows[step]);
    }
  }

  /** A step without partitions that made all of its outputs. */
  #succeededPlainly(row: number): void {
    const asset = this.#rows.assetOf(row);
    const sheet = this.#book.sheetAt(UNIT_SHEET);
    if (asset >= 0) {
      this.#stamp.code = this.#rows.codeOf(row);
      return this.#book.make(sheet, asset, this.#stamp);
    }
    for (const { asset, code } of this.#rows.outputsOf(row)) {
      this.#stamp.code = code;
      this.#book.make(sheet, asset, this.#stamp);
    }
  }

  #succeeded(step: number, records: readonly OutputRecord[]): void {
    this.#eachRow(step, (sheet, ordinal, code, output, place) => {
      this.#made(sheet, ordinal, code, findOutput(records, output, place) ?? MADE_PLAINLY);
    });
  }

  #failed(step: number, records: readonly OutputRecord[]): void {
    this.#eachRow(step, (sheet, ordinal, code, output, place) => {
      const record = findOutput(records, output, place);
      if (record) this.#made(sheet, ordinal, code, record);
      this.#book.fail(sheet, ordinal, this.#stamp.seq);
    });
  }

  /** Forgets what a step made, unless something else has made it since. */
  #undone(batch: EventBatch, row: number): void {
    const { outputs, run } = batch.payloads.get(row) as EventPayloads["step_undone"];
    const seq = batch.seqAt(row);
    const maker = run === undefined ? this.#stamp.run : this.#book.runs.find(run);
    this.#stamp.seq = seq;
    this.#eachRow(batch.stepAt(row), (sheet, ordinal, _code, output, place) => {
      if (!outputs || findOutput(outputs, output, place)) this.#book.unmake(sheet, ordinal, maker, seq);
    });
  }

  #made(
    sheet: Sheet,
    ordinal: number,
    code: number,
    { dataVersion, unchanged, skipped }: OutputRecord,
  ): void {
    if (skipped !== undefined) return;
    this.#stamp.code = code;
    this.#book.make(sheet, ordinal, this.#stamp, dataVersion, unchanged);
  }

  /** Calls back with each row that a step is about, by output and by the partition's place in the step. */
  #eachRow(
    step: number,
    visit: (sheet: Sheet, ordinal: number, code: number, output: number, place: number) => void,
  ): void {
    const position = this.#run.steps.nodeOf(step);
    const { firstStep, set, outputs } = this.#nodeAt(position);
    const first = set ? (step - firstStep) * set.chunkSize : 0;
    const count = set ? Math.min(set.chunkSize, set.count - first) : 1;
    for (let output = 0; output < outputs.length; output++) {
      const { asset, code, axis, ordinals } = outputs[output];
      const sheet = axis ? this.#book.sheetFor(asset, axis, this.#stamp.seq) : this.#book.sheetAt(UNIT_SHEET);
      for (let place = 0; place < count; place++) {
        visit(sheet, ordinals ? ordinals.at(first + place) : asset, code, output, place);
      }
    }
  }

  #nodeAt(position: number): NodeRows {
    let node = this.#nodes.get(position);
    if (!node) this.#nodes.set(position, node = this.#readNode(position));
    return node;
  }

  #readNode(position: number): NodeRows {
    const { outline, steps } = this.#run;
    const set = outline.sets.get(position);
    const axis = set && this.#book.axes.ofStored(set.partitions);
    const ordinals = set && axis && this.#book.axes.ordinalsOf(axis, set.partitions);
    const all = this.#rows.outputsOf(outline.rows[position]);
    const outputs = outline.outputs.get(position)?.map((output) => all[output]) ?? all;
    return {
      firstStep: set ? steps.node(position).firstStep : position,
      set,
      outputs: outputs.map((output) => ({ ...output, axis, ordinals })),
    };
  }
}

function recordsOf(payload: unknown): readonly OutputRecord[] {
  const said = payload as { readonly outputs?: readonly OutputRecord[] } | undefined;
  return said?.outputs ?? NO_RECORDS;
}
