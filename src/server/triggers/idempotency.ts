/**
 * Requests that are sent again: the same key from the same caller stands for the same run. The run's id is drawn from both,
 * so that the history itself remembers which were there, across restarts and processes.
 */
import { createHash } from "node:crypto";
import { Problem } from "../problem.ts";

/** How long a key is remembered, in milliseconds. */
export const KEPT_MS: number = 24 * 60 * 60 * 1_000;

/** The tag that holds what was sent, as a hash. */
export const REQUEST_TAG: string = "sluice/request";

/** What a caller may send as key: what a header can hold, without control characters. */
const KEY = /^[\x20-\x7e]{1,255}$/;
const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";

/** A key, whose it is, and what was sent with it. */
export interface Idempotent {
  /** Trigger, caller and key: what the run is known by. */
  readonly scope: string;
  /** Hash of what was sent. */
  readonly request: string;
}

/** What a request says of itself; undefined when it gives no key. Throws a problem for a key that is none. */
export function idempotentBy(
  trigger: string,
  caller: string,
  key: string | null | undefined,
  body: Uint8Array,
): Idempotent | undefined {
  if (key === null || key === undefined) return undefined;
  if (!KEY.test(key)) {
    throw new Problem(400, "KEY_INVALID", "An idempotency key is 1 to 255 printable characters of ASCII.");
  }
  return {
    scope: JSON.stringify([trigger, caller, key]),
    request: createHash("sha256").update(body).digest("hex"),
  };
}

/**
 * The ids that a run of this key may have: one for each span of time that reaches into what is remembered, the current
 * one first. A time and a hash, written as ids of runs are.
 */
export function runIdsOf({ scope }: Idempotent, nowMs: number): readonly [current: string, before: string] {
  const span = Math.floor(nowMs / KEPT_MS);
  return [idIn(scope, span), idIn(scope, span - 1)];
}

function idIn(scope: string, span: number): string {
  let time = "";
  for (let rest = span * KEPT_MS, digit = 0; digit < 10; digit++, rest = Math.floor(rest / 32)) {
    time = DIGITS[rest % 32] + time;
  }
  const hash = createHash("sha256").update(`${span} ${scope}`).digest();
  let chance = "";
  for (let at = 0; at < 20; at++) chance += DIGITS[hash[at] % 32];
  return time + chance;
}

/** Refuses a key that was used for something else. */
export function requireSameRequest({ request }: Idempotent, tags: { readonly [name: string]: string }): void {
  if (tags[REQUEST_TAG] === request) return;
  throw new Problem(422, "KEY_REUSED", "This idempotency key was used with another body.", {
    hint: "Take a new key for a new request.",
  });
}

/** The refusal of a key whose first request is not on record yet. */
export function keyInUse(): Problem {
  return new Problem(409, "KEY_IN_USE", "A request with this idempotency key is being taken in.", {
    hint: "Send it again in a second.",
    headers: { "retry-after": "1" },
  });
}
