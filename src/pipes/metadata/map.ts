/** The metadata of a report: names and values, some of a chosen type and some plain. */
import { DagsterPipesError } from "../error.ts";
import { Float } from "../wire/json.ts";
import { isRecord } from "../wire/params.ts";
import { type Json, MetadataValue } from "./value.ts";

/**
 * A plain value, and what Dagster makes of it: text of a string, `int` of a whole number or a bigint, `float` of
 * another number, `bool`, `null`, and `json` of a list or an object. A `Date` becomes a `timestamp` and a `URL` a `url`.
 */
export type RawMetadata = Json | URL;

/** Metadata by name. */
export type Metadata = Readonly<Record<string, RawMetadata | MetadataValue>>;

/** What each type becomes on the wire. */
interface WireValue {
  readonly type: string;
  readonly raw_value: unknown;
}

/**
 * Metadata as it travels; null when there is none.
 *
 * @throws {DagsterPipesError} VALUE_INVALID when a value is of no type that Dagster knows.
 */
export function formatMetadata(metadata: Metadata | undefined): Readonly<Record<string, WireValue>> | null {
  if (metadata === undefined || metadata === null) return null;
  if (!isRecord(metadata) || metadata instanceof Map) {
    throw new DagsterPipesError("VALUE_INVALID", "Metadata is an object with names and values.", {
      hint: "Give Object.fromEntries(map) for a map.",
    });
  }
  const entries = Object.entries(metadata)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, formatValue(value)]);
  return entries.length === 0 ? null : Object.fromEntries(entries);
}

function formatValue(value: unknown): WireValue {
  if (value instanceof MetadataValue) return { type: value.type, raw_value: value.rawValue };
  if (value instanceof Date) return formatValue(MetadataValue.timestamp(value));
  if (value instanceof URL) return formatValue(MetadataValue.url(value));
  // A number with a fraction keeps it, and 1e21 is no integer; NaN has no other way to be told.
  const isFloat = typeof value === "number" && !Number.isSafeInteger(value);
  return { type: "__infer__", raw_value: isFloat ? new Float(value) : value };
}
