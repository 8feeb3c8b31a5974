/** The ends of runs, from batches as they are committed and from the record. */
import type { EventBatch } from "../../../model/events/batch.ts";
import { EVENT_KINDS, type EventPayloads, type SluiceEvent } from "../../../model/events/event.ts";
import type { RunStatus } from "../../../model/events/status.ts";
import type { TriggerHistory } from "../../contract.ts";

/** The end of one run. */
export interface RunEnd {
  /** Its place in the order of all events. */
  readonly seq: number;
  readonly runId: string;
  readonly status: RunStatus;
}

/** Ends of runs after a place, in order, and up to which place there are no others. */
export interface RunEnds {
  readonly ends: readonly RunEnd[];
  readonly reached: number;
}

const { run_finished: FINISHED } = EVENT_KINDS;
/** How many events are read at once. */
const PAGE = 2_000;

/** The ends that a batch holds. Looks at the kinds first: most events are of steps. */
export function endsOfBatch(batch: EventBatch): readonly RunEnd[] {
  const ends: RunEnd[] = [];
  for (let row = 0; row < batch.size; row++) {
    if (batch.kindAt(row) !== FINISHED) continue;
    const { status } = batch.payloads.get(row) as EventPayloads["run_finished"];
    ends.push({ seq: batch.seqAt(row), runId: batch.runId, status });
  }
  return ends;
}

/** Some ends that are on record after a place. */
export async function recordedEnds(history: TriggerHistory, place: number, most: number): Promise<RunEnds> {
  const ends: RunEnd[] = [];
  for (let reached = place;;) {
    const page = await history.events({ after: reached, limit: PAGE });
    for (const event of page) {
      reached = event.seq;
      ends.push(...endOf(event));
      if (ends.length === most) return { ends, reached };
    }
    if (page.length < PAGE) return { ends, reached };
  }
}

function endOf(event: SluiceEvent): readonly RunEnd[] {
  if (event.type !== "run_finished") return [];
  return [{ seq: event.seq, runId: event.runId, status: event.payload.status }];
}
