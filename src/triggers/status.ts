/** What is shown of triggers, and how they are switched. */
import type { TriggerRecord } from "../model/events/record.ts";

/** What starts work by itself, as it is now. */
export interface TriggerStatus extends TriggerRecord {
  /** What kind it is: `schedule`, or what its own trigger says; undefined for one that is no longer there. */
  readonly type: string | undefined;
  /** Whether it is on: as declared, unless it was paused or resumed since. */
  readonly isOn: boolean;
  /** Whether this process looks after it. */
  readonly isActive: boolean;
  /** When it comes due next, epoch milliseconds; undefined where it is off, or nobody knows. */
  readonly nextMs: number | undefined;
}

/** How a trigger is paused or resumed. */
export interface SwitchOptions {
  /** Who asks for it: it goes on record. */
  readonly by?: string;
}
