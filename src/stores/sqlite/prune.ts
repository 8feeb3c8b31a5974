/** Removing runs that nobody asks for any more, in small transactions. */
import type { EventBatch } from "../../model/events/batch.ts";
import type { Ledger } from "../../model/events/ledger.ts";
import { type CarriedRow, carryRun, latestCarried, nameOfCarried } from "../../model/events/ledger/carry.ts";
import type { Clock } from "../../model/ports.ts";
import type { ImageWriter } from "../codec/image.ts";
import type { PlanWriter } from "../codec/plans.ts";
import type { Committer } from "./committer.ts";
import type { LogReader } from "./log_reader.ts";
import type { FilePort } from "./file/port.ts";
import { type CarriedRows, NOTHING, type RunRow, type Write } from "./file/rows.ts";
import { fromColumn } from "./file/texts.ts";

/** How many runs go in one transaction, and how many of their events in each one after it. */
const RUNS_AT_ONCE = 32;
const EVENTS_AT_ONCE = 1_000;

/** What pruning needs of a store. */
export interface PruneParts {
  readonly port: FilePort;
  readonly log: LogReader;
  readonly committer: Committer;
  readonly plans: PlanWriter;
  readonly clock: Clock;
  /** The ledger and image of now. */
  readonly held: () => { readonly ledger: Ledger; readonly image: ImageWriter };
}

/** Removes finished runs that ended before an instant; gives their number. */
export async function pruneRuns(parts: PruneParts, beforeMs: number): Promise<number> {
  const { committer, port, plans } = parts;
  let removed = 0;
  let after = 0;
  for (;;) {
    await committer.saveImage();
    const { runs, last } = await committer.exclusive(() => forgetSome(parts, beforeMs, after));
    removed += runs;
    if (last === undefined) break;
    after = last;
  }
  while (await committer.exclusive(() => port.call("sweep", EVENTS_AT_ONCE)));
  await committer.exclusive(async () => {
    await port.call("sweepScopes");
    plans.distrust();
  });
  return removed;
}

/** Takes some runs out of sight, and carries over what only they tell. */
async function forgetSome(
  { port, log, clock, held }: PruneParts,
  beforeMs: number,
  after: number,
): Promise<{ readonly runs: number; readonly last: number | undefined }> {
  const { ledger, image } = held();
  const expired = await port.call("expired", beforeMs, after, RUNS_AT_ONCE);
  const runs = expired.filter((run) => run.last_seq <= image.redoSeq);
  ledger.fold();
  const rows: CarriedRow[] = [];
  for (const run of runs) rows.push(...await carry(ledger, log, run));
  const { last_seq, last_run } = await port.call("meta");
  const write = {
    ...NOTHING,
    forgotten: runs.map(({ number }) => number),
    ...await carryOver(port, rows, ledger.seq),
    meta: { last_seq, last_run },
  };
  if (runs.length > 0) await port.call("commit", write, clock.now());
  return { runs: runs.length, last: expired.at(-1)?.number };
}

async function carry(ledger: Ledger, log: LogReader, run: RunRow): Promise<readonly CarriedRow[]> {
  const id = fromColumn(run.id);
  const created = await log.creation(run.number, id);
  if (!created) return [];
  const batches: EventBatch[] = [];
  for await (const batch of log.ofRun(run.number, id)) batches.push(batch);
  return carryRun(ledger.book, id, created.steps, batches);
}

/** The rows of each asset, and what was carried before and is among them as a whole. */
async function carryOver(
  port: FilePort,
  rows: readonly CarriedRow[],
  seq: number,
): Promise<Pick<Write, "carried" | "superseded">> {
  const carried: CarriedRows[] = [];
  const superseded: number[] = [];
  for (const [asset, own] of Map.groupBy(rows, (row) => row.asset)) {
    const before = await port.call("carried", asset);
    const latest = latestCarried([
      ...before.flatMap(({ cells }) => JSON.parse(cells) as CarriedRow[]),
      ...own,
    ]);
    const names = new Set(own.map(nameOfCarried));
    const cells = JSON.stringify(Array.from(names, (name) => latest.get(name)));
    carried.push({ id: 0, seq, asset, cells });
    for (const old of before) if (namesOf(old).isSubsetOf(names)) superseded.push(old.id);
  }
  return { carried, superseded };
}

function namesOf({ cells }: CarriedRows): Set<string> {
  return new Set((JSON.parse(cells) as CarriedRow[]).map(nameOfCarried));
}
