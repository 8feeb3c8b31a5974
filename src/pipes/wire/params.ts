/** The small texts by which Dagster tells a process where the context lies and where messages go. */
import { Buffer } from "node:buffer";
import { deflateSync, inflateSync } from "node:zlib";
import { DagsterPipesError } from "../error.ts";
import { encodeJson } from "./json.ts";

/** What a context injector or a message reader of Dagster tells its counterpart here. */
export type PipesParams = Readonly<Record<string, unknown>>;

/** Packs parameters as Dagster does: JSON, zlib, base64. For launchers and tests. */
export function encodeParam(params: PipesParams): string {
  return deflateSync(Buffer.from(encodeJson(params, "params"))).toString("base64");
}

/**
 * Unpacks what {@linkcode encodeParam} or Dagster has packed.
 *
 * @throws {DagsterPipesError} PARAMS_INVALID when it is not base64 of zlib of a JSON object.
 * @example
 * ```ts
 * import { decodeParam, encodeParam } from "sluice/pipes";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(decodeParam(encodeParam({ path: "messages" })), { path: "messages" });
 * ```
 */
export function decodeParam(text: string): PipesParams {
  let value: unknown;
  try {
    value = JSON.parse(inflateSync(Buffer.from(text, "base64")).toString("utf8"));
  } catch (cause) {
    throw unreadable(text, cause);
  }
  if (!isRecord(value)) throw unreadable(text);
  return value;
}

/** Whether a value is an object with names, and no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A text among the parameters.
 *
 * @throws {DagsterPipesError} PARAMS_INVALID when it is absent or no text.
 */
export function textParam(params: PipesParams, name: string, what: string): string {
  const value = params[name];
  if (typeof value === "string") return value;
  throw new DagsterPipesError(
    "PARAMS_INVALID",
    `The parameter "${name}" of ${what} is not a text but ${JSON.stringify(value)}.`,
  );
}

function unreadable(text: string, cause?: unknown): DagsterPipesError {
  const shown = text.length > 60 ? `${text.slice(0, 60)}...` : text;
  return new DagsterPipesError(
    "PARAMS_INVALID",
    `What Dagster handed over cannot be read: ${
      JSON.stringify(shown)
    } is not base64 of zlib of a JSON object.`,
    { cause, hint: "Pass on the value of session.get_bootstrap_env_vars() unchanged." },
  );
}
