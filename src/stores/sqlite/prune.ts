/** Removing runs that nobody asks for any more, in small transactions. */
import type { EventBatch } from "../../model/events/batch.ts";
import type { Ledger } from "../../model/events/ledger.ts";
import { type CarriedRow, carryRun } from "../../model/events/ledger/carry.ts";
import type { Clock } from "../../model/ports.ts";
import type { ImageWriter } from "../codec/image.ts";
import type { PlanWriter } from "../codec/plans.ts";
import type { Committer } from "./committer.ts";
import type { LogReader } from "./log_reader.ts";
import type { FilePort } from "./file/port.ts";
import { type CarriedRowRow, NOTHING, type RunRow } from "./file/rows.ts";
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
    carried: groupByAsset(rows, ledger.seq),
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

function groupByAsset(rows: readonly CarriedRow[], seq: number): readonly CarriedRowRow[] {
  return Array.from(Map.groupBy(rows, ({ asset }) => asset), ([asset, cells]) => {
    return { seq, asset, cells: JSON.stringify(cells) };
  });
}
