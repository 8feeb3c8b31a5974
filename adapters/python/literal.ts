/**
 * Text and values of the user as Python literals. This is the only way by which text of the user gets into a Python
 * file: code point by code point, in printable ASCII, so that no text can end its literal or change how the file is read.
 */
import { SluiceError } from "../../src/model/issue.ts";
import type { Json } from "../../src/model/snapshot/snapshot.ts";
import { type Expression, list, pairs } from "./expression.ts";

const SHORT: ReadonlyMap<string, string> = new Map([
  ["\\", "\\\\"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/**
 * A text as a Python string literal. The quotes are those that need fewer escapes, double ones when that is equal, as
 * Python's formatters have it.
 *
 * @throws {SluiceError} EXPORT_REFUSED for half a character (a lone surrogate), which Python could read but not write.
 */
export function textLiteral(text: string): string {
  if (!text.isWellFormed()) {
    throw new SluiceError({
      code: "EXPORT_REFUSED",
      message: "A text holds half a character (a lone surrogate), which no Python program can write.",
      path: [],
      hint: "Remove it where the text is declared.",
    });
  }
  const quotes = count(text, '"') > count(text, "'") ? "'" : '"';
  let body = "";
  for (const character of text) body += character === quotes ? `\\${quotes}` : escape(character);
  return quotes + body + quotes;
}

function escape(character: string): string {
  const short = SHORT.get(character);
  if (short !== undefined) return short;
  if (character >= " " && character <= "~") return character;
  const point = character.codePointAt(0) as number;
  const hex = point.toString(16);
  if (point <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return point <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

/** A number as a Python literal: whole numbers without a point or exponent. */
export function numberLiteral(value: number): string {
  if (!Number.isFinite(value)) {
    throw new SluiceError({
      code: "EXPORT_REFUSED",
      message: `The number ${value} has no form in a Python file.`,
      path: [],
    });
  }
  return Number.isInteger(value) ? BigInt(value).toString() : String(value).replace("e+", "e");
}

/** A JSON value as a Python expression: `True`, `None`, lists and dicts. */
export function jsonExpression(value: Json): Expression {
  if (value === null) return "None";
  if (typeof value === "string") return textLiteral(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return numberLiteral(value);
  if (Array.isArray(value)) return list(value.map(jsonExpression));
  return pairs(Object.entries(value).map(([name, item]) => [textLiteral(name), jsonExpression(item)]));
}
