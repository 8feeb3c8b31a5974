/** Asking runs and backfills to stop: those under way by their signal, those that wait to be recovered on record. */
import { EVENT_KINDS } from "../model/events/event.ts";
import type { ActiveRuns } from "./active.ts";
import { onlyReads } from "./refusals.ts";
import type { Parts } from "./parts.ts";
import { unknownRun } from "./refusals.ts";

/**
 * Asks a run or a backfill to stop. What is over stays as it is.
 *
 * @throws {SluiceError} RUN_UNKNOWN.
 */
export async function cancelAny(
  parts: Parts,
  active: ActiveRuns,
  id: string,
  reason: string,
): Promise<void> {
  if (active.cancel(id, reason)) return;
  const run = await parts.store.run(id);
  if (run?.status === "interrupted" || run?.status === "parked") return await endRun(parts, id, reason);
  const backfill = run ? undefined : await parts.store.backfill(id);
  if (!run && !backfill) throw unknownRun(id);
  if (backfill?.status !== "running" && backfill?.status !== "interrupted") return;
  requireWriter(parts);
  for (const runId of backfill.runs) await cancelAny(parts, active, runId, reason);
  const tape = parts.engine.recorder.open("");
  tape.push(EVENT_KINDS.backfill_finished, -1, 0, { id, status: "canceled" });
  await tape.flush();
  tape.close();
}

async function endRun(parts: Parts, id: string, reason: string): Promise<void> {
  requireWriter(parts);
  const tape = parts.engine.recorder.open(id);
  const error = { name: "Canceled", message: reason, code: "CANCELED" };
  tape.add("run_finished", { status: "canceled", error });
  await tape.flush();
  tape.close();
}

function requireWriter({ store }: Parts): void {
  if (store.isReadOnly) throw onlyReads("cancel", store.name);
}
