/** What stores say when they cannot. */
import { type IssueCode, SluiceError } from "../model/issue.ts";

/** The error of a store, named by its path. */
export function storeError(
  code: Extract<IssueCode, `STORE_${string}`>,
  name: string,
  message: string,
  options: { readonly hint?: string; readonly cause?: unknown } = {},
): SluiceError {
  const { hint, cause } = options;
  return new SluiceError(
    { code, message, path: ["store", name], ...(hint !== undefined && { hint }) },
    cause === undefined ? undefined : { cause },
  );
}

/** The error for a call after `close`. */
export function storeClosed(name: string): SluiceError {
  return storeError("STORE_CLOSED", name, `The store ${name} is closed.`, {
    hint: "Finish what uses it before closing it.",
  });
}
