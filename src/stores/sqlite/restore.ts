/** Bringing the ledger of a file back: its image, and the log that came after it. */
import type { EventBatch } from "../../model/events/batch.ts";
import { Ledger } from "../../model/events/ledger.ts";
import type { Fence } from "../../model/step/fence.ts";
import type { BackfillStatus } from "../../model/events/status.ts";
import { ImageWriter, restoreLists, restoreSegment } from "../codec/image.ts";
import type { LogReader } from "./log_reader.ts";
import type { FilePort } from "./file/port.ts";
import { type BackfillRow, fromTriggerRow, type RunRow } from "./file/rows.ts";
import { fromColumn } from "./file/texts.ts";

/** What a file remembers. */
export interface Restored {
  readonly ledger: Ledger;
  readonly image: ImageWriter;
  readonly lastSeq: number;
  /** Who writes it. */
  readonly fence: Fence;
  readonly lastRun: number;
  /** Runs and backfills that are not over. */
  readonly liveRuns: readonly RunRow[];
  readonly backfills: readonly BackfillRow[];
}

const SEGMENTS_AT_ONCE = 512;

/** Reads everything at one moment. */
export async function restore(port: FilePort, log: LogReader): Promise<Restored> {
  await port.call("hold");
  try {
    const meta = await port.call("meta");
    const ledger = new Ledger();
    await restoreImage(port, ledger);
    const image = new ImageWriter(ledger, meta.redo_seq);
    const liveRuns = await port.call("runs", {
      status: ["queued", "running", "canceling", "interrupted", "parked"],
      limit: Number.MAX_SAFE_INTEGER,
    });
    for (const batch of await readTail(port, log, meta.redo_seq, liveRuns)) recount(ledger, batch);
    const backfills = await port.call("liveBackfills");
    for (const row of await port.call("triggers")) {
      const trigger = fromTriggerRow(row);
      ledger.triggers.set(trigger.id, trigger);
    }
    for (const { id, status } of backfills) ledger.backfills.set(fromColumn(id), status as BackfillStatus);
    ledger.seq = Math.max(ledger.seq, meta.redo_seq);
    const fence = { history: meta.history.toString(36), number: meta.fence };
    return { ledger, image, lastSeq: meta.last_seq, lastRun: meta.last_run, liveRuns, backfills, fence };
  } finally {
    await port.call("release");
  }
}

/** Events of the catalogue are not looked at again: what they change besides assets is in its own table. */
function recount(ledger: Ledger, batch: EventBatch): void {
  if (batch.runId === "") ledger.settle({ batch, from: 0, to: batch.size, run: undefined });
  else ledger.apply(batch);
}

async function restoreImage(port: FilePort, ledger: Ledger): Promise<void> {
  restoreLists(ledger, await port.call("lists"));
  for (let after = -1;;) {
    const rows = await port.call("segments", after, SEGMENTS_AT_ONCE);
    for (const row of rows) restoreSegment(ledger, row);
    if (rows.length < SEGMENTS_AT_ONCE) return;
    after = rows[rows.length - 1].id;
  }
}

/**
 * What was recorded after the image: events of the catalogue, and the whole of every run that is under way or went on
 * after it, so that the states of its steps are known. Folding what the image has already changes nothing.
 */
async function readTail(
  port: FilePort,
  log: LogReader,
  redoSeq: number,
  liveRuns: readonly RunRow[],
): Promise<readonly EventBatch[]> {
  const runs = new Map(liveRuns.map((row) => [fromColumn(row.id), row]));
  const batches: EventBatch[] = [];
  for await (const window of log.windows(redoSeq)) {
    for (const { runId } of window.batches) {
      const row = runId === "" || runs.has(runId) ? undefined : await port.call("run", runId);
      if (row) runs.set(runId, row);
    }
  }
  for await (const batch of log.ofCatalogue(redoSeq)) batches.push(batch);
  for (const [id, { number }] of runs) {
    for await (const batch of log.ofRun(number, id)) batches.push(batch);
  }
  return batches.sort((a, b) => a.firstSeq - b.firstSeq);
}
