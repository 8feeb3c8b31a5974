/** The payloads of events without what is hidden: only what code of the user's has put into words is looked at. */
import {
  EVENT_KINDS,
  type EventName,
  type EventPayloads,
  type OutputRecord,
} from "../../model/events/event.ts";
import { maskConfig, maskJson, maskRecord } from "./json.ts";
import type { Mask } from "./mask.ts";

/**
 * The fields with words in them, by the name of the event: an event that is added has to be answered for here. Names,
 * keys of partitions, statuses and plans stay as they are, because others refer to them.
 */
const WORDS: { readonly [Name in keyof EventPayloads]: readonly FieldOf<EventPayloads[Name]>[] } = {
  run_created: ["tags", "config"],
  run_finished: ["error"],
  run_interrupted: ["reason"],
  run_canceling: ["reason"],
  run_recovered: [],
  run_parked: ["reason"],
  run_queued: [],
  step_succeeded: ["outputs"],
  step_failed: ["error", "outputs"],
  step_retrying: ["error"],
  step_skipped: ["reason"],
  step_upstream_failed: [],
  step_canceled: ["reason"],
  step_undo_retrying: ["error"],
  step_undone: ["reason"],
  step_undo_failed: ["error"],
  check_evaluated: ["description", "metadata"],
  step_log: ["message", "fields"],
  asset_reported: ["dataVersion", "metadata"],
  asset_wiped: [],
  partitions_added: [],
  partitions_removed: [],
  backfill_created: ["tags"],
  backfill_finished: [],
  tick_recorded: ["reason", "error"],
  trigger_changed: [],
  clock_jump: [],
  element_started: [],
  element_succeeded: ["value"],
  element_failed: ["error"],
  element_retrying: ["error"],
  element_skipped: ["reason"],
  element_canceled: ["reason"],
  breaker_opened: ["error"],
  breaker_half_open: [],
  breaker_closed: [],
  audited: ["by"],
};

type FieldOf<Payload> = Payload extends object ? keyof Payload & string : never;

const WORDS_BY_KIND: ReadonlyMap<number, readonly string[]> = new Map(
  Object.entries(WORDS).map(([name, words]) => [EVENT_KINDS[name as EventName], words as readonly string[]]),
);

/** A payload as it may be recorded; the same object where nothing is hidden. */
export function maskPayload(kind: number, payload: unknown, mask: Mask): unknown {
  if (mask.isEmpty || typeof payload !== "object" || payload === null) return payload;
  const from = payload as { readonly [field: string]: unknown };
  let changed: Record<string, unknown> | undefined;
  for (const field of WORDS_BY_KIND.get(kind) ?? Object.keys(from)) {
    const value = from[field];
    if (value === undefined) continue;
    const masked = maskField(field, value, mask);
    if (masked === value) continue;
    changed ??= { ...from };
    if (masked === undefined) delete changed[field];
    else changed[field] = masked;
    // What is hidden of a result would be given to the next attempt: without its item it is made again.
    if (kind === EVENT_KINDS.element_succeeded) delete changed.item;
  }
  return changed ?? payload;
}

function maskField(field: string, value: unknown, mask: Mask): unknown {
  switch (field) {
    case "outputs":
      return maskOutputs(value as readonly OutputRecord[], mask);
    case "dataVersion":
      return maskVersion(value as string, mask);
    case "config":
      return maskConfig(value, mask);
    case "error":
      return maskRecord(value, mask);
    default:
      return maskJson(value, mask);
  }
}

function maskOutputs(outputs: readonly OutputRecord[], mask: Mask): readonly OutputRecord[] {
  const masked = outputs.map((output) => {
    const dataVersion = output.dataVersion && maskVersion(output.dataVersion, mask);
    const metadata = maskJson(output.metadata, mask);
    const skipped = output.skipped && mask.apply(output.skipped);
    const isSame = dataVersion === output.dataVersion && metadata === output.metadata &&
      skipped === output.skipped;
    if (isSame) return output;
    const { dataVersion: _, ...rest } = output;
    return {
      ...rest,
      ...(dataVersion !== undefined && { dataVersion }),
      ...(metadata !== undefined && { metadata }),
      ...(skipped !== undefined && { skipped }),
    };
  });
  return masked.every((output, at) => output === outputs[at]) ? outputs : masked;
}

/**
 * A version with something hidden in it becomes none, which stands for a new one: asterisks would make two different
 * versions look the same.
 */
export function maskVersion(version: string, mask: Mask): string | undefined {
  return mask.apply(version) === version ? version : undefined;
}
