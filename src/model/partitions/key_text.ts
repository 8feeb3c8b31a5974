/** What the text of a partition key, and the name of a dimension, may hold. */
import { SluiceError } from "../issue.ts";
import { nameCharacter, quote, quoteEscaped } from "../quote.ts";

/** What parts the keys of dimensions in the key of a multi-dimensional partition. */
export const DIMENSION_SEPARATOR = "|";

/** The control characters that Dagster refuses: bell, backspace, form feed, line ends, tabs and NUL. */
// deno-lint-ignore no-control-regex
const FORBIDDEN = /[\u0007\b\f\n\r\t\v\0]|\p{Surrogate}/u;
const FORBIDDEN_IN_DIMENSION = /[[\],]/;

/** What a key may be, in one line, for hints. */
const KEY_RULE = 'A key is a text of at least one character, without control characters, "|" and "...".';

/** Checks a key of one dimension, whether it is static or dynamic. Throws PARTITIONS_INVALID, with `path`. */
export function checkKeyText(key: string, path: readonly string[]): void {
  const problem = keyProblem(key);
  if (problem !== undefined) throw invalid(problem, path, KEY_RULE);
}

function keyProblem(key: string): string | undefined {
  if (typeof key !== "string") return `A partition key is a text, not ${typeof key}.`;
  if (key === "") return "A partition key may not be empty.";
  const found = FORBIDDEN.exec(key);
  if (found) return `The partition key ${quote(key)} holds ${nameCharacter(found[0])}.`;
  if (key.includes("...")) {
    return `The partition key ${quote(key)} holds "...", which stands for a range of keys.`;
  }
  if (key.includes(DIMENSION_SEPARATOR)) return holdsSeparator("partition key", key);
  return undefined;
}

/** Checks the format of the keys of windows. Throws PARTITIONS_INVALID. */
export function checkFormatText(format: string): void {
  if (format.includes(DIMENSION_SEPARATOR)) {
    throw invalid(holdsSeparator("key format", format), ["keyFormat"], "Use another character.");
  }
}

/**
 * Refuses a key that is given twice, or a second time in another Unicode form: people and file systems do not tell
 * such keys apart. Throws PARTITIONS_INVALID, with `path` and the place of the second among the keys after `known`.
 */
export function checkDistinctKeys(
  keys: readonly string[],
  path: readonly string[],
  known: readonly string[] = [],
): void {
  const forms = new Set(known.map(composed));
  for (const [place, key] of keys.entries()) {
    const form = composed(key);
    if (forms.has(form)) {
      const first = [...known, ...keys].find((other) => composed(other) === form) as string;
      throw givenTwice(first, key, [...path, String(place)]);
    }
    forms.add(form);
  }
}

/** The composed form (NFC); ASCII is its own. */
function composed(key: string): string {
  return /[^\0-\x7f]/.test(key) ? key.normalize("NFC") : key;
}

/** Checks a key, or a literal of a key format, that becomes part of a longer key. Throws PARTITIONS_INVALID. */
export function checkDimensionText(text: string, path: readonly string[]): void {
  const found = FORBIDDEN_IN_DIMENSION.exec(text);
  if (!found) return;
  const message = `${quote(text)} holds ${
    nameCharacter(found[0])
  }, which keys of several dimensions are read by.`;
  throw invalid(message, path, "Use another character than [ ] and the comma.");
}

/** Checks the name of a dimension or of a dynamic definition. Throws PARTITIONS_INVALID. */
export function checkPartitionName(name: string, what: string, path: readonly string[]): void {
  if (typeof name !== "string") throw invalid(`The name of ${what} is a text, not ${typeof name}.`, path);
  if (name.trim() === "") throw invalid(`The name of ${what} may not be empty.`, path);
  const found = /\p{Cc}|\p{Surrogate}/u.exec(name);
  if (found) throw invalid(`The name ${quote(name)} of ${what} holds ${nameCharacter(found[0])}.`, path);
}

function holdsSeparator(what: string, text: string): string {
  return `The ${what} ${quote(text)} holds ${
    nameCharacter(DIMENSION_SEPARATOR)
  }, which parts the keys of several dimensions.`;
}

function givenTwice(first: string, second: string, path: readonly string[]): SluiceError {
  if (first === second) {
    return invalid(`The partition key ${quote(second)} is given twice.`, path, "Give it once.");
  }
  return invalid(
    `The partition keys ${quoteEscaped(first)} and ${
      quoteEscaped(second)
    } differ only by their Unicode form.`,
    path,
    "Give one of them.",
  );
}

/** The error PARTITIONS_INVALID. */
export function invalid(message: string, path: readonly string[], hint?: string): SluiceError {
  return new SluiceError({ code: "PARTITIONS_INVALID", message, path, ...(hint !== undefined && { hint }) });
}

/** Orders texts by their code points; `<` goes by UTF-16 units and puts emoji before U+E000. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) === b.charCodeAt(i)) continue;
    return (a.codePointAt(i) as number) - (b.codePointAt(i) as number);
  }
  return a.length - b.length;
}
