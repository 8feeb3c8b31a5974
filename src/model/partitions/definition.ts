/**
 * Partition definitions: what a user declares about the slices of an asset. Plain frozen data; the keys that
 * exist at an instant are found by a space (see `space.ts`).
 */
import { quote, show } from "../quote.ts";
import { declareWindows, type WindowOptions } from "../time/declare.ts";
import {
  checkDimensionText,
  checkDistinctKeys,
  checkFormatText,
  checkKeyText,
  checkPartitionName,
  compareCodePoints,
  invalid,
} from "./key_text.ts";
import { requireDimensions, requireKeyList, requireWindowOptions } from "./given.ts";

/** One slice per window of time between the ticks of a cron expression. */
export interface TimePartitions<out Unit extends string = string> {
  /** Says what this is. */
  readonly kind: "time";
  /** The literal name of the cadence (`"hour"`, `"day"`, `"day+6h"`, a cron text): what types compare. */
  readonly unit: Unit;
  /** Five-field cron expression whose ticks start the windows. */
  readonly cron: string;
  /** IANA zone in which the cron expression and the keys are read. */
  readonly timezone: string;
  /** Instant from which windows are counted; the first window starts at the first tick at or after it. */
  readonly startMs: number;
  /** Exclusive end: the last window ends at or before it. Windows grow with the clock when absent. */
  readonly endMs: number | undefined;
  /** Windows added after the last complete one (positive) or left out before it (negative). */
  readonly endOffset: number;
  /** Windows left out: those that start at a tick of one of these cron texts or at one of these instants. */
  readonly exclusions: readonly (string | number)[];
  /** strftime text of a key, applied to the start of its window. */
  readonly format: string;
}

/** A fixed list of names, in definition order. */
export interface StaticPartitions<out Key extends string = string> {
  /** Says what this is. */
  readonly kind: "static";
  /** The keys, in order. */
  readonly keys: readonly Key[];
}

/** Names that are added and removed at run time and kept in the run store. */
export interface DynamicPartitions<out Name extends string = string> {
  /** Says what this is. */
  readonly kind: "dynamic";
  /** Its name. */
  readonly name: Name;
}

/** The dimensions of a multi-dimensional definition, by name. */
export type Dimensions = { readonly [name: string]: LeafPartitions };

/** The product of any number of one-dimensional definitions. */
export interface MultiPartitions<out Dims extends Dimensions = Dimensions> {
  /** Says what this is. */
  readonly kind: "multi";
  /** Dimensions by name. Their order in keys and indices is the code-point order of their names. */
  readonly dimensions: Dims;
}

/** A definition with one dimension. */
export type LeafPartitions = TimePartitions | StaticPartitions | DynamicPartitions;

/** Any partition definition. */
export type Partitions = LeafPartitions | MultiPartitions;

/** Options of {@linkcode timePartitions}. */
export interface TimeOptions<Cron extends string> extends WindowOptions {
  /** Five-field cron expression whose ticks start the windows. */
  readonly cron: Cron;
}

/** Options of {@linkcode hourlyPartitions}. */
export interface HourlyOptions<Minute extends number> extends WindowOptions {
  /** Minute at which windows start, 0 to 59. Default 0. */
  readonly minuteOffset?: Minute;
}

/** Options of {@linkcode dailyPartitions}. */
export interface DailyOptions<Hour extends number, Minute extends number> extends HourlyOptions<Minute> {
  /** Hour at which windows start, 0 to 23. Default 0. */
  readonly hourOffset?: Hour;
}

/** Options of {@linkcode weeklyPartitions} and {@linkcode monthlyPartitions}. */
export interface CalendarOptions<Day extends number, Hour extends number, Minute extends number>
  extends DailyOptions<Hour, Minute> {
  /** Weekday on which weeks start, 0 (Sunday, the default) to 6; day on which months start, 1 (the default) to 31. */
  readonly dayOffset?: Day;
}

/** An offset as part of a unit; nothing when it is the default. */
export type Part<Offset extends number, Default extends number, Letter extends string> = Offset extends
  Default ? ""
  : `${Offset}${Letter}`;

/** The unit of a definition with offsets: `"day"`, `"day+6h"`; any text when an offset is not known statically. */
export type Unit<
  Base extends string,
  Minute extends number,
  Hour extends number = 0,
  Day extends number = 0,
  FirstDay extends number = 0,
> = number extends Minute | Hour | Day ? string
  : `${Part<Day, FirstDay, "d">}${Part<Hour, 0, "h">}${Part<Minute, 0, "m">}` extends
    infer Offset extends string ? Offset extends "" ? Base : `${Base}+${Offset}`
  : never;

/**
 * Slices by a fixed list of names, in this order. Names may hold anything but `|`, `...`, control characters and halves
 * of surrogate pairs, and no two may differ only by their Unicode form.
 *
 * @throws {SluiceError} PARTITIONS_INVALID for a name that is empty, not allowed or given twice.
 * @example
 * ```ts
 * import { staticPartitions } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const regions = staticPartitions(["eu", "us", "asia"]);
 * assert.deepEqual(regions.keys, ["eu", "us", "asia"]);
 * assert.throws(() => staticPartitions(["eu", "eu"]), /PARTITIONS_INVALID/);
 * ```
 */
export function staticPartitions<const Key extends string>(keys: readonly Key[]): StaticPartitions<Key> {
  requireKeyList(keys);
  Array.from<Key>(keys).forEach((key, index) => checkKeyText(key, ["keys", String(index)]));
  checkDistinctKeys(keys, ["keys"]);
  return Object.freeze({ kind: "static", keys: Object.freeze([...keys]) });
}

/**
 * Slices by names that are added and removed at run time. Definitions with one name share one list, which is kept in
 * the run store. They follow the rules of static keys, and in a dimension those of dimensions.
 *
 * @throws {SluiceError} PARTITIONS_INVALID for an empty name.
 * @example
 * ```ts
 * import { dynamicPartitions } from "sluice";
 * import assert from "node:assert/strict";
 *
 * assert.equal(dynamicPartitions("customers").name, "customers");
 * ```
 */
export function dynamicPartitions<const Name extends string>(name: Name): DynamicPartitions<Name> {
  checkPartitionName(name, "dynamic partitions", ["name"]);
  return Object.freeze({ kind: "dynamic", name });
}

/**
 * The product of any number of one-dimensional definitions. A key is the keys of the dimensions joined by `|`, in
 * code-point order of the names of the dimensions.
 *
 * @throws {SluiceError} PARTITIONS_INVALID without dimensions, for a dimension that is itself a product, and for
 * static keys and key formats that hold one of `[ ] ,`.
 * @example
 * ```ts
 * import { dailyPartitions, multiPartitions, staticPartitions } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const cells = multiPartitions({
 *   region: staticPartitions(["eu", "us"]),
 *   date: dailyPartitions({ start: "2026-01-01" }),
 * });
 * assert.deepEqual(Object.keys(cells.dimensions), ["date", "region"]);
 * ```
 */
export function multiPartitions<const Dims extends Dimensions>(dimensions: Dims): MultiPartitions<Dims> {
  requireDimensions(dimensions);
  const names = Object.keys(dimensions).sort(compareCodePoints);
  if (names.length === 0) {
    throw invalid("Partitions of several dimensions need at least one.", ["dimensions"]);
  }
  const sorted: { [name: string]: LeafPartitions } = Object.create(null);
  for (const name of names) {
    checkDimension(name, dimensions[name]);
    sorted[name] = dimensions[name];
  }
  return Object.freeze({ kind: "multi", dimensions: Object.freeze(sorted) as Dims });
}

/**
 * Slices by windows of time between the ticks of a cron expression. Keys are dates when the cron ticks at one time of
 * day, else dates and times, unless `keyFormat` says otherwise.
 *
 * @throws {SluiceError} CRON_INVALID, TIMEZONE_UNKNOWN, or PARTITIONS_INVALID for all else that cannot be.
 * @example
 * ```ts
 * import { timePartitions } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const quarters = timePartitions({ cron: "0 0 1 1,4,7,10 *", start: "2024-01-01", keyFormat: "%Y-%m" });
 * assert.equal(quarters.startMs, Date.UTC(2024, 0, 1));
 * assert.equal(quarters.timezone, "UTC");
 * ```
 */
export function timePartitions<const Cron extends string>(options: TimeOptions<Cron>): TimePartitions<Cron> {
  requireWindowOptions(options, "timePartitions", ["cron"]);
  return windows(options.cron, options.cron, options);
}

/**
 * Slices by hour, or from one `minuteOffset` past the hour to the next. Keys look like `2026-01-01-06:00`; where the
 * clock is set back, the second of two equal hours has its offset behind it: `2026-11-01-01:00-0500`.
 *
 * @throws {SluiceError} as {@linkcode timePartitions} does.
 * @example
 * ```ts
 * import { hourlyPartitions } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const hours = hourlyPartitions({ start: "2026-01-01", timezone: "America/New_York", minuteOffset: 15 });
 * assert.equal(hours.cron, "15 * * * *");
 * assert.equal(hours.unit, "hour+15m");
 * ```
 */
export function hourlyPartitions<const Minute extends number = 0>(
  options: HourlyOptions<Minute>,
): TimePartitions<Unit<"hour", Minute>> {
  requireWindowOptions(options, "hourlyPartitions", ["minuteOffset"]);
  const minute = offset("minuteOffset", options.minuteOffset, 0, 0, 59);
  return windows(unitOf("hour", minute), `${minute} * * * *`, options);
}

/**
 * Slices by day, from midnight or from the given offsets on. Keys look like `2026-01-01`.
 *
 * @throws {SluiceError} as {@linkcode timePartitions} does.
 * @example
 * ```ts
 * import { dailyPartitions } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const days = dailyPartitions({ start: "2026-01-01", timezone: "Europe/Berlin", hourOffset: 6 });
 * assert.equal(days.cron, "0 6 * * *");
 * assert.equal(days.unit, "day+6h");
 * ```
 */
export function dailyPartitions<const Hour extends number = 0, const Minute extends number = 0>(
  options: DailyOptions<Hour, Minute>,
): TimePartitions<Unit<"day", Minute, Hour>> {
  const [hour, minute] = timeOffsets("dailyPartitions", options, []);
  return windows(unitOf("day", minute, hour), `${minute} ${hour} * * *`, options);
}

/**
 * Slices by week, from Sunday or the weekday of `dayOffset` on. Keys are the dates on which weeks start.
 *
 * @throws {SluiceError} as {@linkcode timePartitions} does.
 * @example
 * ```ts
 * import { weeklyPartitions } from "sluice";
 * import assert from "node:assert/strict";
 *
 * assert.equal(weeklyPartitions({ start: "2026-01-01", dayOffset: 1 }).cron, "0 0 * * 1");
 * ```
 */
export function weeklyPartitions<
  const Day extends number = 0,
  const Hour extends number = 0,
  const Minute extends number = 0,
>(options: CalendarOptions<Day, Hour, Minute>): TimePartitions<Unit<"week", Minute, Hour, Day>> {
  const [hour, minute] = timeOffsets("weeklyPartitions", options, ["dayOffset"]);
  const day = offset("dayOffset", options.dayOffset, 0, 0, 6);
  return windows(unitOf("week", minute, hour, day), `${minute} ${hour} * * ${day}`, options);
}

/**
 * Slices by month, from the first or the day of `dayOffset` on; months without that day start no window. Keys are the
 * dates on which months start.
 *
 * @throws {SluiceError} as {@linkcode timePartitions} does.
 * @example
 * ```ts
 * import { monthlyPartitions } from "sluice";
 * import assert from "node:assert/strict";
 *
 * assert.equal(monthlyPartitions({ start: "2026-01-01", keyFormat: "%Y-%m" }).cron, "0 0 1 * *");
 * ```
 */
export function monthlyPartitions<
  const Day extends number = 1,
  const Hour extends number = 0,
  const Minute extends number = 0,
>(options: CalendarOptions<Day, Hour, Minute>): TimePartitions<Unit<"month", Minute, Hour, Day, 1>> {
  const [hour, minute] = timeOffsets("monthlyPartitions", options, ["dayOffset"]);
  const day = offset("dayOffset", options.dayOffset, 1, 1, 31);
  return windows(unitOf("month", minute, hour, day, 1), `${minute} ${hour} ${day} * *`, options);
}

/** The names of the dimensions in the order of keys and indices. */
export function dimensionNames(partitions: MultiPartitions): readonly string[] {
  return Object.keys(partitions.dimensions).sort(compareCodePoints);
}

/** Whether two definitions slice alike. The start and end of windows do not count, as in Dagster. */
export function samePartitions(a: Partitions, b: Partitions): boolean {
  if (a === b) return true;
  if (a.kind === "time" && b.kind === "time") return sameWindows(a, b);
  if (a.kind === "static" && b.kind === "static") return sameList(a.keys, b.keys);
  if (a.kind === "dynamic" && b.kind === "dynamic") return a.name === b.name;
  if (a.kind !== "multi" || b.kind !== "multi") return false;
  const names = dimensionNames(a);
  return sameList(names, dimensionNames(b)) &&
    names.every((name) => samePartitions(a.dimensions[name], b.dimensions[name]));
}

function sameWindows(a: TimePartitions, b: TimePartitions): boolean {
  return a.timezone === b.timezone && a.format === b.format && a.cron === b.cron &&
    a.endOffset === b.endOffset &&
    sameList(a.exclusions, b.exclusions);
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}

function windows<const Text extends string>(
  unit: Text,
  cron: string,
  options: WindowOptions,
): TimePartitions<Text> {
  const rule = declareWindows(cron, options);
  checkFormatText(rule.format);
  return Object.freeze({ kind: "time", unit, ...rule });
}

/** The unit's text; the type says the same. */
function unitOf<
  Base extends string,
  Minute extends number,
  Hour extends number = 0,
  Day extends number = 0,
  FirstDay extends number = 0,
>(
  base: Base,
  minute: Minute,
  hour?: Hour,
  day?: Day,
  firstDay?: FirstDay,
): Unit<Base, Minute, Hour, Day, FirstDay> {
  const parts = [
    day && Number(day) !== firstDay ? `${day}d` : "",
    hour ? `${hour}h` : "",
    minute ? `${minute}m` : "",
  ];
  const offset = parts.join("");
  return (offset === "" ? base : `${base}+${offset}`) as Unit<Base, Minute, Hour, Day, FirstDay>;
}

function timeOffsets<Hour extends number, Minute extends number>(
  call: string,
  options: DailyOptions<Hour, Minute>,
  more: readonly string[],
): readonly [hour: Hour, minute: Minute] {
  requireWindowOptions(options, call, ["minuteOffset", "hourOffset", ...more]);
  return [
    offset("hourOffset", options.hourOffset, 0, 0, 23),
    offset("minuteOffset", options.minuteOffset, 0, 0, 59),
  ];
}

/** An offset, or its default; the type of an offset that is not given is its default's. */
function offset<Value extends number>(
  name: string,
  given: Value | undefined,
  byDefault: number,
  least: number,
  most: number,
): Value {
  const value = given ?? byDefault;
  if (!Number.isInteger(value) || value < least || value > most) {
    throw invalid(`The ${name} is a whole number from ${least} to ${most}, not ${show(value)}.`, [name]);
  }
  return value as Value;
}

function checkDimension(name: string, partitions: LeafPartitions): void {
  const path = ["dimensions", name];
  checkPartitionName(name, "a dimension", path);
  const kind: string | undefined = (partitions as Partitions | undefined)?.kind;
  if (kind === "multi") {
    throw invalid(
      `The dimension ${quote(name)} has dimensions itself.`,
      path,
      "List all dimensions side by side.",
    );
  }
  if (kind !== "time" && kind !== "static" && kind !== "dynamic") {
    throw invalid(`The dimension ${quote(name)} is no partition definition.`, path);
  }
  if (partitions.kind === "time") checkDimensionText(partitions.format, path);
  if (partitions.kind === "static") partitions.keys.forEach((key) => checkDimensionText(key, path));
}
