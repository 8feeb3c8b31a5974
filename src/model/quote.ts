/** Shows text of the user's inside messages: short, on one line, and with nothing invisible in it. */

/** The longest text, in characters, that a message repeats. */
const LONGEST = 60;

/** What cannot be seen, changes the order of the line, or would end the quotation. */
const UNSAFE = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]|\p{Default_Ignorable_Code_Point}/u;

const NAMES: ReadonlyMap<string, string> = new Map([
  ["\0", "a NUL"],
  ["\t", "a tab"],
  ["\n", "a newline"],
  ["\r", "a carriage return"],
  [" ", "a space"],
  ["\u00a0", "a no-break space"],
  ["\u200b", "a zero-width space"],
  ["\u200d", "a zero-width joiner"],
  ["\u200e", "a text direction control"],
  ["\u200f", "a text direction control"],
  ["\u202a", "a text direction control"],
  ["\u202b", "a text direction control"],
  ["\u202c", "a text direction control"],
  ["\u202d", "a text direction control"],
  ["\u202e", "a text direction control"],
  ["\u2066", "a text direction control"],
  ["\u2067", "a text direction control"],
  ["\u2068", "a text direction control"],
  ["\u2069", "a text direction control"],
  ["\ufeff", "a byte order mark"],
]);

/** A text in double quotes, cut to 60 characters, with what cannot be shown safely as `\u{...}`. */
export function quote(text: string): string {
  const shown = [...text.slice(0, 2 * LONGEST + 2)].slice(0, LONGEST);
  const isCut = shown.join("").length < text.length;
  return `"${shown.map(escapeCharacter).join("")}${isCut ? "..." : ""}"`;
}

/** A text in double quotes with all that is not ASCII as `\\u{...}`: for texts that look the same and are not. */
export function quoteEscaped(text: string): string {
  return quote(text).replace(/[^\0-\x7f]/gu, (character) => `\\u{${codePoint(character)}}`);
}

/** One character by its code point and, so far as that helps, its looks: `U+0040 "@"`, `U+0020 (a space)`. */
export function nameCharacter(character: string): string {
  const point = codePoint(character).toUpperCase().padStart(4, "0");
  const name = NAMES.get(character) ?? (/^\p{Surrogate}$/u.test(character) ? "half a character" : undefined);
  if (name) return `U+${point} (${name})`;
  return UNSAFE.test(character) && character !== '"' && character !== "\\"
    ? `U+${point}`
    : `U+${point} '${character}'`;
}

/** What a value is, where a text was expected: `a number`, `an object`, `null`. */
export function nameType(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A value inside a message: numbers and texts as they are, of all else what it is. Never throws. */
export function show(value: unknown): string {
  return typeof value === "symbol" || typeof value === "function" ||
      (typeof value === "object" && value !== null)
    ? nameType(value)
    : String(value);
}

function escapeCharacter(character: string): string {
  if (!UNSAFE.test(character)) return character;
  if (character === '"' || character === "\\") return `\\${character}`;
  return character === "\n" ? "\\n" : character === "\t" ? "\\t" : `\\u{${codePoint(character)}}`;
}

function codePoint(character: string): string {
  return (character.codePointAt(0) as number).toString(16);
}
