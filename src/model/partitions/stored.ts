/**
 * Sets of partitions as they are stored: by identity (the start of a window, the name of a key), never by
 * position. Keys may be inserted, removed and added again, and a start may move: what was stored stays true.
 */
import { SluiceError } from "../issue.ts";
import { parseCron } from "../time/cron.ts";
import { parseKeyFormat } from "../time/format.ts";
import { openZone } from "../time/zone.ts";
import { dimensionNames } from "./definition.ts";
import type { LeafPartitions, Partitions, TimePartitions } from "./definition.ts";
import { eachRow } from "./sets/rows.ts";
import { countProgression, eachOfProgression, packProgression } from "./sets/progression.ts";
import type { Dimension, LeafSpace, MultiSpace, PartitionSpace, TimeSpace } from "./space.ts";
import { createSubsetBuilder, emptySubset, fullSubset } from "./subset.ts";
import type { Subset, SubsetBuilder } from "./subset.ts";

/** What a partition is known by for good: window start in epoch ms, a name, or one of these per dimension. */
export type PartitionIdentity = number | string | readonly (number | string)[];

/**
 * Windows by their starts, run-length coded: `[first, step, count, step, count, ...]`, where each pair says
 * that `count` further starts follow at distance `step` milliseconds. The cadence (`cron`, `timezone`) and
 * `format` give the keys.
 */
export interface StoredWindows {
  /** Says what this is. */
  readonly kind: "time";
  /** Starts, run-length coded. */
  readonly starts: readonly number[];
  /** The cron expression of the windows. */
  readonly cron: string;
  /** The IANA zone of the keys. */
  readonly timezone: string;
  /** How a value is written. */
  readonly format: string;
}

/** Names in the order of their space. */
export interface StoredNames {
  /** Says what this is. */
  readonly kind: "names";
  /** The names, in the order of their space. */
  readonly names: readonly string[];
}

/** A product of dimensions as runs of the outer dimension that share one inner set. */
export interface StoredCells {
  /** Says what this is. */
  readonly kind: "multi";
  /** Names of the dimensions in code-point order, from the outermost. */
  readonly dimensions: readonly string[];
  /** The runs. */
  readonly runs: readonly StoredRun[];
}

/** The cells of outer coordinates that follow each other and share one inner set. */
export interface StoredRun {
  /** Coordinates on the outermost of the remaining dimensions. */
  readonly outer: StoredLeaf;
  /** Cells of the remaining dimensions: a leaf where one remains, `unit` where none does. */
  readonly inner: StoredSubset;
}

/** A set over one dimension. */
export type StoredLeaf = StoredWindows | StoredNames;

/** The one cell of an asset without partitions. */
export interface StoredUnit {
  /** Says what this is. */
  readonly kind: "unit";
}

/** A set of partitions by identity. */
export type StoredSubset = StoredUnit | StoredLeaf | StoredCells;

/** What of a stored set exists today. */
export interface DecodedSubset {
  readonly subset: Subset;
  /** How many of the stored partitions are not in the space. */
  readonly gone: number;
}

const UNIT: StoredUnit = Object.freeze({ kind: "unit" });
const NO_NAMES: StoredNames = Object.freeze({ kind: "names", names: Object.freeze([]) });

/**
 * Codes a set of a definition's partitions by identity. Its size follows the runs of windows and the number of
 * names; it is plain JSON and never changes its meaning.
 */
export function encodeSubset(
  partitions: Partitions | undefined,
  space: PartitionSpace,
  subset: Subset,
): StoredSubset {
  if (space.kind === "unit" || partitions === undefined) return subset.size > 0 ? UNIT : NO_NAMES;
  if (space.kind !== "multi") return encodeLeaf(partitions as LeafPartitions, space, subset);
  if (partitions.kind !== "multi") throw new TypeError(`A ${partitions.kind} definition has no dimensions.`);
  const axes = dimensionNames(partitions).map((name, level): CodedAxis => ({
    ...space.dimensions[level],
    definition: partitions.dimensions[name],
  }));
  return encodeCells(axes, 0, subset);
}

/** A dimension of a space with what defines it. */
interface CodedAxis extends Dimension {
  readonly definition: LeafPartitions;
}

function encodeLeaf(definition: LeafPartitions, space: LeafSpace, subset: Subset): StoredLeaf {
  if (space.kind === "names") {
    return { kind: "names", names: Array.from(subset.indices(), (index) => space.keyAt(index)) };
  }
  const { cron, timezone, format } = definition as TimePartitions;
  return { kind: "time", starts: packStarts(space, subset), cron, timezone, format };
}

function packStarts(space: TimeSpace, subset: Subset): readonly number[] {
  const indices = subset.indices();
  return packProgression(subset.size, () => space.startAt(indices.next().value as number));
}

function encodeCells(axes: readonly CodedAxis[], level: number, cells: Subset): StoredCells {
  const { definition, space, stride } = axes[level];
  const runs: StoredRun[] = [];
  eachRow(cells, stride, (rows, inner) => {
    runs.push({ outer: encodeLeaf(definition, space, rows), inner: encodeInner(axes, level + 1, inner) });
  });
  return { kind: "multi", dimensions: axes.slice(level).map((axis) => axis.name), runs };
}

function encodeInner(axes: readonly CodedAxis[], level: number, cells: Subset): StoredSubset {
  if (level === axes.length) return UNIT;
  if (level + 1 < axes.length) return encodeCells(axes, level, cells);
  return encodeLeaf(axes[level].definition, axes[level].space, cells);
}

/** Finds the partitions of a stored set that exist in a space. */
export function decodeSubset(stored: StoredSubset, space: PartitionSpace): DecodedSubset {
  const total = countStored(stored);
  const subset = existing(stored, space);
  return { subset, gone: total - subset.size };
}

/** How many partitions a stored set has. */
export function countStored(stored: StoredSubset): number {
  switch (stored.kind) {
    case "unit":
      return 1;
    case "time":
      return countProgression(stored.starts);
    case "names":
      return stored.names.length;
    case "multi":
      return stored.runs.reduce((sum, { outer, inner }) => sum + countStored(outer) * countStored(inner), 0);
  }
}

function existing(stored: StoredSubset, space: PartitionSpace): Subset {
  switch (stored.kind) {
    case "unit":
      return space.kind === "unit" ? fullSubset(1) : emptySubset();
    case "multi":
      return space.kind === "multi" ? existingCells(stored, space) : emptySubset();
    default:
      return space.kind === "multi" || space.kind === "unit" ? emptySubset() : existingLeaf(stored, space);
  }
}

function existingLeaf(stored: StoredLeaf, space: LeafSpace): Subset {
  const builder = createSubsetBuilder();
  if (stored.kind === "names" && space.kind === "names") {
    for (const name of stored.names) addIndex(builder, space.indexOf(name));
  } else if (stored.kind === "time" && space.kind === "time") {
    addWindows(builder, stored, space);
  }
  return builder.build();
}

function addIndex(builder: SubsetBuilder, index: number): void {
  if (index >= 0) builder.add(index);
}

/** Looks for each start first where the one before was found: windows mostly follow each other. */
function addWindows(builder: SubsetBuilder, { starts }: StoredWindows, space: TimeSpace): void {
  let expected = 0;
  eachOfProgression(starts, (start) => {
    const isNext = expected < space.size && space.startAt(expected) === start;
    const index = isNext ? expected : space.indexAt(start);
    addIndex(builder, index);
    if (index >= 0) expected = index + 1;
  });
}

function existingCells(stored: StoredCells, space: MultiSpace): Subset {
  const names = space.dimensions.map((dimension) => dimension.name);
  const isSame = names.length === stored.dimensions.length &&
    names.every((name, level) => name === stored.dimensions[level]);
  if (!isSame) return emptySubset();
  const builder = createSubsetBuilder();
  addCells(builder, stored, space.dimensions, 0, 0);
  return builder.build();
}

function addCells(
  builder: SubsetBuilder,
  stored: StoredCells,
  axes: readonly Dimension[],
  level: number,
  base: number,
): void {
  const { space, stride } = axes[level];
  for (const { outer, inner } of stored.runs) {
    const rows = existingLeaf(outer, space);
    if (inner.kind === "multi") {
      for (const row of rows.indices()) addCells(builder, inner, axes, level + 1, base + row * stride);
      continue;
    }
    const cells = inner.kind === "unit" ? fullSubset(1) : existingLeaf(inner, axes[level + 1].space);
    for (const row of rows.indices()) {
      const start = base + row * stride;
      cells.eachRange((first, end) => builder.addRange(start + first, start + end));
    }
  }
}

/**
 * Reads a stored set from JSON.
 *
 * @throws {SluiceError} PARTITIONS_INVALID when it is none, with the place; CRON_INVALID or TIMEZONE_UNKNOWN when
 * its windows have no keys here.
 */
export function parseStoredSubset(json: unknown): StoredSubset {
  return parseSubset(json, ["partitions"]);
}

/** No stored set has more windows than a definition can have. */
const MAX_WINDOWS = 2 ** 25;

function parseSubset(json: unknown, path: readonly string[]): StoredSubset {
  const { kind } = fields(json, path);
  if (kind === "unit") return UNIT;
  return kind === "multi" ? parseCells(json, path) : parseLeaf(json, path);
}

function parseLeaf(json: unknown, path: readonly string[]): StoredLeaf {
  const { kind, names, starts, cron, timezone, format } = fields(json, path);
  if (kind === "names") return { kind, names: parseTexts(names, [...path, "names"]) };
  if (kind !== "time") throw invalidStored('its kind is not "unit", "time", "names" or "multi"', path);
  for (const [name, value] of Object.entries({ cron, timezone, format })) {
    if (typeof value !== "string") throw invalidStored(`${name} is no text`, [...path, name]);
  }
  parseCron(cron as string);
  openZone(timezone as string);
  parseKeyFormat(format as string);
  return {
    kind,
    starts: parseStarts(starts, [...path, "starts"]),
    cron: cron as string,
    timezone: timezone as string,
    format: format as string,
  };
}

function parseStarts(json: unknown, path: readonly string[]): readonly number[] {
  const isList = Array.isArray(json) && json.every((value) => Number.isSafeInteger(value));
  if (!isList || (json.length > 0 && json.length % 2 === 0)) {
    throw invalidStored("it is no list of a start and pairs of step and count", path);
  }
  if (json.slice(1).some((value) => value < 1)) throw invalidStored("a step or count is less than 1", path);
  if (countProgression(json) > MAX_WINDOWS) {
    throw invalidStored(`there are more than ${MAX_WINDOWS} windows`, path);
  }
  return json;
}

function parseTexts(json: unknown, path: readonly string[]): readonly string[] {
  if (Array.isArray(json) && json.every((value) => typeof value === "string")) return json;
  throw invalidStored("it is no list of texts", path);
}

function parseCells(json: unknown, path: readonly string[]): StoredCells {
  const { dimensions, runs } = fields(json, path);
  const names = parseTexts(dimensions, [...path, "dimensions"]);
  if (names.length === 0) throw invalidStored("it is empty", [...path, "dimensions"]);
  if (!Array.isArray(runs)) throw invalidStored("it is no list", [...path, "runs"]);
  return {
    kind: "multi",
    dimensions: names,
    runs: runs.map((run, index) => parseRun(run, names, [...path, "runs", String(index)])),
  };
}

function parseRun(json: unknown, dimensions: readonly string[], path: readonly string[]): StoredRun {
  const { outer, inner } = fields(json, path);
  const parsed = parseSubset(inner, [...path, "inner"]);
  if (remainingDimensions(parsed) !== dimensions.length - 1) {
    throw invalidStored(`it does not have ${dimensions.length - 1} dimensions`, [...path, "inner"]);
  }
  return { outer: parseLeaf(outer, [...path, "outer"]), inner: parsed };
}

function remainingDimensions(stored: StoredSubset): number {
  if (stored.kind === "multi") return stored.dimensions.length;
  return stored.kind === "unit" ? 0 : 1;
}

function fields(json: unknown, path: readonly string[]): { readonly [name: string]: unknown } {
  if (typeof json === "object" && json !== null) return json as { readonly [name: string]: unknown };
  throw invalidStored(`it is ${json === null ? "null" : `a ${typeof json}`}`, path);
}

function invalidStored(because: string, path: readonly string[]): SluiceError {
  return new SluiceError({
    code: "PARTITIONS_INVALID",
    message: `This is no stored set of partitions: at ${path.join(".")}, ${because}.`,
    path,
  });
}
