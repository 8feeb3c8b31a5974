/** Reads JSON, and says what was not JSON in one line on every engine. */
import { ValueFault } from "./format.ts";

/** Parses a text; `what` it is goes into the message: `it`, `its line 17`. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = (error as Error).message.replace(/\s+/g, " ");
    throw new ValueFault(`${what} is not JSON (${reason})`, undefined, error);
  }
}
