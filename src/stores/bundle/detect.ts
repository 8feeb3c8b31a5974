/** Telling run bundles from other files. */
import { closeSync, openSync, readSync } from "node:fs";
import { BEGINNING } from "./format.ts";

/** Whether a file begins as a run bundle does; one that cannot be read does not. */
export function isBundle(path: string): boolean {
  const bytes = new Uint8Array(BEGINNING.length);
  try {
    const file = openSync(path, "r");
    try {
      const count = readSync(file, bytes);
      return new TextDecoder().decode(bytes.subarray(0, count)) === BEGINNING;
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}
