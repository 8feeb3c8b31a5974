/** The outcome of a step: what every caller gets back, whoever ran it. */
import type { CircuitReach } from "../assets/result.ts";
import type { CheckSeverity } from "../assets/declaration.ts";
import type { RecordedError } from "../events/event.ts";
import type { IssueCode } from "../issue.ts";
import { ERROR_CLASSES, type ErrorClass } from "../policy.ts";
import type { LogFields } from "../ports.ts";
import { type Fields, readDocument } from "./fields.ts";

/**
 * How an attempt ended: everything asked for is there; it failed for good; nothing was made, and what needs it is to
 * be skipped; it failed and may be tried again.
 */
export type StepOutcomeStatus = "success" | "failed" | "skipped" | "retry";

/** What became of one output, one partition each. */
export interface StepOutput {
  /** The asset's key. */
  readonly asset: string;
  /** The partition's key; absent without partitions. */
  readonly partition?: string;
  /** Whether a new value was kept, the one that was there still holds, none was made, or what was made was undone. */
  readonly status: "made" | "unchanged" | "skipped" | "undone";
  /** Tells whether two values of one partition are the same; absent where there is no value. */
  readonly dataVersion?: string;
  /** The code version of the asset; absent when it has none. */
  readonly codeVersion?: string;
  /** Facts for people, as JSON. */
  readonly metadata?: LogFields;
  /** Why nothing was made. */
  readonly reason?: string;
}

/** One verdict of a check. */
export interface StepCheckResult {
  /** The asset that was checked. */
  readonly asset: string;
  /** The check's name. */
  readonly check: string;
  /** The partition's key; absent without partitions. */
  readonly partition?: string;
  /** Whether what was checked holds. */
  readonly passed: boolean;
  /** What a failure means. */
  readonly severity: CheckSeverity;
  /** Whether a failure of severity `error` fails the step. */
  readonly blocking: boolean;
  /** What it is, for people. */
  readonly description?: string;
  /** Facts for people, as JSON. */
  readonly metadata?: LogFields;
}

/** What went wrong. */
export interface StepError {
  /** The name of the error. */
  readonly name: string;
  /** What is wrong. */
  readonly message: string;
  /** What kind of failure it is: a code of Sluice's, or one that the body's error carries. */
  readonly code?: string;
  /** The stack, as text. */
  readonly stack?: string;
  /** What led to it, outermost first. */
  readonly causes?: readonly Omit<StepError, "causes">[];
}

/** What one attempt came to. Plain JSON. */
export interface StepOutcome {
  /** The version of this shape. */
  readonly version: 1;
  /** How the attempt ended. */
  readonly status: StepOutcomeStatus;
  /** That of the request; absent when the request could not be read. */
  readonly runId?: string;
  /** The name of the step; absent when the request could not be read. */
  readonly step?: string;
  /** That of the request. */
  readonly attempt?: number;
  /** That of the request. */
  readonly fence?: number;
  /** Upstream first, and in the order of their partitions. Of a failed step what was made all the same. */
  readonly outputs: readonly StepOutput[];
  /** In the order of the partitions, and of one partition in that of their evaluation. */
  readonly checks: readonly StepCheckResult[];
  /** Present when the attempt failed. */
  readonly error?: StepError;
  /** Why nothing was made, of a skipped step. */
  readonly reason?: string;
  /** How far the body of a skipped step has cut off what is downstream; absent where it has not. */
  readonly circuit?: CircuitReach;
  /** What kind of failure it is, for callers that decide about retries by class; absent where it tells nothing. */
  readonly errorClass?: ErrorClass;
  /** How long the step, or its retry policy, asks to wait before the next attempt. */
  readonly retryAfterMs?: number;
  /** How many retries the failure itself asks for; absent where it leaves that to the policy. */
  readonly maxRetries?: number;
  /** From the reading of the request to this outcome. */
  readonly durationMs: number;
}

/** The exit code of a step's process by the status of its outcome. */
export const stepExitCodes: { readonly [status in StepOutcomeStatus]: number } = Object.freeze({
  success: 0,
  skipped: 99,
  retry: 75,
  failed: 78,
});

const INVALID: IssueCode = "REQUEST_INVALID";

/**
 * Reads an outcome.
 *
 * @param text One JSON object.
 * @throws {SluiceError} REQUEST_INVALID with an issue for each field that is missing, unknown or of another type.
 * @example
 * ```ts
 * import { parseStepOutcome, stepExitCodes } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const text = '{"version":1,"status":"skipped","outputs":[],"checks":[],"reason":"no rows","durationMs":12}';
 * assert.equal(stepExitCodes[parseStepOutcome(text).status], 99);
 * ```
 */
export function parseStepOutcome(text: string): StepOutcome {
  return readDocument(text, { what: "A step outcome", code: INVALID }, readOutcome);
}

/** Writes an outcome as one line of JSON. */
export function formatStepOutcome(outcome: StepOutcome): string {
  return JSON.stringify(outcome);
}

/** The error of an outcome from a recorded one: causes in a list. */
export function stepError(error: RecordedError): StepError {
  const causes: Omit<StepError, "causes">[] = [];
  for (let cause = error.cause; cause !== undefined; cause = cause.cause) causes.push(withoutCause(cause));
  return { ...withoutCause(error), ...(causes.length > 0 && { causes }) };
}

/** The error of an outcome, in the form in which runs record it: each cause within what it led to. */
export function recordedError({ causes = [], ...error }: StepError): RecordedError {
  const cause = causes.reduceRight<RecordedError | undefined>(
    (inner, each) => inner ? { ...each, cause: inner } : each,
    undefined,
  );
  return cause ? { ...error, cause } : error;
}

function withoutCause({ name, message, code, stack }: RecordedError): Omit<StepError, "causes"> {
  return {
    name,
    message,
    ...(code !== undefined && { code }),
    ...(stack !== undefined && { stack }),
  };
}

function readOutcome(fields: Fields): StepOutcome {
  return {
    version: fields.version(1),
    status: fields.choice("status", ["success", "failed", "skipped", "retry"]),
    ...fields.some("runId", (name) => fields.text(name)),
    ...fields.some("step", (name) => fields.text(name)),
    ...fields.some("attempt", (name) => fields.count(name, 1)),
    ...fields.some("fence", (name) => fields.count(name, 0)),
    outputs: fields.list("outputs", readOutput),
    checks: fields.list("checks", readCheck),
    ...fields.some("error", (name) => fields.within(name, readError)),
    ...fields.some("reason", (name) => fields.text(name)),
    ...fields.some("circuit", (name) => fields.choice<CircuitReach>(name, ["all", "direct"])),
    ...fields.some("errorClass", (name) => fields.choice<ErrorClass>(name, ERROR_CLASSES)),
    ...fields.some("retryAfterMs", (name) => fields.number(name)),
    ...fields.some("maxRetries", (name) => fields.count(name, 0)),
    durationMs: fields.number("durationMs"),
  };
}

function readOutput(fields: Fields): StepOutput {
  return {
    asset: fields.text("asset"),
    ...fields.some("partition", (name) => fields.text(name)),
    status: fields.choice("status", ["made", "unchanged", "skipped", "undone"]),
    ...fields.some("dataVersion", (name) => fields.text(name)),
    ...fields.some("codeVersion", (name) => fields.text(name)),
    ...readMetadata(fields),
    ...fields.some("reason", (name) => fields.text(name)),
  };
}

function readCheck(fields: Fields): StepCheckResult {
  return {
    asset: fields.text("asset"),
    check: fields.text("check"),
    ...fields.some("partition", (name) => fields.text(name)),
    passed: fields.flag("passed"),
    severity: fields.choice("severity", ["warn", "error"]),
    blocking: fields.flag("blocking"),
    ...fields.some("description", (name) => fields.text(name)),
    ...readMetadata(fields),
  };
}

function readMetadata(fields: Fields): { readonly metadata?: LogFields } {
  return fields.some("metadata", (name) => fields.json(name) as LogFields);
}

/** Reads an error of a document. */
export function readError(fields: Fields): StepError {
  return {
    ...readCause(fields),
    ...fields.some("causes", (name) => fields.list(name, readCause)),
  };
}

function readCause(fields: Fields): Omit<StepError, "causes"> {
  return {
    name: fields.text("name"),
    message: fields.text("message"),
    ...fields.some("code", (name) => fields.text(name)),
    ...fields.some("stack", (name) => fields.text(name)),
  };
}
