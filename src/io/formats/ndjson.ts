/** NDJSON: rows, one JSON value to a line. */
import { describeValue, type Format, type Put, ValueFault } from "./format.ts";
import { JsonWriter } from "./json_writer.ts";
import { parseJson } from "./parse.ts";
import { decodeText, readSlices } from "./slices.ts";

/** An array or an (async) iterable of JSON values in, an array out. */
export const ndjson: Format = Object.freeze({ name: "ndjson", extension: "ndjson", write, read });

type Rows = Iterable<unknown> | AsyncIterable<unknown>;

async function write(value: unknown, put: Put): Promise<boolean> {
  const writer = new JsonWriter();
  if (!isRows(value)) throw notRows(value);
  let index = 0;
  if (Symbol.asyncIterator in value) {
    for await (const row of value) await put(`${writer.text(row, "$", index++)}\n`);
  } else {
    for (const row of value) {
      const full = put(`${writer.text(row, "$", index++)}\n`);
      if (full) await full;
    }
  }
  return writer.isExact && Object.getPrototypeOf(value) === Array.prototype;
}

function isRows(value: unknown): value is Rows {
  if (typeof value !== "object" || value === null) return false;
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value)) return false;
  return Symbol.iterator in value || Symbol.asyncIterator in value;
}

function notRows(value: unknown): ValueFault {
  const hint = value instanceof Map || value instanceof Set
    ? "Use an array: [...value]."
    : "Return an array or an (async) iterable of rows, or keep the asset as json.";
  return new ValueFault(`$ is ${describeValue(value)} and not rows`, hint);
}

async function read(bytes: Uint8Array): Promise<unknown[]> {
  const rows: unknown[] = [];
  let line = 0;
  for await (const slice of readSlices(bytes)) {
    const text = decodeText(slice);
    for (let start = 0; start < text.length;) {
      const newline = text.indexOf("\n", start);
      const end = newline < 0 ? text.length : newline;
      line++;
      const row = text.slice(start, end);
      if (row.trim() !== "") rows.push(parseJson(row, `its line ${line}`));
      start = end + 1;
    }
  }
  return rows;
}
