/** Items and results of elements as data: what tells an item, and what is recorded of a result. */
import process from "node:process";
import { DOUBTFUL, findFault, SAME, surveyJson } from "../../io/formats/json_check.ts";
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import { canonicalJson } from "../../model/step/canonical.ts";
import { noJson, tooLarge } from "./errors.ts";

/** The longest JSON of a result, in characters. */
export const LONGEST_RESULT = 65_536;

/** A function that tells items of a step, together with its code version; undefined for what JSON does not hold. */
export function openDigest({ outputs }: StepDeclaration): (item: unknown) => string | undefined {
  // Loaded where it is used and without a wait, as for data versions.
  const { createHash } = process.getBuiltinModule("node:crypto");
  const code = JSON.stringify(outputs.map(({ codeVersion = null }) => codeVersion));
  return (item) => {
    if (surveyJson(item, 0) !== SAME) return undefined;
    // Records are told by what they hold, and not by the order in which they hold it.
    const text = `${code}\n${typeof item === "object" ? canonicalJson(item) : JSON.stringify(item)}`;
    return createHash("sha256").update(text).digest("base64url").slice(0, 22);
  };
}

/** A result in two copies. */
export interface Result {
  /** What the caller gets: what a later attempt would be given too. */
  readonly given: unknown;
  /** What is recorded. */
  readonly recorded: unknown;
}

/** Reads a result by way of JSON; nothing stays nothing. */
export function readResult({ name }: StepDeclaration, path: string, value: unknown): Result {
  if (value === undefined || value === null || typeof value === "boolean") {
    return { given: value, recorded: value };
  }
  const survival = surveyJson(value, 0);
  const fault = survival === DOUBTFUL ? findFault(value, "the result") : undefined;
  if (fault) throw noJson(name, path, fault.message);
  const text = JSON.stringify(value);
  if (text.length > LONGEST_RESULT) throw tooLarge(name, path, text.length, LONGEST_RESULT);
  const given = survival === SAME ? value : JSON.parse(text);
  return { given, recorded: typeof value === "object" ? JSON.parse(text) : value };
}
