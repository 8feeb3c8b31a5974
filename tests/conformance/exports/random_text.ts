/** Names and texts that real people write, and some that nobody should. */
import type { Draw } from "./random.ts";

const WORDS = ["orders", "daily", "a", "x1", "class", "None", "import", "input", "q_c", "q-c", "q.c", "Z9"];
const FOREIGN = ["caf\u00e9", "\u65e5\u672c", "\u0394x"];

const TEXTS = [
  "plain",
  'say "yes"',
  "it's so",
  "'''\"\"\"",
  "ends in \\",
  "line\nbreak\r\n\ttab",
  "{{ var.value.secret }} {% raw %} %s {x}",
  "\u2028\u2029\u202e\ufeff",
  "\u{1f600} \u{10ffff}",
  "coding: utf-7 +AAo-import os",
  "\\N{BULLET} \\x41 \\u0041",
  "",
];

/** A word of ASCII letters, digits, `_`, `.` and `-`. */
export function drawWord(draw: Draw): string {
  return draw.one(WORDS);
}

/** A key of one to three segments, sometimes with letters beyond ASCII. */
export function drawKey(draw: Draw): string {
  const segment = () =>
    draw.chance(0.1) ? draw.one(FOREIGN) : `${draw.one(WORDS)}${draw.one(["", "_v2", "-2", ".3"])}`;
  return Array.from({ length: draw.between(1, 3) }, segment).join("/");
}

/** Any text. */
export function drawText(draw: Draw): string {
  return draw.one(TEXTS);
}

/** A description. */
export function drawDescription(draw: Draw): string {
  return `${draw.one(["Orders", "What was sold"])}. ${draw.one(TEXTS)}`;
}
