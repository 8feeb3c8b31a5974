/** What definitions and mappings are given, held to its shape where types do not: in JavaScript. */
import { type IssueCode, SluiceError } from "../issue.ts";
import { nameType } from "../quote.ts";

/** Refuses what is no record of options. */
export function requireOptions(options: unknown, call: string, example: string): void {
  if (isRecord(options)) return;
  throw misfit("PARTITIONS_INVALID", `${call}() takes a record of options, not`, options, [], example);
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

/** Refuses what is no table of a mapping. */
export function requireTable(table: unknown, call: string, example: string): void {
  if (isRecord(table)) return;
  throw misfit("MAPPING_INVALID", `${call}() takes a record, not`, table, ["mapping"], example);
}

/** Refuses a custom mapping that does not know both directions. */
export function requireDirections(options: unknown): void {
  requireTable(options, "customMapping", "customMapping({ name, upstream, downstream })");
  for (const field of ["upstream", "downstream"]) {
    const given = (options as { readonly [field: string]: unknown })[field];
    if (typeof given === "function") continue;
    const needs = `A custom mapping needs a function as ${field}, not`;
    throw misfit("MAPPING_INVALID", needs, given, ["mapping", field], `{ ${field}: (key) => [key] }`);
  }
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function misfit(
  code: IssueCode,
  needs: string,
  value: unknown,
  path: readonly string[],
  example: string,
): SluiceError {
  const given = Array.isArray(value) ? "a list" : nameType(value);
  return new SluiceError({ code, message: `${needs} ${given}.`, path, hint: `Write ${example}.` });
}
