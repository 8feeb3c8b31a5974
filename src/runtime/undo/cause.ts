/** Why what was made is undone. */
import type { RecordedError } from "../../model/events/event.ts";

/** What a run ended by, as an error and in a few words. */
export interface UndoCause {
  readonly error: RecordedError;
  readonly reason: string;
}

/** The failure of a step. */
export function undoCauseOf(step: string, error: RecordedError): UndoCause {
  return { error, reason: `${step} failed: ${error.message}` };
}

/** What a run ended by where no step had failed: an error of its own, or the word to stop. */
export function undoCause(error: RecordedError | undefined, reason: string): UndoCause {
  return error ? { error, reason: error.message } : { error: { name: "Canceled", message: reason }, reason };
}
