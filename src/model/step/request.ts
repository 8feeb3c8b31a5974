/** The request of a step: what any caller asks for, whoever it is. */
import { type ElementsRequest, readElements } from "../elements/remark.ts";
import type { IssueCode } from "../issue.ts";
import { canonicalJson } from "./canonical.ts";
import { type Fields, readDocument } from "./fields.ts";
import { readUndo, type UndoRequest } from "./undo.ts";

/** Partitions by key: a list of them, or all from one key to another, both included. */
export type StepPartitions = readonly string[] | { readonly start: string; readonly end: string };

/**
 * One attempt at one step: the whole of what a caller says. Whoever runs the step (this process, another, a Dagster
 * op, an Airflow task, a Prefect task) is given the same. Plain JSON.
 */
export interface StepRequest {
  /** The version of this shape. */
  readonly version: 1;
  /** The run that the attempt belongs to: any text of the caller's. */
  readonly runId: string;
  /** The key of an asset, the name of a multi-asset, or `asset:check`. */
  readonly step: string;
  /** Keys of the outputs to make, of a subsettable multi-asset. Default: all of them. */
  readonly outputs?: readonly string[];
  /** What to make; left out for a step without partitions. */
  readonly partitions?: StepPartitions;
  /** Which attempt this is, counted from 1. Default 1. */
  readonly attempt?: number;
  /** How many attempts may follow the first; left out where the caller decides when it sees the outcome. */
  readonly maxRetries?: number;
  /** The instant by which the step must be over, epoch milliseconds. Default: the step's own `timeoutMs` alone. */
  readonly deadlineMs?: number;
  /** The instant for which windows are counted, epoch milliseconds. Default: the time at which the step begins. */
  readonly atMs?: number;
  /** A number that grows with each owner of the step; given back in the outcome, so that a late one can be told. */
  readonly fence?: number;
  /** What the fence counts owners of: a value of a later owner of the same is not replaced. Any text of the caller's. */
  readonly history?: string;
  /** The config of the step, which its schema validates. Left out: that of the environment. */
  readonly config?: unknown;
  /** Code versions that the caller knows, by asset; the step refuses to run other code. */
  readonly codeVersions?: { readonly [asset: string]: string };
  /** Digests of parts of the declaration that the caller knows, by part; the step refuses to run another one. */
  readonly definition?: { readonly [part: string]: string };
  /** Keys of dynamic definitions by name, where inputs read more than the step's own partitions. */
  readonly dynamicKeys?: { readonly [name: string]: readonly string[] };
  /** For a step that is to be undone and not made: what for. docs/runs/compensation.md says when that is. */
  readonly undo?: UndoRequest;
  /** For a body that fans out: what its elements are told. Default: nothing was made before. */
  readonly elements?: ElementsRequest;
  /** Values by name, which the body finds in `run.tags`. */
  readonly tags?: { readonly [name: string]: string };
  /** The job that is run: its hooks hear of the step, after those of the step itself. */
  readonly job?: string;
  /** Whether the step's own hooks are called where it runs. Default true; `false` for a caller that calls them itself. */
  readonly hooks?: boolean;
}

/** The code of the errors for requests that are not of their shape. */
const INVALID: IssueCode = "REQUEST_INVALID";

/**
 * Reads a request.
 *
 * @param text One JSON object.
 * @throws {SluiceError} REQUEST_INVALID with an issue for each field that is missing, unknown or of another type.
 * @example
 * ```ts
 * import { parseStepRequest } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const request = parseStepRequest('{"version":1,"runId":"r1","step":"raw/orders","partitions":["2026-01-01"]}');
 * assert.deepEqual(request.partitions, ["2026-01-01"]);
 * assert.throws(() => parseStepRequest('{"version":1,"runId":"r1","asset":"raw/orders"}'), /step is missing/);
 * ```
 */
export function parseStepRequest(text: string): StepRequest {
  return readDocument(text, { what: "A step request", code: INVALID }, readRequest);
}

/**
 * Writes a request as one line of JSON: equal requests give equal texts, since fields come in one order and the names
 * of records are sorted.
 *
 * @example
 * ```ts
 * import { formatStepRequest } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const text = formatStepRequest({ step: "a", runId: "r1", version: 1, tags: { z: "1", b: "2" } });
 * assert.equal(text, '{"version":1,"runId":"r1","step":"a","tags":{"b":"2","z":"1"}}');
 * ```
 */
export function formatStepRequest(request: StepRequest): string {
  const ordered = Object.fromEntries(FIELDS.map((name) => [name, request[name]]));
  return canonicalJson(ordered, FIELDS);
}

const FIELDS: readonly (keyof StepRequest)[] = Object.freeze([
  "version",
  "runId",
  "step",
  "outputs",
  "partitions",
  "attempt",
  "maxRetries",
  "deadlineMs",
  "atMs",
  "fence",
  "history",
  "config",
  "codeVersions",
  "definition",
  "dynamicKeys",
  "undo",
  "elements",
  "tags",
  "job",
  "hooks",
]);

function readRequest(fields: Fields): StepRequest {
  const request = {
    version: fields.version(1),
    runId: fields.text("runId"),
    step: fields.text("step"),
    ...fields.some("outputs", (name) => fields.texts(name)),
    ...fields.some("partitions", (name) => readPartitions(fields, name)),
    ...fields.some("attempt", (name) => fields.count(name, 1)),
    ...fields.some("maxRetries", (name) => fields.count(name, 0)),
    ...fields.some("deadlineMs", (name) => fields.number(name)),
    ...fields.some("atMs", (name) => fields.number(name)),
    ...fields.some("fence", (name) => fields.count(name, 0)),
    ...fields.some("history", (name) => fields.text(name)),
    ...fields.some("config", (name) => fields.json(name)),
    ...fields.some("codeVersions", (name) => fields.record(name, (each) => each.text())),
    ...fields.some("definition", (name) => fields.record(name, (each) => each.text())),
    ...fields.some("dynamicKeys", (name) => fields.record(name, (each) => each.texts())),
    ...fields.some("undo", (name) => fields.within(name, readUndo)),
    ...fields.some("elements", (name) => fields.within(name, readElements)),
    ...fields.some("tags", (name) => fields.record(name, (each) => each.text())),
    ...fields.some("job", (name) => fields.text(name)),
    ...fields.some("hooks", (name) => fields.flag(name)),
  };
  return request;
}

function readPartitions(fields: Fields, name: string): StepPartitions {
  if (fields.isList(name)) return fields.texts(name);
  return fields.within(name, (range) => ({ start: range.text("start"), end: range.text("end") }));
}
