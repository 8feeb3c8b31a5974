/** The error for a command line that cannot be followed. */
import { SluiceError } from "../../model/issue.ts";

/** An error with the code USAGE. */
export function usageError(message: string, hint?: string): SluiceError {
  return new SluiceError({ code: "USAGE", message, path: [], ...(hint !== undefined && { hint }) });
}
