/** What is known of triggers, for people: what is declared, what is recorded, and when they come due. */
import type { TriggerRecord } from "../../model/events/record.ts";
import { SluiceError } from "../../model/issue.ts";
import { quote } from "../../model/quote.ts";
import { didYouMean } from "../../model/suggest.ts";
import type { Trigger, TriggerUnit } from "../../triggers/contract.ts";
import type { TriggerStatus } from "../../triggers/status.ts";
import type { EventPayloads } from "../../model/events/event.ts";
import type { Parts } from "../parts.ts";

/** One thing that comes due, the trigger that looks after it, and what is recorded of it. */
interface Known {
  readonly trigger: Trigger;
  readonly unit: TriggerUnit;
  readonly record: TriggerRecord | undefined;
}

/** All triggers that are declared, and those that only the history knows, by id. */
export async function triggerStatuses(
  parts: Parts,
  triggers: readonly Trigger[],
): Promise<readonly TriggerStatus[]> {
  const records = await recordsOf(parts);
  const known = unitsOf(parts, triggers, records);
  const gone = [...records.values()].filter(({ id }) => !known.some(({ unit }) => unit.id === id));
  return [
    ...known.map(statusOf),
    ...gone.map((record) => ({
      ...record,
      type: undefined,
      isActive: false,
      isOn: false,
      nextMs: undefined,
    })),
  ].sort((a, b) => a.id < b.id ? -1 : 1);
}

function statusOf({ trigger, unit, record }: Known): TriggerStatus {
  const isOn = record?.enabled ?? unit.enabled;
  return {
    ...record ?? unrecorded(unit.id),
    type: trigger.type,
    isActive: trigger.isActive,
    isOn,
    nextMs: isOn ? unit.nextMs : undefined,
  };
}

/**
 * What has to be recorded to switch a trigger; undefined when it is so already.
 *
 * @throws {SluiceError} USAGE for an id that no trigger has.
 */
export async function switchOf(
  parts: Parts,
  triggers: readonly Trigger[],
  id: string,
  enabled: boolean,
  by: string | undefined,
): Promise<EventPayloads["trigger_changed"] | undefined> {
  const records = await recordsOf(parts);
  const known = unitsOf(parts, triggers, records);
  const found = known.find(({ unit }) => unit.id === id);
  if (!found) throw unknownTrigger(id, known.map(({ unit }) => unit.id));
  if ((found.record?.enabled ?? found.unit.enabled) === enabled) return undefined;
  const { resumeCursor } = found.unit;
  return {
    trigger: id,
    enabled,
    ...(enabled && resumeCursor !== undefined && { cursor: resumeCursor }),
    ...(by !== undefined && { by }),
  };
}

async function recordsOf({ store }: Parts): Promise<ReadonlyMap<string, TriggerRecord>> {
  return new Map((await store.triggers()).map((record) => [record.id, record]));
}

function unitsOf(
  { clock }: Parts,
  triggers: readonly Trigger[],
  records: ReadonlyMap<string, TriggerRecord>,
): readonly Known[] {
  const asked = { records, nowMs: clock.now() };
  return triggers.flatMap((trigger) => {
    const units = trigger.units?.(asked) ?? [{ id: trigger.id, enabled: true }];
    return units.map((unit) => ({ trigger, unit, record: records.get(unit.id) }));
  });
}

function unrecorded(id: string): TriggerRecord {
  return {
    id,
    enabled: undefined,
    cursor: undefined,
    lastTick: undefined,
    lastRequest: undefined,
    failures: 0,
    changedMs: 0,
  };
}

function unknownTrigger(id: string, known: readonly string[]): SluiceError {
  return new SluiceError({
    code: "USAGE",
    message: `There is no trigger ${quote(id)}.`,
    path: ["triggers", id],
    hint: didYouMean(id, known) ??
      (known.length === 0
        ? "Declare a schedule with defineSchedule()."
        : `There are ${known.slice(0, 10).join(", ")}.`),
  });
}
