/** Tables that fit the page. */
import { inert } from "./inert.ts";
import type { Page, Paint } from "./page.ts";
import { cut, pad, widthOf } from "./width.ts";

/** One column of a table. */
export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Numbers stand on the right and are not cut before everything else is. */
  readonly align?: "left" | "right";
  readonly paint?: (row: Row) => Paint | undefined;
}

const GAP = 2;
/** No column is made narrower than this while another can give. */
const LEAST = 6;

/**
 * A table as lines: a line of titles, then one per row. Text is made inert; where the page is too narrow the
 * widest columns are cut.
 */
export function formatColumns<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  page: Page,
): string[] {
  const shown = columns.filter((column) => rows.some((row) => column.text(row) !== ""));
  const cells = rows.map((row) => shown.map((column) => inert(column.text(row))));
  const natural = shown.map((column, index) =>
    cells.reduce((widest, row) => Math.max(widest, widthOf(row[index])), widthOf(column.title))
  );
  const widths = fitWidths(natural, shown.map((column) => column.align === "right"), page.width);
  const line = (texts: readonly string[], paint: (index: number) => Paint | undefined): string =>
    texts.map((text, index) => {
      const isLast = index === texts.length - 1;
      const short = cut(text, widths[index], page.glyphs.ellipsis);
      const padded = isLast && shown[index].align !== "right"
        ? short
        : pad(short, widths[index], shown[index].align);
      return paint(index)?.(padded) ?? padded;
    }).join(" ".repeat(GAP)).trimEnd();
  return [
    line(shown.map(({ title }) => title), () => page.style.dim),
    ...cells.map((texts, row) => line(texts, (index) => shown[index].paint?.(rows[row]))),
  ];
}

/** Names and values beside each other, values cut to the page. */
export function formatFields(
  fields: readonly (readonly [name: string, value: string, paint?: Paint | undefined])[],
  page: Page,
): string[] {
  const given = fields.filter(([, value]) => value !== "");
  const width = Math.min(Math.max(0, ...given.map(([name]) => widthOf(name))), Math.floor(page.width / 2));
  return given.map(([name, value, paint]) => {
    const label = page.style.dim(pad(cut(name, width, page.glyphs.ellipsis), width));
    const text = cut(inert(value), page.width - width - GAP, page.glyphs.ellipsis);
    return `${label}${" ".repeat(GAP)}${paint?.(text) ?? text}`.trimEnd();
  });
}

/** Widths that fill at most `width`: the widest give first, numbers last. */
export function fitWidths(
  natural: readonly number[],
  rigid: readonly boolean[],
  width: number,
): readonly number[] {
  const room = width - GAP * (natural.length - 1);
  const sum = natural.reduce((total, each) => total + each, 0);
  if (sum <= room) return natural;
  const rigidSum = natural.reduce((total, each, index) => total + (rigid[index] ? each : 0), 0);
  const soft = natural.filter((_, index) => !rigid[index]);
  const keepsRigid = soft.length > 0 && room - rigidSum >= LEAST * soft.length;
  if (!keepsRigid) return shareOut(natural, room);
  const shared = [...shareOut(soft, room - rigidSum)];
  return natural.map((each, index) => rigid[index] ? each : shared.shift() as number);
}

/** The first column says what a row is about: it gets up to this share of the room before the others. */
const FIRST_SHARE = 0.4;

/** Gives the first what it asks for up to its share, and the others up to a common cap, as high as the room allows. */
function shareOut(wanted: readonly number[], room: number): readonly number[] {
  const first = Math.max(1, Math.min(wanted[0], Math.floor(room * (wanted.length === 1 ? 1 : FIRST_SHARE))));
  const given = [first, ...new Array<number>(wanted.length - 1).fill(1)];
  const others = wanted.map((_, index) => index).slice(1).sort((a, b) => wanted[a] - wanted[b]);
  let left = Math.max(room - first, others.length);
  others.forEach((index, done) => {
    const share = Math.floor(left / (others.length - done));
    given[index] = Math.max(1, Math.min(wanted[index], share));
    left -= given[index];
  });
  return given;
}
