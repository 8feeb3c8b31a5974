/** Texts in columns. Deno reads a text up to its first NUL, and SQLite knows no half characters. */

const ESCAPE = "\u0001";
// deno-lint-ignore no-control-regex
const NEEDS_ESCAPE = /^\u0001|\0/;

/** A text as a column holds it: as it is, unless it would not come back. */
export function toColumn(text: string): string {
  return NEEDS_ESCAPE.test(text) || !text.isWellFormed() ? ESCAPE + JSON.stringify(text) : text;
}

/** A text as it was. */
export function fromColumn(column: string): string {
  return column.startsWith(ESCAPE) ? JSON.parse(column.slice(1)) as string : column;
}
