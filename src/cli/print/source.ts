/** Source files, read for the lines around an error. */
import { readFileSync } from "node:fs";

/** A longer file is no source that anybody wrote. */
const LONGEST = 5_000_000;

/** The text of a source file; undefined when it cannot be read. */
export function readSource(file: string): string | undefined {
  try {
    const text = readFileSync(file, "utf8");
    return text.length > LONGEST ? undefined : text;
  } catch {
    return undefined;
  }
}
