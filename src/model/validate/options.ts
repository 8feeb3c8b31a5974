/** Options of public calls, held to their names and shapes where types do not: in JavaScript. */
import { type IssueCode, SluiceError } from "../issue.ts";
import { nameType, quote } from "../quote.ts";
import { didYouMean } from "../suggest.ts";

/** A test of a value, and the same in words. */
export interface Shape {
  readonly is: string;
  readonly fits: (value: unknown) => boolean;
}

/** A shape for each option, which counts when the option is given; the compiler sees to it that none is left out. */
export type Shapes<Options> = { readonly [name in keyof Options]-?: Shape };

/** Whose options they are, in messages and errors. */
export interface OptionsOf {
  /** `dailyPartitions()`. */
  readonly what: string;
  readonly code: IssueCode;
  /** Where in the definitions. Default the outermost. */
  readonly path?: readonly string[];
  /** What they are. Default `option`. */
  readonly of?: string;
  /** Those that may not be left out. */
  readonly needed?: readonly string[];
  /** How it is written, for who gave no record at all. */
  readonly example?: string;
  /** Where it was declared. */
  readonly site?: string | undefined;
}

/** Makes a list of names that has at least all those of a type: the compiler names the one that is missing. */
export function namesOf<T>(): <const Names extends { readonly [name in keyof T]-?: true }>(
  names: Names,
) => Names {
  return (names) => Object.freeze(names);
}

/** What is looked at elsewhere, or may be anything. */
export const ANYTHING: Shape = { is: "anything", fits: () => true };
/** A text. */
export const TEXT: Shape = { is: "a text", fits: (value) => typeof value === "string" };
/** True or false. */
export const FLAG: Shape = { is: "true or false", fits: (value) => typeof value === "boolean" };
/** A number. */
export const NUMBER: Shape = { is: "a number", fits: (value) => typeof value === "number" };
/** A number of things: one at least. */
export const COUNT: Shape = {
  is: "a whole number from 1",
  fits: (value) => Number.isInteger(value) && Number(value) >= 1,
};
/** Something to call. */
export const FUNCTION: Shape = { is: "a function", fits: (value) => typeof value === "function" };
/** An object that is neither a list nor null. */
export const RECORD: Shape = { is: "a record", fits: isRecord };
/** A list of anything. */
export const LIST: Shape = { is: "a list", fits: Array.isArray };
/** Several texts. */
export const TEXTS: Shape = { is: "a list of texts", fits: isTextList };

/**
 * Refuses what is no record of options, an option that is not known, and one of another shape than it must be.
 *
 * @throws {SluiceError} with the code that is given.
 */
export function requireOptions<Options>(given: unknown, shapes: Shapes<Options>, of: OptionsOf): void {
  if (!isRecord(given)) {
    const hint = of.example === undefined ? listOf(shapes) : `Write ${of.example}.`;
    throw refusal(of, [], `${of.what} takes a record of options, not ${nameGiven(given)}.`, hint);
  }
  refuseUnknown(given, shapes, of);
  for (const [name, { is, fits }] of Object.entries<Shape>(shapes)) {
    const value = given[name];
    if (value === undefined ? !of.needed?.includes(name) : fits(value)) continue;
    const hint = of.example === undefined ? undefined : `Write ${of.example}.`;
    throw refusal(of, [name], `${of.what} takes ${is} as ${name}, not ${nameGiven(value)}.`, hint);
  }
}

/** Refuses an option that is not known: a slip in its name would change nothing, and nobody would be told. */
export function refuseUnknown(given: object, known: object, of: OptionsOf): void {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name) || (given as { readonly [name: string]: unknown })[name] === undefined) {
      continue;
    }
    throw unknownOption(name, Object.keys(known), of);
  }
}

/** The error for an option that is not known. */
export function unknownOption(name: string, known: readonly string[], of: OptionsOf): SluiceError {
  const kind = of.of ?? "option";
  const all = known.length === 0 ? `It has no ${kind} at all.` : `Its ${kind}s are ${known.join(", ")}.`;
  const hint = didYouMean(name, known) ?? all;
  return refusal(of, [name], `${of.what} has no ${kind} ${quote(name)}.`, hint);
}

/** Refuses what is not of a kind of ours. */
export function requireKind(value: unknown, kind: string, needs: string): void {
  if (isRecord(value) && value.kind === kind) return;
  throw new SluiceError({
    code: "DEFINITION_INVALID",
    message: `${needs}, not ${nameGiven(value)}.`,
    path: [],
  });
}

/** What a value is, in a sentence: a number as it is, since it may be one of the wrong size. */
export function nameGiven(value: unknown): string {
  if (typeof value === "number") return `the number ${value}`;
  return Array.isArray(value) ? "a list" : nameType(value);
}

/** Whether a value is an object that is neither a list nor null. */
export function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a list of texts. */
export function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

function listOf(shapes: object): string {
  return `Its options are ${Object.keys(shapes).join(", ")}.`;
}

function refusal(of: OptionsOf, at: readonly string[], message: string, hint?: string): SluiceError {
  return new SluiceError({
    code: of.code,
    message,
    path: [...of.path ?? [], ...at],
    ...(of.site !== undefined && { site: of.site }),
    ...(hint !== undefined && { hint }),
  });
}
