/** What is to follow from attempts that failed, for a caller that decides about retries itself. */
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import { asStepFailure } from "../../model/assets/failure.ts";
import type { IssueCode, SluiceError } from "../../model/issue.ts";
import type { ErrorClass, RetryPolicy, RetryRule } from "../../model/policy.ts";
import type { Random } from "../../model/ports.ts";
import type { StepRequest } from "../../model/step/request.ts";
import { classOf } from "../retry/error_class.ts";
import { nextRetryMs } from "../retry/retry.ts";
import { Refusal } from "./refusal.ts";

/** Failures that the world may mend; all others of Sluice's own lie in the request, the code or what surrounds it. */
const MENDABLE: ReadonlySet<IssueCode> = new Set<IssueCode>([
  "CANCELED",
  "ELEMENTS_FAILED",
  "IO_FAILED",
  "RESOURCE_FAILED",
  "STEP_FAILED",
  "STEP_TIMEOUT",
  "STEP_CRASHED",
  "STEP_LOST",
  "MEMORY_EXCEEDED",
  "VALUE_INVALID",
  "VALUE_MISSING",
]);

/** Whether an error says by itself that trying again is of no use. */
export function isFinal(error: unknown): boolean {
  if (error instanceof Refusal) return true;
  try {
    return error instanceof Error && (isForGood(error) || isForGood(error.cause));
  } catch {
    // A property of the error throws in its turn.
    return false;
  }
}

/** Whether an error is one of Sluice, also of another copy of it, with such a code. */
function isForGood(error: unknown): boolean {
  return error instanceof Error && error.name === "SluiceError" &&
    !MENDABLE.has((error as SluiceError).code);
}

/** A policy with the retries that the request allows; rules by class keep their own where these are fewer. */
function allowed(policy: RetryPolicy | undefined, maxRetries: number): RetryPolicy {
  if (!policy?.byClass) return { ...policy, maxRetries };
  const bounded = (rule: RetryRule): RetryRule => ({
    ...rule,
    maxRetries: Math.min(rule.maxRetries, maxRetries),
  });
  const byClass = Object.entries(policy.byClass).map(([name, rule]) => [name, rule ? bounded(rule) : rule]);
  return { ...bounded(policy), byClass: Object.fromEntries(byClass) };
}

/** Gathers the failed attempts of one request. */
export class Verdicts {
  /** Whether any of them has failed for good. */
  isFinal = false;
  /** The longest wait that any of them asks for; undefined when none does. */
  retryAfterMs: number | undefined = undefined;
  /** How many retries the failures ask for by themselves; undefined where they leave that to the policy. */
  maxRetries: number | undefined = undefined;
  /** What kind of failure the last one was. */
  errorClass: ErrorClass | undefined = undefined;
  readonly #request: StepRequest;
  readonly #random: Random;

  constructor(request: StepRequest, random: Random) {
    this.#request = request;
    this.#random = random;
  }

  /** Hears of an attempt that failed. */
  hear(declaration: StepDeclaration, error: unknown): void {
    const { attempt = 1, maxRetries = Infinity } = this.#request;
    const wish = asStepFailure(error);
    this.errorClass = classOf(error);
    this.maxRetries = wish?.maxRetries ?? (wish?.retry && !declaration.retry ? 1 : this.maxRetries);
    const waitMs = isFinal(error) ? undefined : nextRetryMs(
      { ...declaration, retry: allowed(declaration.retry, maxRetries) },
      attempt - 1,
      error,
      this.#random,
    );
    if (waitMs === undefined) this.isFinal = true;
    else if (waitMs > 0) this.retryAfterMs = Math.max(this.retryAfterMs ?? 0, waitMs);
  }
}
