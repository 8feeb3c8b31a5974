/** Looking for a secret in whatever spelling, by other means than those that hide it. */
import { Buffer } from "node:buffer";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A value with which every spelling differs from every other, and what is left of it in each: some characters from its
 * middle.
 */
export const CANARY = 'C4n@ryBird "w0rd"/+\u00e9~%end';

/** Pieces that no text may hold, by what spells the canary so. */
export const needles: ReadonlyMap<string, string> = new Map([
  ["as it is", "n@ryBir"],
  ["its quotes", '"w0rd"/'],
  ["its end", "w0rd"],
  ["JSON", 'd \\"w0rd'],
  ["an address", "n%40ryBir"],
  ["an address in small letters", "w0rd%22%2f"],
  ["a form", "Bird+%22w0rd"],
  ["ASCII", "+\\u00e9~"],
  ["hex", Buffer.from("n@ryBir").toString("hex")],
  ...[0, 1, 2].map((before): [string, string] => [
    `base64 after ${before}`,
    Buffer.from("x".repeat(before) + CANARY).toString("base64").slice(4, 16),
  ]),
]);

/** Which needles are in a text. */
export function findNeedles(text: string): readonly string[] {
  return [...needles].filter(([, needle]) => text.includes(needle)).map(([name]) => name);
}

/** Which needles are in the files of a folder and of those below it, with the names of the files. */
export function findInFiles(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile()
  );
  return files.flatMap(({ parentPath, name }) => {
    const bytes = readFileSync(join(parentPath, name));
    const found = new Set([...findNeedles(bytes.toString("utf8")), ...findNeedles(bytes.toString("latin1"))]);
    return [...found].map((needle) => `${name}: ${needle}`);
  });
}
