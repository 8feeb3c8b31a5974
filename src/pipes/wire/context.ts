/** What Dagster says about the step: parsed once, and checked as it is parsed. */
import { DagsterPipesError } from "../error.ts";
import { isRecord } from "./params.ts";

/** What an asset was last made from. */
export interface DataProvenance {
  /** The version of the code that made it. */
  readonly codeVersion: string;
  /** The data versions of what it read, by asset key. */
  readonly inputDataVersions: ReadonlyMap<string, string>;
  /** Whether its data version was given by the user. */
  readonly isUserProvided: boolean;
}

/** The first and the last partition of a step, both included. */
export interface PartitionKeyRange {
  /** The first. */
  readonly start: string;
  /** The last. */
  readonly end: string;
}

/** The time that a partition covers. */
export interface PartitionTimeWindow {
  /** Its beginning in ISO 8601, with the offset of the partitions' time zone. */
  readonly start: string;
  /** Its end, which is not part of it. */
  readonly end: string;
  /** The beginning in milliseconds since 1970. */
  readonly startMs: number;
  /** The end in milliseconds since 1970. */
  readonly endMs: number;
}

/** The context of a step as Dagster gives it; null where a step has no such thing. */
export interface StepContext {
  /** The assets that the step makes, as escaped text. */
  readonly assetKeys: readonly string[] | null;
  /** The declared code version of each asset. */
  readonly codeVersionByAssetKey: ReadonlyMap<string, string | null> | null;
  /** What each asset was last made from. */
  readonly provenanceByAssetKey: ReadonlyMap<string, DataProvenance | null> | null;
  /** The one partition. */
  readonly partitionKey: string | null;
  /** The partitions. */
  readonly partitionKeyRange: PartitionKeyRange | null;
  /** The time of the partitions. */
  readonly partitionTimeWindow: PartitionTimeWindow | null;
  /** The run. */
  readonly runId: string;
  /** The job. */
  readonly jobName: string | null;
  /** How often the step was tried before. */
  readonly retryNumber: number;
  /** Whatever the Python side passed as `extras`. */
  readonly extras: Readonly<Record<string, unknown>>;
}

type Read<Value> = (value: unknown, path: string) => Value;

/**
 * Parses a context.
 *
 * @throws {DagsterPipesError} CONTEXT_INVALID naming the field that has another shape.
 */
export function parseContext(data: unknown): StepContext {
  const fields = record(data, "context");
  const field = <Value>(name: string, read: Read<Value>): Value | null =>
    fields[name] === undefined || fields[name] === null ? null : read(fields[name], name);
  return Object.freeze({
    assetKeys: field("asset_keys", list),
    codeVersionByAssetKey: field("code_version_by_asset_key", mapOf(orNull(text))),
    provenanceByAssetKey: field("provenance_by_asset_key", mapOf(orNull(provenance))),
    partitionKey: field("partition_key", text),
    partitionKeyRange: field("partition_key_range", range),
    partitionTimeWindow: field("partition_time_window", window),
    runId: text(fields.run_id, "run_id"),
    jobName: field("job_name", text),
    retryNumber: field("retry_number", count) ?? 0,
    extras: field("extras", record) ?? {},
  });
}

function provenance(value: unknown, path: string): DataProvenance {
  const fields = record(value, path);
  return {
    codeVersion: text(fields.code_version, `${path}.code_version`),
    inputDataVersions: mapOf(text)(fields.input_data_versions, `${path}.input_data_versions`),
    isUserProvided: fields.is_user_provided === true,
  };
}

function range(value: unknown, path: string): PartitionKeyRange {
  const { start, end } = record(value, path);
  return { start: text(start, `${path}.start`), end: text(end, `${path}.end`) };
}

function window(value: unknown, path: string): PartitionTimeWindow {
  const { start, end } = range(value, path);
  return { start, end, startMs: instant(start, `${path}.start`), endMs: instant(end, `${path}.end`) };
}

function instant(value: string, path: string): number {
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? fail(path, value, "an instant in ISO 8601") : ms;
}

function text(value: unknown, path: string): string {
  return typeof value === "string" ? value : fail(path, value, "text");
}

function count(value: unknown, path: string): number {
  return Number.isSafeInteger(value) ? value as number : fail(path, value, "a whole number");
}

function list(value: unknown, path: string): readonly string[] {
  if (!Array.isArray(value)) return fail(path, value, "a list");
  return Object.freeze(value.map((item, index) => text(item, `${path}[${index}]`)));
}

function record(value: unknown, path: string): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : fail(path, value, "an object");
}

function mapOf<Value>(read: Read<Value>): Read<ReadonlyMap<string, Value>> {
  return (value, path) =>
    new Map(Object.entries(record(value, path)).map(([name, item]) => [name, read(item, `${path}.${name}`)]));
}

function orNull<Value>(read: Read<Value>): Read<Value | null> {
  return (value, path) => value === null ? null : read(value, path);
}

function fail(path: string, value: unknown, wanted: string): never {
  throw new DagsterPipesError(
    "CONTEXT_INVALID",
    `In the context from Dagster, ${path} is not ${wanted} but ${JSON.stringify(value)}.`,
  );
}
