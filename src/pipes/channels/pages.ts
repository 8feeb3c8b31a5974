/**
 * Laying lines into a file so that a reader which follows it sees no half of one.
 *
 * Dagster reads whatever is there and takes the end of the file for the end of a line, so a line of which it sees
 * half ends its reader, and all later messages are lost in silence. The system shows a write page by page. A line
 * that lies in one page is therefore seen whole or not at all; the rest of a page that cannot take the next line is
 * filled with a message that does nothing. A line that is longer than a page cannot be shown at once: such a line is
 * preceded, in the same write, by a run-up of empty messages, so that a reader which wakes up in the middle of the
 * write has those to work through while the rest arrives.
 */
import { NOTHING } from "../wire/message.ts";

/** The smallest page of any system in use; pages of larger ones are multiples of it. */
export const PAGE = 4096;
/** The smallest filler. A page never ends with less room than this, unless it is full. */
const LEAST = NOTHING.length + 1;
/** The shortest run-up in pages: reading it takes about as long as a busy system lets a process run on. */
const LEAST_RUN_UP = 16;

/** What to append to a file that is `size` bytes long, so that `line` (ASCII, no newline) can be read safely. */
export function layOut(size: number, line: string): string {
  const used = size % PAGE;
  const length = line.length + 1;
  if (used + length <= PAGE) return endLine(line, used);
  const filler = used > 0 && PAGE - used >= LEAST ? fill(PAGE - used) : "";
  const start = filler === "" ? used : 0;
  return filler + (length > PAGE ? runUp(length) : "") + endLine(line, start);
}

/** The line with its newline, lengthened when the rest of its last page could take no filler. */
function endLine(line: string, start: number): string {
  const rest = -(start + line.length + 1) & (PAGE - 1);
  return rest < LEAST ? `${line}${" ".repeat(rest)}\n` : `${line}\n`;
}

/** One message that does nothing, of exactly so many bytes. */
function fill(bytes: number): string {
  return `${NOTHING.padEnd(bytes - 1)}\n`;
}

/**
 * Whole pages of messages that do nothing, as many to a page as fit, and as long as the line. To read them takes tens
 * of times as long as to write both, which leaves room for a writer that is made to wait in the middle.
 */
function runUp(length: number): string {
  const inPage = Math.floor(PAGE / LEAST);
  const page = `${NOTHING}\n`.repeat(inPage - 1) + fill(PAGE - (inPage - 1) * LEAST);
  return page.repeat(Math.max(LEAST_RUN_UP, Math.ceil(length / PAGE)));
}
