/** Makes text that comes from elsewhere harmless on a terminal: nothing in it moves the cursor or hides. */

/** Colours as programs print them; dropped, because escaped they would be noise in every second log. */
const COLORS = new RegExp("\u001b\\[[0-9;:]*m", "g");

/** Controls, line ends, direction changes, halves of characters and what cannot be seen, less the joiners of scripts. */
const UNSAFE =
  /[[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]--[\u200c\u200d\ufe0e\ufe0f]]/gv;

const NAMED: ReadonlyMap<string, string> = new Map([["\n", "\\n"], ["\r", "\\r"], ["\t", "\\t"]]);

/** A text on one line: what could act on the terminal or cannot be seen is shown as `\n` or `\u{1b}`. */
export function inert(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return text.replace(COLORS, "").replace(UNSAFE, (character) => NAMED.get(character) ?? escapeOf(character));
}

/** A text as lines, each inert; tabs become two spaces. */
export function inertLines(text: string): string[] {
  return text.split(/\r?\n/).map((line) => inert(line.replaceAll("\t", "  ")));
}

function escapeOf(character: string): string {
  return `\\u{${(character.codePointAt(0) as number).toString(16)}}`;
}
