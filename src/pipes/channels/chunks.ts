/** Messages in numbered chunks, for places that take whole objects: S3, other blob stores, mounted volumes. */
import { clearInterval, setInterval } from "node:timers";
import { DagsterPipesError } from "../error.ts";
import type { MessageChannel } from "./channel.ts";

/** Stores one chunk under its number; called with 1, 2, 3 and so on, never twice at a time. */
export type UploadChunk = (index: number, text: string) => Promise<void>;

/** How {@linkcode createChunkChannel} sends. */
export interface ChunkOptions {
  /**
   * Time between two chunks, in milliseconds. Default 15,000. Dagster's readers take one chunk in 11 to 12 seconds,
   * and at the end of the step only those that they can read within 10 seconds, one each second: shorter times here
   * need a shorter `interval` there, or the last messages of a long step are lost.
   */
  readonly intervalMs?: number;
  /** How often a chunk is tried again when the session opens and closes. Default 5; the pause doubles from 200 ms. */
  readonly retries?: number;
}

const RETRY_MS = 200;

/**
 * Collects messages and uploads them as numbered chunks, as Dagster's readers of blob stores expect them. The first
 * chunk goes out at once, so that a wrong bucket or missing right is known before the work and not after it.
 *
 * @example
 * ```ts
 * import { createChunkChannel } from "sluice/pipes";
 * import assert from "node:assert/strict";
 *
 * const bucket = new Map<string, string>();
 * const channel = createChunkChannel(async (index, text) => void bucket.set(`prefix/${index}.json`, text));
 * channel.write("{}");
 * await channel.close();
 * assert.deepEqual([...bucket], [["prefix/1.json", "{}"]]);
 * ```
 */
export function createChunkChannel(upload: UploadChunk, options: ChunkOptions = {}): MessageChannel {
  const { intervalMs = 15_000, retries = 5 } = options;
  let lines: string[] = [];
  let sent = 0;
  /** What is on its way. It may have arrived although it failed, so it is tried again unchanged. */
  let chunk: string | undefined;
  let sending: Promise<void> = Promise.resolve();

  const send = async (): Promise<void> => {
    while (chunk !== undefined || lines.length > 0) {
      if (chunk === undefined) [chunk, lines] = [lines.join("\n"), []];
      await upload(sent + 1, chunk);
      chunk = undefined;
      sent += 1;
    }
  };
  const sendInTurn = (): Promise<void> => sending = sending.catch(() => {}).then(send);
  const timer = setInterval(() => void sendInTurn().catch(() => {}), intervalMs).unref();
  return {
    write: (line) => void lines.push(line),
    flush: () => persist(sendInTurn, retries),
    close: () => {
      clearInterval(timer);
      return persist(sendInTurn, retries);
    },
  };
}

/** Tries until it succeeds or has failed too often. */
async function persist(send: () => Promise<void>, retries: number): Promise<void> {
  for (let attempt = 0;; attempt++) {
    try {
      return await send();
    } catch (cause) {
      if (attempt >= retries) {
        throw new DagsterPipesError("CHANNEL_FAILED", "Messages could not be uploaded.", { cause });
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS * 2 ** attempt));
    }
  }
}
