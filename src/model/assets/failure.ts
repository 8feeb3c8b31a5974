/** How a body says what is to follow from its failure. */
import type { ErrorClass } from "../policy.ts";

/** What may be said of a failure. */
export interface StepFailureOptions {
  /** `false` ends the step at once, whatever its retry policy says. Default: the policy decides. */
  readonly retry?: boolean;
  /**
   * Waits this long before the next attempt, in milliseconds, instead of what the policy says: the `Retry-After` of a
   * service. Asks for a retry also without a policy.
   */
  readonly retryAfterMs?: number;
  /** How many retries this failure allows; counts instead of the policy's. Default: the policy's, 1 without one. */
  readonly maxRetries?: number;
  /** What kind of failure it is, for policies with rules by class. Default: what the cause says, else none. */
  readonly errorClass?: ErrorClass;
  /** What led to the failure. */
  readonly cause?: unknown;
}

/** What was thrown, where it is a {@linkcode StepFailure}, also one of another copy of Sluice. */
export function asStepFailure(thrown: unknown): StepFailure | undefined {
  try {
    return thrown instanceof Error && thrown.name === "StepFailure" ? thrown as StepFailure : undefined;
  } catch {
    // A property of the error throws in its turn.
    return undefined;
  }
}

/**
 * Thrown by a body to say whether, and when, it should be tried again. Any other error obeys the retry policy.
 *
 * @example
 * ```ts
 * import { defineAsset, materialize, StepFailure } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const page = defineAsset({
 *   key: "page",
 *   retry: { maxRetries: 5 },
 *   run: (): string => {
 *     throw new StepFailure("there is no such page", { retry: false });
 *   },
 * });
 * await assert.rejects(materialize(page), /there is no such page/);
 * ```
 */
export class StepFailure extends Error {
  /** Its name. */
  override readonly name = "StepFailure";
  /** See {@linkcode StepFailureOptions}. */
  readonly retry: boolean | undefined;
  /** How long to wait before the next attempt. */
  readonly retryAfterMs: number | undefined;
  /** How many attempts may follow the first. */
  readonly maxRetries: number | undefined;
  /** What kind of failure it is. */
  readonly errorClass: ErrorClass | undefined;

  /** Makes an error of one or several issues. */
  constructor(message: string, options: StepFailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.retry = options.retry;
    this.retryAfterMs = options.retryAfterMs;
    this.maxRetries = options.maxRetries;
    this.errorClass = options.errorClass;
  }
}
