/**
 * The grammar of asset keys.
 *
 * A key is segments joined by `/`: `raw/orders`. A segment starts with a letter of any script, a digit or `_`, and
 * goes on with letters, combining marks, digits, `_`, `.` and `-`. A key has at most 16 segments and is at most 255
 * bytes long in UTF-8, so that it fits into one file name wherever it is stored. It is normalised (NFC), and upper
 * and lower case are kept.
 *
 * What cannot be seen or told apart is refused: spaces, controls, quotes, text direction controls, emoji, characters
 * that Unicode says to ignore, enclosing marks, halves of surrogate pairs. `.` and `..` cannot be segments. Words
 * that are special elsewhere (`__proto__`, `con`) are keys like others.
 */
import { SluiceError } from "./issue.ts";
import { nameCharacter, nameType, quote } from "./quote.ts";

/** The longest key, in bytes of UTF-8. */
export const MAX_KEY_BYTES: number = 255;
/** The most segments of a key. */
export const MAX_KEY_SEGMENTS: number = 16;

/** The grammar in one line, for hints. */
export const KEY_GRAMMAR: string =
  `A key is segments joined by "/"; each starts with a letter, a digit or "_" and goes on with these, "." and "-". ` +
  `At most ${MAX_KEY_SEGMENTS} segments and ${MAX_KEY_BYTES} bytes.`;

/** No text of more UTF-16 units can be normalised into a valid key. */
const MAX_UNITS = 4 * MAX_KEY_BYTES;

const REFUSED = 0;
const STARTING = 1;
const CONTINUING = 2;
const SEPARATOR = 3;

/** What each ASCII character is in a key. */
const ASCII: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[A-Za-z0-9_]/.test(character)) return STARTING;
  return character === "/" ? SEPARATOR : character === "." || character === "-" ? CONTINUING : REFUSED;
});

const STARTS = /^[[\p{L}\p{Nd}_]--[\p{Default_Ignorable_Code_Point}\p{Extended_Pictographic}]]$/v;
const CONTINUES =
  /^[[\p{L}\p{M}\p{Nd}_.\-]--[\p{Me}\p{Default_Ignorable_Code_Point}\p{Extended_Pictographic}]]$/v;

/**
 * Reads an asset key: checks it against the grammar and normalises it.
 *
 * @throws {SluiceError} KEY_INVALID, naming the character that is refused and where it stands.
 * @example
 * ```ts
 * import { parseKey } from "sluice";
 * import assert from "node:assert/strict";
 *
 * assert.equal(parseKey("mart/daily-revenue.v2"), "mart/daily-revenue.v2");
 * assert.equal(parseKey("cafe\u0301"), "caf\u00e9");
 * assert.throws(() => parseKey("raw orders"), /U\+0020 \(a space\) at character 4/);
 * ```
 */
export function parseKey(text: string): string {
  if (isPlainKey(text)) return text;
  const problem = keyProblem(text);
  if (problem === undefined) return text.normalize("NFC");
  throw new SluiceError({ code: "KEY_INVALID", message: problem, path: [], hint: KEY_GRAMMAR });
}

/** What is wrong with a key, as a sentence; undefined for a key that follows the grammar. */
export function keyProblem(text: string): string | undefined {
  if (typeof text !== "string") return `A key is a text, not ${nameType(text)}.`;
  if (isPlainKey(text)) return undefined;
  return text === "" ? "The key is empty." : sizeProblem(text) ?? characterProblem(text);
}

/**
 * The form in which two keys are equal when they differ only by letter case or by the Unicode form of their
 * characters. Definitions that hold two keys of one form are refused, because files and databases may mix them up.
 */
export function foldKey(key: string): string {
  if (!/[\u0080-\uffff]/.test(key)) return key.toLowerCase();
  return key.normalize("NFKC").split(DOTLESS_I).map(foldCase).join(DOTLESS_I).normalize("NFKC");
}

/** Whether a key is its own folded form, by a look at its characters: false for some that are. */
export function isFolded(key: string): boolean {
  return !/[^\0-@[-\x7f]/.test(key);
}

/** Turkish tells this letter from `i`, and its upper case would not. */
const DOTLESS_I = "\u0131";

/** There and back, so that all forms of a letter become the same: final sigma, both sharp s, titlecase digraphs. */
function foldCase(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase().replaceAll("\u03c2", "\u03c3");
}

/** Whether a text is a valid key of ASCII characters: the common case, and the fast one. */
function isPlainKey(text: string): boolean {
  if (typeof text !== "string" || text.length > MAX_KEY_BYTES) return false;
  let segments = 1;
  let isStart = true;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const role = code < 128 ? ASCII[code] : REFUSED;
    if (role === STARTING) isStart = false;
    else if (isStart || role === REFUSED) return false;
    else if (role === SEPARATOR) {
      isStart = true;
      if (++segments > MAX_KEY_SEGMENTS) return false;
    }
  }
  return !isStart;
}

function sizeProblem(text: string): string | undefined {
  const isHuge = text.length > MAX_UNITS;
  const bytes = isHuge ? text.length : utf8Length(text.normalize("NFC"));
  if (bytes > MAX_KEY_BYTES) {
    const size = isHuge ? `at least ${bytes}` : bytes;
    return `The key ${quote(text)} is ${size} bytes long; ${MAX_KEY_BYTES} are allowed.`;
  }
  const segments = text.split("/").length;
  if (segments <= MAX_KEY_SEGMENTS) return undefined;
  return `The key ${quote(text)} has ${segments} segments; ${MAX_KEY_SEGMENTS} are allowed.`;
}

function characterProblem(text: string): string | undefined {
  let isStart = true;
  let position = 0;
  for (const character of text) {
    position++;
    if (character === "/") {
      if (isStart) return `The key ${quote(text)} has an empty segment at character ${position}.`;
      isStart = true;
    } else if (isStart ? STARTS.test(character) : CONTINUES.test(character)) {
      isStart = false;
    } else {
      const where = CONTINUES.test(character) ? `${position}, where a segment starts` : `${position}`;
      return `The key ${quote(text)} has ${nameCharacter(character)} at character ${where}.`;
    }
  }
  return isStart ? `The key ${quote(text)} ends with an empty segment.` : undefined;
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
