/** Folding the whole log again, and comparing with what was folded before. */
import type { EventBatch } from "../../model/events/batch.ts";
import { Ledger } from "../../model/events/ledger.ts";
import { type CarriedRow, restoreRow } from "../../model/events/ledger/carry.ts";
import { describeLedger } from "../../model/events/ledger/describe.ts";
import { readChecks } from "../../model/events/read.ts";
import { readTicks } from "../../model/events/ticks.ts";
import { ImageWriter } from "../codec/image.ts";
import { PlanWriter } from "../codec/plans.ts";
import { firstAfter } from "../merge.ts";
import type { LogReader, LogWindow } from "./log_reader.ts";
import type { FilePort } from "./file/port.ts";
import { restore } from "./restore.ts";
import {
  type BackfillRow,
  type CarriedRows,
  type CheckRow,
  type RunRow,
  type TickRow,
  toCheckRow,
  toRunRow,
  toTickRow,
  toTriggerRow,
} from "./file/rows.ts";
import { fromColumn } from "./file/texts.ts";
import { BackfillRows } from "./transaction.ts";

/** What a log adds up to. */
export interface Refolded {
  readonly ledger: Ledger;
  readonly image: ImageWriter;
  /** What was different in the file, one line each. */
  readonly differences: readonly string[];
}

/** Everything that is folded from the log, and not from what was folded before. */
class Projections {
  readonly ledger: Ledger = new Ledger();
  readonly runs: Map<string, RunRow> = new Map();
  readonly checks: Map<string, CheckRow> = new Map();
  readonly backfills: BackfillRows = new BackfillRows([]);
  readonly ticks: TickRow[] = [];
  readonly #plans: PlanWriter = new PlanWriter();

  /** Counts the events of a window in `(from, to]`. */
  addAll({ batches, numbers }: LogWindow, from: number, to: number): void {
    for (const batch of batches) this.#add(batch, numbers.get(batch.runId) as number, from, to);
  }

  #add(batch: EventBatch, number: number, from: number, to: number): void {
    const first = firstAfter(batch, from);
    const end = firstAfter(batch, to);
    if (first >= end) return;
    const admission = this.ledger.admit(batch, first, end);
    this.ledger.settle(admission);
    const { run } = admission;
    if (!run) {
      this.backfills.read({ batch, from: first, to: end });
      this.ticks.push(...readTicks(batch, first, end).map(toTickRow));
      return;
    }
    const known = this.runs.get(run.id);
    const scope = known?.scope ?? this.#plans.scopeOf(run.steps);
    const firstSeq = known?.first_seq ?? batch.seqAt(first);
    const place = { number, scope, first_seq: firstSeq, last_seq: batch.seqAt(end - 1) };
    this.runs.set(run.id, toRunRow(run.record(), place));
    for (const verdict of readChecks(batch, first, end)) this.addCheck(toCheckRow(verdict));
  }

  addCheck(row: CheckRow): void {
    const name = JSON.stringify([row.asset, row.name, row.partition]);
    const known = this.checks.get(name);
    if (!known || known.seq < row.seq) this.checks.set(name, row);
  }
}

/** Folds the log of a file and puts the result in the place of what was there. */
export async function refoldLog(port: FilePort, log: LogReader): Promise<Refolded> {
  const stored = await restore(port, log);
  const folded = await foldLog(port, log);
  const [oldRuns, oldChecks, oldBackfills] = [
    await allRuns(port),
    await allChecks(port),
    await allBackfills(port),
  ];
  const ids = new Set(Array.from(folded.runs.keys()));
  for (const row of oldChecks) if (!ids.has(fromColumn(row.run))) folded.addCheck(row);
  const runs = [...folded.runs.values()];
  const checks = [...folded.checks.values()];
  const backfills = folded.backfills.list();
  const { ticks } = folded;
  const triggers = Array.from(folded.ledger.triggers.values(), toTriggerRow);
  const oldTicks = await port.call("ticks", { limit: Number.MAX_SAFE_INTEGER });
  const differences = [
    ...compare(oldRuns.map(lineOf), runs.map(lineOf)),
    ...compare(oldChecks.map(lineOf), checks.map(lineOf)),
    ...compare(oldBackfills.map(lineOf), backfills.map(lineOf)),
    ...compare(oldTicks.map(lineOf), ticks.map(lineOf)),
    ...compare(describeLedger(stored.ledger), describeLedger(folded.ledger)),
  ];
  const image = new ImageWriter(folded.ledger, 0);
  const changes = image.collect(Infinity, 0);
  const { lists = [], segments = [], redoSeq = 0 } = changes ?? {};
  const meta = { redo_seq: redoSeq };
  await port.call("rewrite", { runs, checks, backfills, triggers, ticks, lists, segments, meta });
  return { ledger: folded.ledger, image, differences };
}

async function foldLog(port: FilePort, log: LogReader): Promise<Projections> {
  const folded = new Projections();
  const carried = await port.call("carried", undefined);
  let next = 0;
  for await (const window of log.windows()) {
    let start = window.from;
    for (; next < carried.length && carried[next].seq <= window.to; next++) {
      folded.addAll(window, start, carried[next].seq);
      start = carried[next].seq;
      restoreCarried(folded.ledger, carried[next]);
    }
    folded.addAll(window, start, window.to);
  }
  return folded;
}

function restoreCarried(ledger: Ledger, { cells }: CarriedRows): void {
  ledger.fold();
  for (const row of JSON.parse(cells) as CarriedRow[]) restoreRow(ledger.book, row);
}

/** Lines that only one of two lists has. */
function compare(stored: readonly string[], folded: readonly string[]): readonly string[] {
  const [old, now] = [new Set(stored), new Set(folded)];
  return [
    ...stored.filter((line) => !now.has(line)).map((line) => `stored, not in the log: ${line}`),
    ...folded.filter((line) => !old.has(line)).map((line) => `in the log, not stored: ${line}`),
  ];
}

function lineOf(row: object): string {
  return JSON.stringify(Object.fromEntries(Object.entries(row).sort(([a], [b]) => a < b ? -1 : 1)));
}

const ROWS_AT_ONCE = 1_000;

async function allRuns(port: FilePort): Promise<readonly RunRow[]> {
  const rows: RunRow[] = [];
  for (let after = 0;;) {
    const some = await port.call("runsFrom", after, ROWS_AT_ONCE);
    rows.push(...some);
    if (some.length < ROWS_AT_ONCE) return rows;
    after = some[some.length - 1].number;
  }
}

function allChecks(port: FilePort): Promise<readonly CheckRow[]> {
  return port.call("checks", undefined, Number.MAX_SAFE_INTEGER);
}

function allBackfills(port: FilePort): Promise<readonly BackfillRow[]> {
  return port.call("backfills", { limit: Number.MAX_SAFE_INTEGER });
}
