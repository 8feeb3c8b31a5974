/** Runs that nobody executes any more: recorded as interrupted, so that they can be recovered. */
import { EVENT_KINDS } from "../../model/events/event.ts";
import type { Recorder } from "../../runtime/recorder.ts";
import type { RunStore } from "../../stores/store.ts";

/**
 * Records every run that is not over and that `isActive` does not know as interrupted. The store has one writer, this
 * process: such a run belongs to a process that is gone, or its last events could not be committed. Gives whether
 * there were any.
 */
export async function interruptLost(
  store: RunStore,
  recorder: Recorder,
  isActive: (runId: string) => boolean,
): Promise<boolean> {
  const open = await store.runs({
    status: ["queued", "running", "canceling"],
    limit: Number.MAX_SAFE_INTEGER,
  });
  const lost = open.filter(({ id }) => !isActive(id));
  for (const { id } of lost) await interruptRun(recorder, id, "the process that ran it is gone");
  return lost.length > 0;
}

/** Records one run as interrupted; by a failure of the store, or by the death of its process. */
export async function interruptRun(
  recorder: Recorder,
  id: string,
  reason: string,
  how?: "failed",
): Promise<void> {
  const tape = recorder.open(id);
  tape.push(EVENT_KINDS.run_interrupted, -1, 0, { reason, ...(how && { how }) });
  await tape.flush();
  tape.close();
}
