/** What was thrown, as it goes into a message, and back. */
import { type Issue, SluiceError } from "../model/issue.ts";
import type { WorkflowError } from "../model/engine/message.ts";
import { recordError } from "../runtime/step/errors.ts";

/** What was thrown, as plain data. */
export function packFailure(thrown: unknown): WorkflowError {
  const { name, message, code } = recordError(thrown);
  return {
    name,
    message,
    ...(code !== undefined && { code }),
    ...(thrown instanceof SluiceError && { issues: thrown.issues }),
  };
}

/** The error that was packed. */
export function unpackFailure({ name, message, issues }: WorkflowError): Error {
  if (issues && issues.length > 0) return new SluiceError(issues as readonly [Issue, ...Issue[]]);
  return Object.assign(new Error(message), { name });
}
