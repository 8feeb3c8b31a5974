/** A schedule, and what is worked out of it once. */
import type { Schedule } from "../../model/automation/schedule.ts";
import type { Definitions } from "../../model/definitions.ts";
import { cadenceOf, openTarget, type ScheduledTarget } from "./timetables.ts";

/** A schedule with what is worked out of it once. */
export interface Scheduled {
  readonly id: string;
  readonly schedule: Schedule;
  readonly target: ScheduledTarget;
  /** Tells when it ticks. */
  readonly cadence: string;
}

/** The id of a schedule in ticks. */
export function scheduleId(name: string): string {
  return `schedule:${name}`;
}

/** Works out what a schedule is about. */
export function openScheduled(definitions: Definitions, schedule: Schedule): Scheduled {
  const target = openTarget(definitions, schedule);
  return { id: scheduleId(schedule.name), schedule, target, cadence: cadenceOf(schedule, target) };
}
