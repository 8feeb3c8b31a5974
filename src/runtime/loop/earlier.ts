/** What an earlier process has recorded of a run, as the loop that goes on with it counts. */
import type { StepRecord } from "../../model/events/record.ts";
import { isFinalStep } from "../../model/events/status.ts";

/** Whether any step of a run is not over; of a new one all that there are. */
export function isLeft(resumed: readonly StepRecord[] | undefined, count: number): boolean {
  return resumed?.some(({ status }) => !isFinalStep(status)) ?? count > 0;
}

/** How often the steps were begun that an earlier process did not finish. */
export function attemptsOf(resumed: readonly StepRecord[]): ReadonlyMap<number, number> {
  const unfinished = resumed.filter(({ status, attempts }) => attempts > 0 && !isFinalStep(status));
  return new Map(unfinished.map(({ step, attempts }) => [step, attempts]));
}

/** How often the undoing of steps was begun that an earlier process did not finish. */
export function undoAttemptsOf(resumed: readonly StepRecord[]): ReadonlyMap<number, number> {
  return new Map(resumed.flatMap(({ step, undo }) => undo ? [[step, undo.attempts]] : []));
}

/** The same attempts of every step. */
export function everyStep(count: number, attempts: number): ReadonlyMap<number, number> {
  return new Map(Array.from({ length: count }, (_, step) => [step, attempts]));
}
