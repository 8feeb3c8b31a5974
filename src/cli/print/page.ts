/** What printers know of the place they print to. */

/** Puts colour around a text, or nothing where colour is not wanted. */
export type Paint = (text: string) => string;

/** The few looks that a text can have. */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
}

/** The characters beyond ASCII that printers use, or their stand-ins. */
export interface Glyphs {
  readonly ellipsis: string;
  /** Between the ends of a range. */
  readonly range: string;
  readonly branch: string;
  readonly lastBranch: string;
  readonly upstream: string;
  /** Of a progress bar: done, and not. */
  readonly full: string;
  readonly empty: string;
}

/** Where a result is printed: how wide, how colourful, and when. */
export interface Page {
  readonly style: Style;
  readonly glyphs: Glyphs;
  /** Columns of a line; Infinity where nobody counts them. */
  readonly width: number;
  /** The instant from which ages are counted. */
  readonly nowMs: number;
}

const plain: Paint = (text) => text;
const ansi = (code: number): Paint => (text) => text === "" ? "" : `\u001b[${code}m${text}\u001b[0m`;

const plainStyle: Style = Object.freeze({
  bold: plain,
  dim: plain,
  red: plain,
  green: plain,
  yellow: plain,
  cyan: plain,
});

const colorStyle: Style = Object.freeze({
  bold: ansi(1),
  dim: ansi(2),
  red: ansi(31),
  green: ansi(32),
  yellow: ansi(33),
  cyan: ansi(36),
});

const unicodeGlyphs: Glyphs = Object.freeze({
  ellipsis: "\u2026",
  range: "...",
  branch: "\u251c\u2500 ",
  lastBranch: "\u2514\u2500 ",
  upstream: "\u2190",
  full: "\u2588",
  empty: "\u2591",
});

const asciiGlyphs: Glyphs = Object.freeze({
  ellipsis: "...",
  range: "...",
  branch: "|- ",
  lastBranch: "`- ",
  upstream: "<-",
  full: "#",
  empty: ".",
});

/** What decides about looks: the stream, the environment and what was asked for. */
export interface Surroundings {
  readonly isTerminal: boolean;
  readonly columns: number | undefined;
  readonly env: { readonly [name: string]: string | undefined };
  /** `--color` or `--no-color`; undefined when neither was given. */
  readonly color: boolean | undefined;
}

/** The page for one stream. */
export function openPage(around: Surroundings, nowMs: number): Page {
  return {
    style: wantsColor(around) ? colorStyle : plainStyle,
    glyphs: wantsUnicode(around.env) ? unicodeGlyphs : asciiGlyphs,
    width: pageWidth(around),
    nowMs,
  };
}

/**
 * Whether to print colour: `--color` and `--no-color` count first, then NO_COLOR, then FORCE_COLOR (`0` and
 * `false` mean none), and then whether the stream is a terminal that is not dumb. A terminal of a CI counts.
 */
export function wantsColor({ color, env, isTerminal }: Surroundings): boolean {
  if (color !== undefined) return color;
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return !/^(0|false)$/.test(env.FORCE_COLOR);
  return isTerminal && env.TERM !== "dumb";
}

/** Whether a person watches: a terminal that can redraw a line, and no CI. */
export function isInteractive({ isTerminal, env }: Pick<Surroundings, "isTerminal" | "env">): boolean {
  return isTerminal && env.TERM !== "dumb" && !isSet(env.CI);
}

function wantsUnicode(env: Surroundings["env"]): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  return env.TERM !== "dumb" && !/^(C|POSIX)$/.test(locale);
}

/** Tables are cut for eyes only: what a file or a program reads is whole, unless COLUMNS says otherwise. */
function pageWidth({ isTerminal, columns, env }: Surroundings): number {
  const told = Number(env.COLUMNS);
  if (isTerminal && columns) return Math.max(20, columns);
  return Number.isInteger(told) && told >= 20 ? told : isTerminal ? 80 : Infinity;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && !/^(|0|false)$/.test(value);
}
