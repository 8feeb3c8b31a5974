/** What goes wrong with elements, in words. */
import type { ResultKind } from "../../model/assets/result.ts";
import { LONGEST_KEY } from "../../model/elements/path.ts";
import { SluiceError } from "../../model/issue.ts";
import { quote, show } from "../../model/quote.ts";
import { recordError } from "../step/errors.ts";
import { Refusal } from "../step/refusal.ts";

/** So many failures are told by name. */
const MOST_TOLD = 5;

/** An element that has failed for good. */
export interface FailedElement {
  readonly path: string;
  readonly error: unknown;
}

/** The error of a call in which elements have failed; `isFinal` when trying the step again is of no use. */
export function elementsFailed(
  step: string,
  failed: readonly FailedElement[],
  total: number,
  isFinal: boolean,
): SluiceError {
  const told = failed.slice(0, MOST_TOLD).map(({ path, error }) =>
    `${quote(path)} (${recordError(error).message})`
  );
  const others = failed.length > MOST_TOLD ? `, and ${failed.length - MOST_TOLD} more` : "";
  const message = `failed in ${failed.length} of ${total} elements: ${told.join(", ")}${others}.`;
  const cause = failed[0].error;
  if (isFinal) return new Refusal(step, message, undefined, "ELEMENTS_FAILED", { cause });
  return new SluiceError({ code: "ELEMENTS_FAILED", message: `${step} ${message}`, path: ["steps", step] }, {
    cause,
  });
}

export function notDeclared(step: string): Refusal {
  return new Refusal(
    step,
    "calls each(), and is not declared to have elements.",
    "Declare `elements: true`.",
    "ELEMENT_INVALID",
  );
}

export function duplicateKey(step: string, path: string, isByPlace: boolean): Refusal {
  return new Refusal(
    step,
    `has two elements ${quote(path)}.`,
    isByPlace
      ? "Give the calls of one body different names: each(items, { name: ... }, body)."
      : "Give a key that no other item of the same parent has.",
    "ELEMENT_DUPLICATE",
  );
}

export function wrongKey(step: string, key: unknown, index: number): Refusal {
  const isText = typeof key === "string";
  const isLong = isText && key.length > LONGEST_KEY;
  const given = isLong ? `a text of ${key.length} characters` : isText ? quote(key) : show(key);
  return new Refusal(
    step,
    `gives ${given} as the key of the item at ${index}.`,
    `A key is a text of 1 to ${LONGEST_KEY} characters.`,
    "ELEMENT_INVALID",
  );
}

export function tooLarge(step: string, path: string, length: number, most: number): Refusal {
  return new Refusal(
    step,
    `has an element ${quote(path)} whose result has ${length} characters as JSON, and ${most} are kept.`,
    "Keep it by an IO manager or in a file of its own, and return where it lies.",
    "ELEMENT_TOO_LARGE",
  );
}

export function noJson(step: string, path: string, why: string): Refusal {
  return new Refusal(
    step,
    `has an element ${quote(path)} whose result cannot be recorded: ${why}`,
    "Return data as JSON holds it: numbers, texts, lists and records.",
    "ELEMENT_INVALID",
  );
}

export function specialResult(step: string, path: string, kind: ResultKind): Refusal {
  const name = kind === "short-circuit" ? "shortCircuit" : kind;
  return new Refusal(
    step,
    `has an element ${quote(path)} that returns ${name}(), which is for whole assets.`,
    "Return a plain value, or skip().",
    "ELEMENT_INVALID",
  );
}

export function stillRunning(step: string, path: string | undefined): Refusal {
  const who = path === undefined ? "returned" : `has an element ${quote(path)} that returned`;
  return new Refusal(step, `${who} while elements were under way.`, "Await each().", "ELEMENT_INVALID");
}

export function heldPool(step: string, pool: string): Refusal {
  return new Refusal(
    step,
    `asks for a slot of the pool ${quote(pool)} for its elements, and holds one while it waits for them.`,
    "Name another pool for the elements, or none for what is around them.",
    "ELEMENT_INVALID",
  );
}

export function elementTimeout(step: string, path: string, timeoutMs: number): SluiceError {
  return new SluiceError({
    code: "STEP_TIMEOUT",
    message: `The element ${quote(path)} of ${step} took longer than ${timeoutMs} ms.`,
    path: ["steps", step],
    hint: "Raise timeoutMs of each(), or let the body heed `signal`.",
  });
}

export function remotePool(step: string, pool: string): Refusal {
  return new Refusal(
    step,
    `asks for slots of the pool ${
      quote(pool)
    } for its elements, and runs where the slots of others are not known.`,
    "Pools of elements are for steps inline and in workers; in a process `concurrency` bounds the elements of one call.",
    "ELEMENT_INVALID",
  );
}
