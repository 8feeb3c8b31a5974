/** Writes with a format into memory and reads back. */
import type { Format } from "../../../src/io/formats/format.ts";

/** What a format wrote. */
export interface Written {
  readonly text: string;
  readonly pieces: readonly (string | Uint8Array)[];
  readonly isExact: boolean;
}

/** Writes a value; each 1,000th piece makes the format wait, as a disk does. */
export async function write(format: Format, value: unknown): Promise<Written> {
  const pieces: (string | Uint8Array)[] = [];
  const isExact = await format.write(value, (piece) => {
    pieces.push(piece);
    return pieces.length % 1_000 === 1 ? new Promise((resolve) => setTimeout(resolve, 0)) : undefined;
  });
  return { text: pieces.map((piece) => piece.toString()).join(""), pieces, isExact };
}

/** Reads text that stands in a file. */
export async function readBack(format: Format, text: string): Promise<unknown> {
  return await format.read(new TextEncoder().encode(text));
}
