/** Fetching the context from where Dagster has put it. */
import { readFile } from "node:fs/promises";
import { DagsterPipesError } from "./error.ts";
import type { S3Client } from "./s3/client.ts";
import { isRecord, type PipesParams, textParam } from "./wire/params.ts";

/**
 * Fetches a context: a file (`path`), the parameters themselves (`data`), or an object of S3 (`bucket` and `key`).
 *
 * @throws {DagsterPipesError} PARAMS_INVALID when the parameters name none of these, CONTEXT_INVALID when what they
 * name cannot be read.
 */
export async function fetchContext(params: PipesParams, s3: S3Client): Promise<unknown> {
  if ("path" in params) return await readJson(textParam(params, "path", "the context"));
  if (isRecord(params.data)) return params.data;
  if ("bucket" in params) {
    const bucket = textParam(params, "bucket", "the context");
    const key = textParam(params, "key", "the context");
    return parseJson(await s3.get(bucket, key), `s3://${bucket}/${key}`);
  }
  throw new DagsterPipesError(
    "PARAMS_INVALID",
    `The context lies where this library does not look: ${JSON.stringify(params)}.`,
    { hint: "Pass loadContext, which is given these parameters." },
  );
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch((cause) => {
    throw new DagsterPipesError("CONTEXT_INVALID", `Cannot read the context in ${path}.`, { cause });
  });
  return parseJson(text, path);
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DagsterPipesError("CONTEXT_INVALID", `The context in ${place} is no JSON.`, { cause });
  }
}
