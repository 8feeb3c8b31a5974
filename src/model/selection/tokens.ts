/** The words and signs of a selection text. */
import { nameCharacter } from "../quote.ts";
import { selectionFault } from "./fault.ts";

/** What a token is; signs are their own kind. */
export type TokenKind =
  | "word"
  | "digits"
  | "quoted"
  | "null"
  | "+"
  | "@"
  | "("
  | ")"
  | ","
  | ":"
  | "="
  | "end";

/** One token. */
export interface Token {
  readonly kind: TokenKind;
  /** The sign, or the word or quoted text in normal form (NFC) and without its quotes. */
  readonly text: string;
  /** Where it starts and ends, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** Whether white space stands before it. */
  readonly isSpaced: boolean;
}

const SIGNS: ReadonlySet<string> = new Set(["+", "@", "(", ")", ",", ":", "="]);

/** Splits a text into tokens; the last one is of kind `end`. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0;;) {
    const start = endOfSpace(text, at);
    const isSpaced = start > at;
    const { kind, content, end } = readToken(text, start);
    tokens.push({ kind, text: content, start, end, isSpaced });
    if (kind === "end") return tokens;
    at = end;
  }
}

interface Reading {
  readonly kind: TokenKind;
  readonly content: string;
  readonly end: number;
}

function readToken(text: string, start: number): Reading {
  if (start === text.length) return { kind: "end", content: "", end: start };
  const first = text[start];
  if (SIGNS.has(first)) return { kind: first as TokenKind, content: first, end: start + 1 };
  if (first === '"') return readQuoted(text, start);
  if (text.startsWith("<null>", start)) return { kind: "null", content: "<null>", end: start + 6 };
  const end = endOfWord(text, start);
  if (end === start) throw strayCharacter(text, start);
  const content = text.slice(start, end).normalize("NFC");
  return { kind: /^[0-9]+$/.test(content) ? "digits" : "word", content, end };
}

function readQuoted(text: string, start: number): Reading {
  const close = text.indexOf('"', start + 1);
  const line = text.indexOf("\n", start);
  if (close < 0 || (line >= 0 && line < close)) {
    throw selectionFault(
      text,
      start,
      "A quote is never closed on its line.",
      'Write "..." around the value.',
    );
  }
  return { kind: "quoted", content: text.slice(start + 1, close).normalize("NFC"), end: close + 1 };
}

function strayCharacter(text: string, start: number): Error {
  const character = String.fromCodePoint(text.codePointAt(start) as number);
  const message = `${nameCharacter(character)} cannot stand outside quotes.`;
  const hint = /\s/.test(character)
    ? "Use a plain space."
    : /\p{C}/u.test(character)
    ? "Remove it."
    : "Put the value into double quotes.";
  return selectionFault(text, start, message, hint);
}

function endOfSpace(text: string, at: number): number {
  const space = /[ \t\r\n]*/y;
  space.lastIndex = at;
  space.test(text);
  return space.lastIndex;
}

/** A word goes on up to white space, a sign or what cannot be seen; `@` is a sign only where a word would start. */
function endOfWord(text: string, at: number): number {
  const word = /[^\s()+,:="<>\p{C}\p{Default_Ignorable_Code_Point}]+/uy;
  word.lastIndex = at;
  return word.test(text) ? word.lastIndex : at;
}
