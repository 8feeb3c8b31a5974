/** The options of each(), held to their names and shapes. */
import type { EachOptions } from "../../model/elements/each.ts";
import { SluiceError } from "../../model/issue.ts";
import { checkRetryPolicy, type RetryPolicy } from "../../model/policy.ts";
import { RETRY } from "../../model/validate/known.ts";
import {
  COUNT,
  FLAG,
  FUNCTION,
  isRecord,
  nameGiven,
  refuseUnknown,
  requireOptions,
  type Shapes,
  TEXT,
} from "../../model/validate/options.ts";
import { Refusal } from "../step/refusal.ts";

const SHAPES: Shapes<EachOptions<unknown>> = Object.freeze({
  key: FUNCTION,
  name: TEXT,
  concurrency: COUNT,
  pool: TEXT,
  retry: { is: "a retry policy", fits: isRecord },
  timeoutMs: {
    is: "a number of milliseconds above 0",
    fits: (value) => Number.isFinite(value) && Number(value) > 0,
  },
  failFast: FLAG,
  settled: FLAG,
});

const BOTH = "settled waits for every element and failFast for none: give one of them.";

/** Holds a call to what it may say. Trying again would not help, so what goes against it is never retried. */
export function checkCall(step: string, items: unknown, options: unknown, body: unknown): void {
  if (!isIterable(items)) throw refused(step, `calls each() with ${nameGiven(items)} instead of a list.`);
  if (typeof body !== "function") {
    throw refused(step, `calls each() with ${nameGiven(body)} instead of a function.`);
  }
  const of = {
    what: "each()",
    code: "ELEMENT_INVALID",
    path: ["steps", step],
    example: "each(urls, { concurrency: 8 }, (url) => ...)",
  } as const;
  try {
    requireOptions(options, SHAPES, of);
    const { retry, settled, failFast } = options as EachOptions<unknown>;
    if (retry) checkRetry(retry, of);
    if (settled && failFast) throw new SluiceError({ ...of, message: BOTH });
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const { message, hint } = error.issues[0];
    throw new Refusal(step, `has a call that is not valid: ${message}`, hint, "ELEMENT_INVALID");
  }
}

function checkRetry(retry: RetryPolicy, of: Parameters<typeof refuseUnknown>[2]): void {
  refuseUnknown(retry, RETRY, { ...of, what: "retry of each()" });
  const [issue] = checkRetryPolicy(retry, ["retry"]);
  if (issue) throw new SluiceError(issue);
}

function isIterable(items: unknown): boolean {
  if (typeof items === "string") return false;
  return typeof items === "object" && items !== null &&
    (Symbol.iterator in items || Symbol.asyncIterator in items);
}

function refused(step: string, message: string): Refusal {
  return new Refusal(step, message, "Write each(items, (item) => ...).", "ELEMENT_INVALID");
}
