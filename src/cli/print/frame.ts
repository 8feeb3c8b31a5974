/** Code frames: the lines around a place in a source file, with a mark under it. */
import { inert } from "./inert.ts";
import type { Page } from "./page.ts";
import { cut, pad } from "./width.ts";

/** A place in a file, counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const BEFORE = 2;
const AFTER = 1;

/** Reads `file:line:column`; undefined for any other text. */
export function parsePlace(text: string): Place | undefined {
  const [, file, line, column] = /^(.+):(\d+):(\d+)$/s.exec(text) ?? [];
  return file === undefined ? undefined : { file, line: Number(line), column: Number(column) };
}

/** The lines around a place, numbered, with a mark below the column. Empty when the source does not reach it. */
export function formatFrame(source: string, place: Place, page: Page): string[] {
  const lines = source.split(/\r?\n/, place.line + AFTER);
  if (place.line < 1 || place.line > lines.length) return [];
  const from = Math.max(1, place.line - BEFORE);
  const gutter = String(Math.min(lines.length, place.line + AFTER)).length;
  const room = Math.max(20, Math.min(page.width, 160) - gutter - 7);
  const shift = Math.max(0, place.column - Math.floor(room * 0.75));
  return lines.slice(from - 1).flatMap((text, index) => {
    const number = from + index;
    const isPlace = number === place.line;
    const shown = cut(
      inert(text.replaceAll("\t", " ").slice(shift, shift + 2 * room)),
      room,
      page.glyphs.ellipsis,
    );
    const head = `${isPlace ? ">" : " "} ${pad(String(number), gutter, "right")} | `;
    const line = `  ${isPlace ? page.style.red(head) : page.style.dim(head)}${shown}`.trimEnd();
    if (!isPlace || place.column < 1) return [line];
    const mark = `  ${" ".repeat(gutter + 2)} | ${" ".repeat(place.column - 1 - shift)}`;
    return [line, `${page.style.dim(mark)}${page.style.red("^")}`];
  });
}
