/** JSON: one value to a file. */
import type { Format, Put } from "./format.ts";
import { JsonWriter } from "./json_writer.ts";
import { parseJson } from "./parse.ts";
import { decodeText, readSlices } from "./slices.ts";

/** Arrays with more elements are written in pieces, so that they do not hold the event loop. */
const MANY = 256;
/** The number of elements in the first piece; the next ones follow from the length of the one before. */
const FIRST_PIECE = 64;
/** About how many characters a piece has. */
const PIECE = 1 << 16;
/** Files with fewer bytes are parsed at once. */
const SMALL = 1 << 18;

/**
 * Any JSON value. A long array has a line break after some of its elements, where it can be read in slices; a file
 * that was written by others can be of any shape.
 */
export const json: Format = Object.freeze({ name: "json", extension: "json", write, read });

async function write(value: unknown, put: Put): Promise<boolean> {
  const writer = new JsonWriter();
  if (Array.isArray(value) && value.length > MANY) await writeArray(value, writer, put);
  else await put(`${writer.text(value, "$")}\n`);
  return writer.isExact;
}

async function writeArray(values: readonly unknown[], writer: JsonWriter, put: Put): Promise<void> {
  if (Object.getPrototypeOf(values) !== Array.prototype) writer.isExact = false;
  let count = FIRST_PIECE;
  for (let start = 0; start < values.length;) {
    const text = pieceText(values.slice(start, start + count), start, writer);
    const isLast = start + count >= values.length;
    await put(`${start === 0 ? "[" : ""}${text.slice(1, -1)}${isLast ? "]" : ","}\n`);
    start += count;
    count = Math.max(1, Math.floor(count * PIECE / text.length));
  }
}

/** The text of some elements; a fault is named by its place in the whole array. */
function pieceText(piece: readonly unknown[], start: number, writer: JsonWriter): string {
  try {
    return writer.text(piece, "$");
  } catch (error) {
    for (const [index, element] of piece.entries()) writer.text(element, "$", start + index);
    throw error;
  }
}

async function read(bytes: Uint8Array): Promise<unknown> {
  const values = bytes.length > SMALL && bytes[0] === 0x5b ? await readArray(bytes) : undefined;
  return values ?? parseJson(decodeText(bytes), "it");
}

/**
 * Reads an array slice by slice; undefined when the file is not cut where elements end. Each slice between
 * brackets must be an array of its own, so all of them together are the array that the file holds.
 */
async function readArray(bytes: Uint8Array): Promise<unknown[] | undefined> {
  const values: unknown[] = [];
  let end = 0;
  for await (const slice of readSlices(bytes)) {
    end += slice.length;
    const text = decodeText(slice).trimEnd();
    const isLast = end === bytes.length;
    if (!text.endsWith(isLast ? "]" : ",")) return undefined;
    const elements = parseElements(`${values.length === 0 ? "" : "["}${text.slice(0, -1)}]`);
    if (!elements || elements.length === 0) return undefined;
    for (const element of elements) values.push(element);
  }
  return values;
}

function parseElements(text: string): unknown[] | undefined {
  try {
    const elements: unknown = JSON.parse(text);
    return Array.isArray(elements) ? elements : undefined;
  } catch {
    return undefined;
  }
}
