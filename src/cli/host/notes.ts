/** Notes: lines for people on stderr, and under them one line that changes. */
import type { Output } from "./host.ts";
import type { Page } from "../print/page.ts";
import { cut } from "../print/width.ts";

/** Takes lines for people. */
export interface Notes {
  readonly page: Page;
  /** Whether a line can be redrawn: a person watches. */
  readonly isLive: boolean;
  /** Whether only alerts are shown. */
  readonly isQuiet: boolean;
  /** Writes lines that `--quiet` leaves out. */
  note(...lines: readonly string[]): void;
  /** Writes lines that are always shown. */
  alert(...lines: readonly string[]): void;
  /** Writes what somebody else printed, as it is. */
  pass(text: string): void;
  /** Shows a line that the next one replaces; undefined takes it away. Nothing happens unless `isLive`. */
  status(line: string | undefined): void;
  /** Resolves when all that was written has left. */
  flush(): Promise<void>;
}

/** How notes are kept. */
export interface NotesOptions {
  readonly output: Output;
  readonly page: Page;
  readonly isQuiet: boolean;
  readonly isLive: boolean;
}

const CLEAR_LINE = "\r\u001b[2K";

/** Opens notes over a stream. */
export function openNotes(options: NotesOptions): Notes {
  const { output, page, isQuiet } = options;
  const isLive = options.isLive && !isQuiet;
  let current: string | undefined;
  let last = Promise.resolve();
  const send = (text: string): void => {
    last = output.write(text);
  };
  const write = (text: string): void => {
    if (text === "") return;
    const isOpen = !text.endsWith("\n");
    const below = current === undefined ? "" : `${isOpen ? "\n" : ""}${current}`;
    send(`${current === undefined ? "" : CLEAR_LINE}${text}${below}`);
  };
  const writeLines = (lines: readonly string[]): void => write(lines.map((line) => `${line}\n`).join(""));
  return {
    page,
    isLive,
    isQuiet,
    note: (...lines) => isQuiet ? undefined : writeLines(lines),
    alert: (...lines) => writeLines(lines),
    pass: write,
    status(line) {
      if (!isLive || line === current) return;
      const shown = line === undefined ? "" : cut(line, page.width - 1, page.glyphs.ellipsis);
      send(`${current === undefined ? "" : CLEAR_LINE}${shown}`);
      current = line === undefined ? undefined : shown;
    },
    flush: () => last,
  };
}
