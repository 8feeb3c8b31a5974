/** Whether a failed attempt is tried again, and when. */
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import { asStepFailure } from "../../model/assets/failure.ts";
import { retryDelayMs, type RetryRule, ruleFor } from "../../model/policy.ts";
import type { Random } from "../../model/ports.ts";
import { classOf } from "./error_class.ts";
import { Refusal } from "../step/refusal.ts";
import { airflowRetryDelayMs } from "./airflow.ts";

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
  const rule = policy && ruleFor(policy, policy.byClass && classOf(error));
  const asksForIt = wish !== undefined && (wish.retry === true || wish.retryAfterMs !== undefined);
  const most = wish?.maxRetries ?? rule?.maxRetries ?? (asksForIt ? 1 : 0);
  if (retries >= most) return undefined;
  if (wish?.retryAfterMs !== undefined) return Math.max(0, wish.retryAfterMs);
  return rule ? delayMs(rule, retries + 1, random) : 0;
}

function delayMs(rule: RetryRule, retry: number, random: Random): number {
  const { dagId, taskId, multiplier } = rule.airflow ?? {};
  if (rule.backoff !== "airflow" || dagId === undefined || taskId === undefined) {
    return retryDelayMs(rule, retry, random);
  }
  const { delayMs = 0, maxDelayMs } = rule;
  return airflowRetryDelayMs(
    {
      delayMs,
      ...(multiplier !== undefined && { multiplier }),
      ...(maxDelayMs !== undefined && { maxDelayMs }),
    },
    retry,
    { dagId, taskId },
  );
}
