/** Values of the user as JSON that every target can hold; what JSON would drop or change in silence is refused. */
import { SluiceError } from "../issue.ts";
import type { Json, JsonRecord } from "./snapshot.ts";

/** Deeper values are a mistake of a program that builds them, or refer to themselves. */
const MAX_DEPTH = 200;

/**
 * A copy of a record as JSON. Dates and other values with `toJSON` are written as they say; fields that are undefined
 * are left out.
 *
 * @throws {SluiceError} DEFINITION_INVALID, by place, for functions, symbols, numbers that are not finite, integers
 * too large to be exact, texts with half a character in them, and values within themselves.
 */
export function plainRecord(value: object, path: readonly string[]): JsonRecord {
  return plain(value, path, 0) as JsonRecord;
}

function plain(value: unknown, path: readonly string[], depth: number): Json {
  if (depth > MAX_DEPTH) throw refused(path, `is more than ${MAX_DEPTH} levels deep`);
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string") return text(value, path);
  if (typeof value === "number") {
    if (Number.isFinite(value)) return Object.is(value, -0) ? 0 : value;
    throw refused(path, `is ${value}, which JSON cannot hold`);
  }
  if (typeof value !== "object") throw refused(path, `is a ${typeof value}, which JSON cannot hold`);
  const { toJSON } = value as { readonly toJSON?: unknown };
  if (typeof toJSON === "function") return plain(toJSON.call(value, path.at(-1) ?? ""), path, depth + 1);
  if (Array.isArray(value)) {
    return Array.from(value, (item, index) => plain(item, [...path, String(index)], depth + 1));
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) {
    throw refused(
      path,
      `is of a class, ${value.constructor?.name || "without a name"}, which JSON would lose`,
    );
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(
    entries.map(([name, item]) => [text(name, path), plain(item, [...path, name], depth + 1)]),
  );
}

function text(value: string, path: readonly string[]): string {
  if (value.isWellFormed()) return value;
  throw refused(path, "holds half a character (a lone surrogate), which no file can hold");
}

function refused(path: readonly string[], problem: string): SluiceError {
  return new SluiceError({
    code: "DEFINITION_INVALID",
    message: `${path.join(".")} ${problem}.`,
    path,
    hint: "A snapshot carries definitions to other programs: give plain JSON values here.",
  });
}
