/**
 * JSON as Dagster's reader needs it: pure ASCII, integers of any size, floats that keep their point, and nothing
 * that Python would refuse. `JSON.stringify` drops and changes values in silence, and writes 1.0 as 1.
 */
import { inspect } from "node:util";
import { DagsterPipesError } from "../error.ts";

/** A number that is a float on the other side, also when it is whole; may be NaN or infinite, as in Python. */
export class Float {
  /** The number. */
  readonly value: number;

  /** Marks a number. */
  constructor(value: number) {
    this.value = value;
  }
}

/** Python's parser recurses; deeper values than this could end it. */
const MAX_DEPTH = 200;
/** Python refuses longer integers (`sys.set_int_max_str_digits`). */
const MAX_DIGITS = 4300;

/**
 * One line of JSON. Properties that are `undefined` are left out; `toJSON` is asked (dates, addresses).
 *
 * @throws {DagsterPipesError} VALUE_INVALID with the path of what is wrong: `metadata.rows[3].price is NaN`.
 */
export function encodeJson(value: unknown, path: string): string {
  return encode(value, path, 0);
}

/** Text in quotes, with everything beyond ASCII escaped and lone surrogates replaced. */
export function encodeText(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function encode(value: unknown, path: string, depth: number): string {
  if (value === null) return "null";
  if (typeof value === "string") return encodeText(value);
  if (typeof value === "boolean") return String(value);
  if (typeof value === "number") return encodeNumber(value, path);
  if (typeof value === "bigint") return encodeBigint(value, path);
  if (typeof value !== "object") {
    throw invalid(path, `is ${typeof value === "symbol" ? "a symbol" : inspect(value)}`);
  }
  if (value instanceof Float) return encodeFloat(value.value);
  if (depth >= MAX_DEPTH) {
    throw invalid(path.slice(0, 200), `lies deeper than ${MAX_DEPTH} levels, or in itself`);
  }
  if ("toJSON" in value && typeof value.toJSON === "function") {
    return encode(value.toJSON(), path, depth + 1);
  }
  return Array.isArray(value) ? encodeArray(value, path, depth) : encodeObject(value, path, depth);
}

function encodeArray(value: readonly unknown[], path: string, depth: number): string {
  return `[${Array.from(value, (item, index) => encode(item, `${path}[${index}]`, depth + 1)).join(",")}]`;
}

function encodeObject(value: object, path: string, depth: number): string {
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value)) {
    const hint = value instanceof Map
      ? "Give Object.fromEntries(map)."
      : value instanceof Set
      ? "Give [...set]."
      : "Give text, or a list of numbers.";
    throw invalid(path, `is a ${value.constructor.name}, which JSON does not have`, hint);
  }
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${
    fields.map(([name, field]) => `${encodeText(name)}:${encode(field, `${path}.${name}`, depth + 1)}`).join(
      ",",
    )
  }}`;
}

function encodeNumber(value: number, path: string): string {
  if (!Number.isFinite(value)) throw invalid(path, `is ${value}`, "Give null, or MetadataValue.float().");
  return String(value);
}

function encodeBigint(value: bigint, path: string): string {
  const digits = String(value);
  if (digits.length > MAX_DIGITS) {
    throw invalid(path, `has more than ${MAX_DIGITS} digits`, "Give it as text.");
  }
  return digits;
}

function encodeFloat(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  const digits = String(value);
  return Number.isInteger(value) && !digits.includes("e") ? `${digits}.0` : digits;
}

function invalid(path: string, what: string, hint?: string): DagsterPipesError {
  return new DagsterPipesError("VALUE_INVALID", `${path} ${what}.`, { hint });
}
