/** Events that cannot be: they are refused before anything is recorded. */
import { SluiceError } from "../../issue.ts";
import { quote } from "../../quote.ts";

/** The error for an event that does not follow from what is recorded. */
export function refuse(what: string, hint?: string): SluiceError {
  return new SluiceError({
    code: "EVENT_REFUSED",
    message: `The events are refused: ${what}.`,
    path: ["events"],
    ...(hint !== undefined && { hint }),
  });
}

/** The error for events of a run that is over or was never created. */
export function unknownRun(runId: string): SluiceError {
  return new SluiceError({
    code: "RUN_UNKNOWN",
    message: `There is no run ${quote(runId)} under way: it is over, or was never created.`,
    path: ["runs", runId],
  });
}

/** The error for a tick that is on record already. */
export function sameTick(trigger: string, identity: string): SluiceError {
  return refuse(`the trigger ${quote(trigger)} has recorded its tick ${quote(identity)} already`);
}
