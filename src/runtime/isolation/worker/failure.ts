/** Errors on their way from thread to thread. */
import { asStepFailure } from "../../../model/assets/failure.ts";
import { SluiceError } from "../../../model/issue.ts";
import { stepError } from "../../../model/step/outcome.ts";
import { classOf } from "../../retry/error_class.ts";
import { recordError } from "../../step/errors.ts";
import { Refusal } from "../../step/refusal.ts";
import { errorElsewhere } from "../elsewhere.ts";
import type { Failure } from "./protocol.ts";
import { findUncopied } from "./uncopied.ts";

/** What was thrown, as it can be sent. */
export function packFailure(thrown: unknown): Failure {
  const { retry, retryAfterMs, maxRetries } = asStepFailure(thrown) ?? {};
  const errorClass = classOf(thrown);
  return {
    error: stepError(recordError(thrown)),
    isFinal: thrown instanceof Refusal,
    ...(errorClass !== undefined && { errorClass }),
    ...(retry !== undefined && { retry }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(maxRetries !== undefined && { maxRetries }),
  };
}

/** The error that was sent. */
export function unpackFailure(step: string, { error, ...wish }: Failure): Error {
  return errorElsewhere(step, error, wish);
}

/** The failure of a step whose value, or whose input, cannot be copied to the other side. */
export function uncopied(step: string, what: string, value: unknown, error: unknown): SluiceError {
  const why = findUncopied(value) ?? recordError(error).message;
  return new SluiceError({
    code: "VALUE_INVALID",
    message: `${what} of ${step} cannot be copied from one thread to another: ${why}.`,
    path: ["steps", step],
    hint:
      "Values that cross to workers are data: no functions, no promises, no symbols. Run it inline, or return data.",
  });
}
