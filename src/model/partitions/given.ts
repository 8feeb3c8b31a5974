/** What partitions and mappings are given, held to its shape where types do not: in JavaScript. */
import { SluiceError } from "../issue.ts";
import {
  ANYTHING,
  FLAG,
  FUNCTION,
  isRecord,
  isTextList,
  LIST,
  nameGiven,
  NUMBER,
  requireOptions,
  type Shape,
  type Shapes,
  TEXT,
} from "../validate/options.ts";
import type { WindowOptions } from "../time/declare.ts";

/** What the readers of texts, zones and numbers look at by themselves is anything here. */
const WINDOWS: Shapes<WindowOptions> = Object.freeze({
  start: ANYTHING,
  end: ANYTHING,
  timezone: ANYTHING,
  endOffset: ANYTHING,
  exclusions: LIST,
  keyFormat: TEXT,
});
const TIME_WINDOW = Object.freeze({
  startOffset: NUMBER,
  endOffset: NUMBER,
  allowNonexistent: FLAG,
});
const MAPPING: Shape = {
  is: "a mapping",
  fits: (value) => isRecord(value) && typeof value.kind === "string",
};
const DIMENSION = Object.freeze({ dimension: TEXT, mapping: MAPPING });
const CUSTOM = Object.freeze({
  name: TEXT,
  upstream: FUNCTION,
  downstream: FUNCTION,
});

/** Refuses options of windows that are none; `more` are those that this kind of windows has besides. */
export function requireWindowOptions(options: unknown, call: string, more: readonly string[]): void {
  const example = more.includes("cron")
    ? `${call}({ cron: "0 6 * * *", start: "2026-01-01" })`
    : `${call}({ start: "2026-01-01" })`;
  const shapes = { ...WINDOWS, ...Object.fromEntries(more.map((name) => [name, ANYTHING])) };
  requireOptions(options, shapes, { what: `${call}()`, code: "PARTITIONS_INVALID", example });
}

/** Refuses what is no list of keys. */
export function requireKeyList(keys: unknown): void {
  if (Array.isArray(keys)) return;
  const needs = "Static partitions take a list of keys, not";
  throw misfit("PARTITIONS_INVALID", needs, keys, ["keys"], 'staticPartitions(["a", "b"])');
}

/** Refuses what is no record of dimensions by name. */
export function requireDimensions(dimensions: unknown): void {
  if (isRecord(dimensions)) return;
  const needs = "Partitions of several dimensions take a record of definitions by name, not";
  throw misfit("PARTITIONS_INVALID", needs, dimensions, ["dimensions"], "multiPartitions({ day: days })");
}

/** Refuses what is neither a key nor a list of keys. */
export function requireKeys(keys: unknown): void {
  if (typeof keys === "string" || isTextList(keys)) return;
  const needs = "A specific mapping takes a key or a list of keys, not";
  throw misfit("MAPPING_INVALID", needs, keys, ["mapping"], 'specificMapping(["us", "eu"])');
}

/** Refuses what is no table from keys to keys. */
export function requireKeyTable(table: unknown): void {
  const example = 'staticMapping({ us: "america", de: ["europe", "eu"] })';
  requireTable(table, "staticMapping", example);
  for (const [key, keys] of Object.entries(table as object)) {
    if (typeof keys === "string" || isTextList(keys)) continue;
    const needs = "staticMapping() takes a key or a list of keys for each key, not";
    throw misfit("MAPPING_INVALID", needs, keys, ["mapping", key], example);
  }
}

/** Refuses options of a mapping between windows that are none. */
export function requireTimeWindow(options: unknown): void {
  requireOptions(
    options,
    TIME_WINDOW,
    mapping("timeWindowMapping()", [], "timeWindowMapping({ startOffset: -1 })"),
  );
}

/** Refuses what is no name of a dimension. */
export function requireDimension(dimension: unknown): void {
  if (dimension === undefined || typeof dimension === "string") return;
  const needs = "multiToSingleMapping() takes the name of a dimension, not";
  throw misfit("MAPPING_INVALID", needs, dimension, ["mapping"], 'multiToSingleMapping("date")');
}

/** Refuses what is no table of dimensions. */
export function requireDimensionTable(table: unknown): void {
  const example = 'multiMapping({ day: { dimension: "day" } })';
  requireTable(table, "multiMapping", example);
  for (const [name, options] of Object.entries(table as { readonly [name: string]: unknown })) {
    const of = mapping(`The dimension ${name} of multiMapping()`, [name], example);
    requireOptions(options, DIMENSION, { ...of, needed: ["dimension"] });
  }
}

/** Refuses a custom mapping that does not know both directions. */
export function requireDirections(options: unknown): void {
  const example = "customMapping({ name, upstream, downstream })";
  const of = mapping("customMapping()", [], example);
  requireOptions(options, CUSTOM, { ...of, needed: ["upstream", "downstream"] });
}

function mapping(what: string, path: readonly string[], example: string) {
  return { what, code: "MAPPING_INVALID", path: ["mapping", ...path], example } as const;
}

function requireTable(table: unknown, call: string, example: string): void {
  if (isRecord(table)) return;
  throw misfit("MAPPING_INVALID", `${call}() takes a record, not`, table, ["mapping"], example);
}

function misfit(
  code: "PARTITIONS_INVALID" | "MAPPING_INVALID",
  needs: string,
  value: unknown,
  path: readonly string[],
  example: string,
): SluiceError {
  return new SluiceError({ code, message: `${needs} ${nameGiven(value)}.`, path, hint: `Write ${example}.` });
}
