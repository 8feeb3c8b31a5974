/** The order of all events: batches of several runs, merged by place. */
import type { EventBatch } from "../model/events/batch.ts";
import type { SluiceEvent } from "../model/events/event.ts";

/**
 * The first `limit` events after a place. Batches come in the order of their first places; reading stops at the
 * first batch that can add nothing.
 */
export function mergeEvents(
  batches: Iterable<EventBatch>,
  after: number,
  limit: number,
): readonly SluiceEvent[] {
  const found: SluiceEvent[] = [];
  let last = Infinity;
  for (const batch of batches) {
    if (batch.size === 0 || batch.seqAt(0) > last) continue;
    let taken = 0;
    for (let row = firstAfter(batch, after); row < batch.size && taken < limit; row++, taken++) {
      found.push(batch.at(row));
    }
    if (found.length >= limit) last = nthPlace(found, limit);
  }
  found.sort((a, b) => a.seq - b.seq);
  return found.slice(0, limit);
}

/** The first row of a batch that lies after a place. */
export function firstAfter(batch: EventBatch, after: number): number {
  let low = 0;
  let high = batch.size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (batch.seqAt(middle) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

function nthPlace(events: readonly SluiceEvent[], n: number): number {
  return events.map((event) => event.seq).sort((a, b) => a - b)[n - 1];
}
