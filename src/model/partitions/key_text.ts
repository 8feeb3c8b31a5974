/** What the text of a partition key, and the name of a dimension, may hold. */
import { SluiceError } from "../issue.ts";
import { nameCharacter, quote } from "../quote.ts";

/** What parts the keys of dimensions in the key of a multi-dimensional partition. */
export const DIMENSION_SEPARATOR = "|";

/** The control characters that Dagster refuses: bell, backspace, form feed, line ends, tabs and NUL. */
// deno-lint-ignore no-control-regex
const FORBIDDEN = /[\u0007\b\f\n\r\t\v\0]|\p{Surrogate}/u;
const FORBIDDEN_IN_DIMENSION = /[|[\],]/;

/** Checks a key. Throws PARTITIONS_INVALID, with `path`. */
export function checkKeyText(key: string, path: readonly string[]): void {
  if (typeof key !== "string") throw invalid(`A partition key is a text, not ${typeof key}.`, path);
  if (key === "") throw invalid("A partition key may not be empty.", path);
  const found = FORBIDDEN.exec(key);
  if (found) throw invalid(`The partition key ${quote(key)} holds ${nameCharacter(found[0])}.`, path);
  if (key.includes("...")) {
    throw invalid(`The partition key ${quote(key)} holds "...", which stands for a range of keys.`, path);
  }
}

/** Checks a key, or a literal of a key format, that becomes part of a longer key. Throws PARTITIONS_INVALID. */
export function checkDimensionText(text: string, path: readonly string[]): void {
  const found = FORBIDDEN_IN_DIMENSION.exec(text);
  if (!found) return;
  const message = `${quote(text)} holds ${
    nameCharacter(found[0])
  }, which keys of several dimensions are read by.`;
  throw invalid(message, path, "Use another character than | [ ] and the comma.");
}

/** Checks the name of a dimension or of a dynamic definition. Throws PARTITIONS_INVALID. */
export function checkPartitionName(name: string, what: string, path: readonly string[]): void {
  if (typeof name !== "string") throw invalid(`The name of ${what} is a text, not ${typeof name}.`, path);
  if (name.trim() === "") throw invalid(`The name of ${what} may not be empty.`, path);
  const found = /\p{Cc}|\p{Surrogate}/u.exec(name);
  if (found) throw invalid(`The name ${quote(name)} of ${what} holds ${nameCharacter(found[0])}.`, path);
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
