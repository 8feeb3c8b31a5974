/** Choosing the channel that Dagster's reader asks for. */
import type { MessageChannel } from "./channels/channel.ts";
import { type ChunkOptions, createChunkChannel } from "./channels/chunks.ts";
import { openFileChannel } from "./channels/file.ts";
import { openBufferedStdioChannel, openStdioChannel, parseStreamName } from "./channels/stdio.ts";
import { DagsterPipesError } from "./error.ts";
import type { S3Client } from "./s3/client.ts";
import { type PipesParams, textParam } from "./wire/params.ts";

/**
 * Opens a channel: a file (`path`), a standard stream (`stdio`, or `buffered_stdio` for all at the end), or chunks
 * in S3 (`bucket` and perhaps `key_prefix`).
 *
 * @throws {DagsterPipesError} PARAMS_INVALID when the parameters name none of these, CHANNEL_FAILED when it cannot
 * be opened.
 */
export function openTarget(params: PipesParams, s3: S3Client, chunks: ChunkOptions): MessageChannel {
  const text = (name: string): string => textParam(params, name, "the messages");
  if ("path" in params) return openFileChannel(text("path"));
  if ("stdio" in params) return openStdioChannel(parseStreamName(text("stdio")));
  if ("buffered_stdio" in params) return openBufferedStdioChannel(parseStreamName(text("buffered_stdio")));
  if ("bucket" in params) {
    const bucket = text("bucket");
    const prefix = typeof params.key_prefix === "string" ? `${params.key_prefix}/` : "";
    return createChunkChannel((index, body) => s3.put(bucket, `${prefix}${index}.json`, body), chunks);
  }
  throw new DagsterPipesError(
    "PARAMS_INVALID",
    `Messages shall go where this library does not write: ${JSON.stringify(params)}.`,
    { hint: "Pass openMessages, which is given these parameters." },
  );
}

/** Whether what the process prints shall be among the messages. Where messages are printed, it is there already. */
export function wantsStdio(params: PipesParams): boolean {
  return params.include_stdio_in_messages === true && !("stdio" in params) && !("buffered_stdio" in params);
}
