/** Who has asked for what: a fold over the record, from its end. */
import { type AuditEntry, type AuditFilter, byOf, parseBy } from "../../model/audit/audit.ts";
import type { SluiceEvent } from "../../model/events/event.ts";
import type { RunStore } from "../../stores/store.ts";

/** How much of the record is read at once. */
const WINDOW = 2_000;
const LIMIT = 100;

/** The entries that a filter asks for, newest first. */
export async function readAudit(
  store: RunStore,
  { before = Number.MAX_SAFE_INTEGER, limit = LIMIT, ...filter }: AuditFilter,
): Promise<readonly AuditEntry[]> {
  const found: AuditEntry[] = [];
  let end = Math.min(before - 1, await lastPlace(store));
  while (end > 0 && found.length < limit) {
    const after = Math.max(0, end - WINDOW);
    const events = await store.events({ after, limit: WINDOW });
    const entries = events.filter(({ seq }) => seq <= end).flatMap(entriesOf).filter((entry) =>
      isWanted(entry, filter)
    );
    found.push(...entries.reverse());
    end = after;
  }
  return found.slice(0, limit);
}

/** The place of the last event, found by halving: a store tells what comes after a place, and no more. */
async function lastPlace(store: RunStore): Promise<number> {
  const hasAfter = async (after: number) => (await store.events({ after, limit: 1 })).length > 0;
  let high = WINDOW;
  while (await hasAfter(high)) high *= 2;
  let low = 0;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await hasAfter(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function entriesOf(event: SluiceEvent): readonly AuditEntry[] {
  const { seq, atMs } = event;
  switch (event.type) {
    case "audited": {
      const { verb, subject = "", by } = event.payload;
      return [{ seq, atMs, verb, subject, by }];
    }
    case "run_created": {
      const { tags, parent, backfill } = event.payload;
      // Those of a backfill were asked for as a whole.
      if (backfill !== undefined) return [];
      const undoes = tags["sluice/compensates"] !== undefined;
      const verb = undoes ? "compensate" : parent === undefined ? "run" : "rerun";
      return [{ seq, atMs, verb, subject: event.runId, by: byOf(tags) }];
    }
    case "backfill_created":
      return [{ seq, atMs, verb: "backfill", subject: event.payload.id, by: byOf(event.payload.tags) }];
    case "trigger_changed": {
      const { trigger, enabled, by } = event.payload;
      if (enabled === undefined) return [];
      const verb = enabled ? "resumeTrigger" : "pauseTrigger";
      return [{ seq, atMs, verb, subject: trigger, by: by === undefined ? { via: "api" } : parseBy(by) }];
    }
    default:
      return [];
  }
}

function isWanted({ by, verb }: AuditEntry, filter: Pick<AuditFilter, "actor" | "via" | "verb">): boolean {
  const { actor, via } = filter;
  return (actor === undefined || by.actor === actor) &&
    (via === undefined || by.via === via || by.via.startsWith(`${via}:`)) &&
    (filter.verb === undefined || verb === filter.verb);
}
