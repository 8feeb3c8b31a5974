/** Whether a failed attempt is tried again, and when. */
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import { asStepFailure } from "../../model/assets/failure.ts";
import { retryDelayMs } from "../../model/policy.ts";
import type { Random } from "../../model/ports.ts";
import { Refusal } from "../step/refusal.ts";

/**
 * The wait before the next attempt in milliseconds; undefined when there is none.
 *
 * @param retries How many retries there have been.
 */
export function nextRetryMs(
  { retry: policy }: StepDeclaration,
  retries: number,
  error: unknown,
  random: Random,
): number | undefined {
  if (error instanceof Refusal) return undefined;
  const wish = asStepFailure(error);
  if (wish?.retry === false) return undefined;
  const asksForIt = wish !== undefined && (wish.retry === true || wish.retryAfterMs !== undefined);
  const most = wish?.maxRetries ?? policy?.maxRetries ?? (asksForIt ? 1 : 0);
  if (retries >= most) return undefined;
  if (wish?.retryAfterMs !== undefined) return Math.max(0, wish.retryAfterMs);
  return policy ? retryDelayMs(policy, retries + 1, random) : 0;
}
