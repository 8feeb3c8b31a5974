/** Large files are read in slices, so that the event loop is not held. */
import { setImmediate } from "node:timers/promises";
import { ValueFault } from "./format.ts";

/** The size of a slice: about a millisecond of parsing. */
const SLICE = 1 << 17;
const NEWLINE = 10;

/** Gives the bytes in slices that end with a line (the last one with the file), and lets others run in between. */
export async function* readSlices(bytes: Uint8Array): AsyncIterableIterator<Uint8Array> {
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, start + SLICE);
    const end = newline < 0 ? bytes.length : newline + 1;
    yield bytes.subarray(start, end);
    start = end;
    if (start < bytes.length) await setImmediate();
  }
}

/** Reads UTF-8; a byte order mark at the start is dropped unless it is asked for. */
export function decodeText(bytes: Uint8Array, keepsMark: boolean = false): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: keepsMark }).decode(bytes);
  } catch (error) {
    throw new ValueFault("it is not text in UTF-8", undefined, error);
  }
}
