/** What automation keeps on record: for each asset what its condition remembers, and the number of evaluations. */
import type { TriggerRecord } from "../../model/events/record.ts";
import type { AssetMemory } from "../../planner/automation/memory.ts";

/** The id of the trigger, and its type. */
export const AUTOMATION = "automation";
/** The tag of runs that conditions have asked for: the number of the evaluation. */
export const EVALUATION_TAG = "sluice/automation";

const PREFIX = `${AUTOMATION}:`;

/** The id under which the ticks of an asset are recorded. */
export function unitOf(asset: string): string {
  return `${PREFIX}${asset}`;
}

/** What was remembered last, by asset. */
export function memoriesIn(records: readonly TriggerRecord[]): Map<string, AssetMemory> {
  const memories = new Map<string, AssetMemory>();
  for (const { id, cursor } of records) {
    if (id.startsWith(PREFIX) && isMemory(cursor)) memories.set(id.slice(PREFIX.length), cursor);
  }
  return memories;
}

/** The number of the next evaluation that asks for something. */
export function nextEvaluation(records: readonly TriggerRecord[]): number {
  let last = 0;
  for (const { id, lastTick } of records) {
    if (id.startsWith(PREFIX)) last = Math.max(last, Number(lastTick?.key ?? 0));
  }
  return last + 1;
}

/** What another version has written is looked at for the first time. */
function isMemory(cursor: unknown): cursor is AssetMemory {
  return typeof cursor === "object" && cursor !== null && (cursor as { v?: unknown }).v === 1;
}
