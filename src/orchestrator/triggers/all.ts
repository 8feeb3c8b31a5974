/** All triggers of an orchestrator: those that follow from what is declared, and those of its options. */
import type { Definitions } from "../../model/definitions.ts";
import { recordError } from "../../runtime/step/errors.ts";
import { AutomationTrigger } from "../../triggers/automation/trigger.ts";
import type { Trigger } from "../../triggers/contract.ts";
import { scheduleTrigger } from "../../triggers/schedules/trigger.ts";
import { createSensors } from "../../triggers/sensors/sensors.ts";
import type { OrchestratorOptions } from "../contract.ts";

/** The triggers that `start` starts, in this order. */
export function triggersOf(
  definitions: Definitions,
  { triggers = [] }: OrchestratorOptions,
): readonly Trigger[] {
  const { schedules, sensors } = definitions;
  const automation = new AutomationTrigger(definitions, recordError);
  return [
    ...schedules.size > 0 ? [scheduleTrigger(definitions)] : [],
    ...sensors.size > 0 ? [createSensors({ definitions, describe: recordError })] : [],
    ...automation.isNeeded ? [automation] : [],
    ...triggers,
  ];
}
