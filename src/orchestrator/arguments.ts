/** What callers give to the verbs, held to its shape before anything is done: JavaScript has no compiler. */
import { DOUBTFUL, surveyJson } from "../io/formats/json_check.ts";
import { SluiceError } from "../model/issue.ts";
import { refuseUnknown } from "../model/validate/options.ts";
import { nameType } from "../model/quote.ts";

/** What a value must be: in words, by a test, and how it is written. */
export interface Shape {
  readonly is: string;
  readonly fits: (value: unknown) => boolean;
  readonly example: string;
}

/** Shapes of fields by name; every field may be left out. */
export type Fields = { readonly [name: string]: Shape };

/** What is looked at elsewhere. */
export const ANYTHING: Shape = { is: "anything", fits: () => true, example: "..." };
/** A text. */
export const TEXT: Shape = { is: "a text", fits: isText, example: '"..."' };
/** A text that is not empty. */
export const FILLED: Shape = {
  is: "a text that is not empty",
  fits: (value) => isText(value) && value !== "",
  example: '"..."',
};
/** True or false. */
export const FLAG: Shape = {
  is: "true or false",
  fits: (value) => typeof value === "boolean",
  example: "true",
};
/** How many there may be. */
export const COUNT: Shape = {
  is: "a whole number from 1",
  fits: (value) => isWhole(value, 1),
  example: "100",
};
/** A length of time. */
export const DURATION: Shape = {
  is: "a length of time in milliseconds, from 0",
  fits: (value) => typeof value === "number" && value >= 0,
  example: "5_000",
};
/** The number of a step. */
export const STEP: Shape = { is: "the number of a step", fits: (value) => isWhole(value, 0), example: "0" };
/** A place in the order of all events. */
export const PLACE: Shape = {
  is: "the place of an event, from 0",
  fits: (value) => isWhole(value, 0),
  example: "line.seq",
};
/** A materialization that was listed. */
export const MADE: Shape = {
  is: "a materialization",
  fits: (value) =>
    isRecord(value) && isWhole(value.seq, 0) &&
    (value.partitionKey === undefined || isText(value.partitionKey)),
  example: "page.at(-1)",
};
/** An instant. */
export const INSTANT: Shape = {
  is: "an instant in epoch milliseconds",
  fits: (value) => Number.isFinite(value),
  example: "Date.now()",
};
/** Several texts. */
export const TEXTS: Shape = {
  is: "a list of texts",
  fits: (value) => Array.isArray(value) && value.every(isText),
  example: '["..."]',
};
/** Facts for people. */
export const METADATA: Shape = {
  is: "a record that can be written as JSON",
  fits: (value) => isRecord(value) && surveyJson(value, 0) !== DOUBTFUL,
  example: "{ rows: 3 }",
};
/** Something to call. */
export const FUNCTION: Shape = {
  is: "a function",
  fits: (value) => typeof value === "function",
  example: "(events) => ...",
};
/** Assets to be chosen; what is wrong in a selection that is given is told by the planner. */
export const SELECTION: Shape = {
  is: "a selection",
  fits: (value) => value !== undefined,
  example: '"*" for all assets',
};
/** A plan of one run. */
export const RUN_PLAN: Shape = {
  is: "a plan of a run",
  fits: (value) => isRecord(value) && value.kind === "run-plan",
  example: "await sluice.plan({ ... })",
};
/** An asset by value or by key. */
export const ASSET: Shape = {
  is: "an asset or its key",
  fits: (value) => isText(value) || (isRecord(value) && value.kind === "asset" && isText(value.key)),
  example: '"raw/orders", or the asset itself',
};

/** One of some texts. */
export function oneOf(...texts: readonly string[]): Shape {
  const is = `one of ${texts.map((text) => `"${text}"`).join(", ")}`;
  return { is, fits: (value) => isText(value) && texts.includes(value), example: `"${texts[0]}"` };
}

/** Some of some texts. */
export function someOf(...texts: readonly string[]): Shape {
  const fits = (value: unknown) => Array.isArray(value) && value.every((each) => texts.includes(each));
  return { is: `a list of ${texts.map((text) => `"${text}"`).join(", ")}`, fits, example: `["${texts[0]}"]` };
}

/** An object with functions of these names. */
export function objectWith(...names: readonly string[]): Shape {
  return {
    is: `an object with ${names.map((name) => `${name}()`).join(" and ")}`,
    fits: (value) => isRecord(value) && names.every((name) => typeof value[name] === "function"),
    example: `{ ${names.map((name) => `${name}: ...`).join(", ")} }`,
  };
}

/**
 * Refuses an argument of another shape.
 *
 * @throws {SluiceError} USAGE.
 */
export function requireArgument(verb: string, name: string, value: unknown, shape: Shape): void {
  if (shape.fits(value)) return;
  throw misfit(`${verb}() takes ${shape.is} as ${name}`, [verb, name], value, shape.example);
}

/** Refuses an argument that is no record, or that has a field that is not known or of another shape. */
export function requireRecord(verb: string, name: string, value: unknown, fields: Fields): void {
  requireArgument(verb, name, value, {
    is: "a record",
    fits: isRecord,
    example: `{ ${Object.keys(fields)[0] ?? ""}: ... }`,
  });
  const record = value as { readonly [name: string]: unknown };
  const what = `${name} of ${verb}()`;
  refuseUnknown(record, fields, { what: `The ${what}`, code: "USAGE", path: [verb, name], of: "field" });
  requireFields(what, [verb, name], record, fields);
}

/** Refuses a record that has a field of another shape. */
export function requireFields(
  what: string,
  path: readonly string[],
  record: { readonly [name: string]: unknown },
  fields: Fields,
): void {
  for (const [name, shape] of Object.entries(fields)) {
    const value = record[name];
    if (value === undefined || shape.fits(value)) continue;
    throw misfit(`${name} in ${what} is ${shape.is}`, [...path, name], value, `${name}: ${shape.example}`);
  }
}

/** Whether a value is an object that is no list. */
export function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isWhole(value: unknown, least: number): boolean {
  return Number.isInteger(value) && Number(value) >= least;
}

function misfit(needs: string, path: readonly string[], value: unknown, example: string): SluiceError {
  return new SluiceError({
    code: "USAGE",
    message: `${needs}, not ${describe(value)}.`,
    path,
    hint: `Write ${example}.`,
  });
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" ? `"${value.slice(0, 60)}"` : nameType(value);
}
