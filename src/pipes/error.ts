/** The one error class of this folder. */

/** What a failure of Pipes is known by; stable across versions, safe to switch on. */
export type PipesErrorCode =
  | "PARAMS_INVALID"
  | "CONTEXT_INVALID"
  | "CONTEXT_UNDEFINED"
  | "ASSET_UNKNOWN"
  | "ALREADY_MATERIALIZED"
  | "VALUE_INVALID"
  | "SESSION_CLOSED"
  | "CHANNEL_FAILED"
  | "CREDENTIALS_MISSING"
  | "INTERRUPTED";

/**
 * The error that `sluice/pipes` throws for everything a user can mend.
 *
 * | Code                   | Meaning                                                                                |
 * | ---------------------- | -------------------------------------------------------------------------------------- |
 * | `PARAMS_INVALID`       | what Dagster handed over at the start cannot be read, or names an unknown channel      |
 * | `CONTEXT_INVALID`      | the context is absent where it should be, or has another shape                         |
 * | `CONTEXT_UNDEFINED`    | this step has no such thing: no single asset, no partition, no extra of that name      |
 * | `ASSET_UNKNOWN`        | a report names an asset that is not of this step, or none where it has several         |
 * | `ALREADY_MATERIALIZED` | a second materialization of an asset in one step                                       |
 * | `VALUE_INVALID`        | a value that Dagster would not take, with its path; it would end Dagster's reader      |
 * | `SESSION_CLOSED`       | a report after the end of the session                                                  |
 * | `CHANNEL_FAILED`       | messages could not be written; the cause says why                                      |
 * | `CREDENTIALS_MISSING`  | S3 is asked for and there are no credentials                                           |
 * | `INTERRUPTED`          | SIGINT or SIGTERM has ended the step                                                   |
 *
 * @example
 * ```ts
 * import { DagsterPipesError, MetadataValue } from "sluice/pipes";
 * import assert from "node:assert/strict";
 *
 * assert.throws(
 *   () => MetadataValue.int(1.5),
 *   (error) => error instanceof DagsterPipesError && error.code === "VALUE_INVALID",
 * );
 * ```
 */
export class DagsterPipesError extends Error {
  /** Always `DagsterPipesError`. */
  override readonly name = "DagsterPipesError";
  /** What kind of failure it is. */
  readonly code: PipesErrorCode;
  /** How to mend it. */
  readonly hint: string | undefined;

  /** Makes an error whose text holds the code, the message and the hint. */
  constructor(
    code: PipesErrorCode,
    message: string,
    options: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
  ) {
    const text = `${code}: ${message}${options.hint ? `\n    hint: ${options.hint}` : ""}`;
    super(text, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
