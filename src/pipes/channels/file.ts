/** Messages appended to a file that Dagster follows. */
import { Buffer } from "node:buffer";
import { closeSync, fstatSync, openSync } from "node:fs";
import { DagsterPipesError } from "../error.ts";
import type { MessageChannel } from "./channel.ts";
import { writeFully } from "./descriptor.ts";
import { takeTurn } from "./lock.ts";
import { layOut } from "./pages.ts";

/**
 * Appends each message to a file at once, laid out so that Dagster's reader sees no half of it. Several processes
 * may append to the same file: as soon as one sees that it is not alone, it takes turns by a lock file beside it.
 *
 * @throws {DagsterPipesError} CHANNEL_FAILED when the file cannot be opened.
 */
export function openFileChannel(path: string): MessageChannel {
  const descriptor = open(path);
  let isAlone = true;
  let isClosed = false;
  let end = 0;

  const append = (line: string): void => {
    const { size } = fstatSync(descriptor);
    const text = layOut(size, line);
    writeFully(descriptor, Buffer.from(text, "latin1"), path);
    end = size + text.length;
  };
  const close = (): void => {
    if (!isClosed) closeSync(descriptor);
    isClosed = true;
  };
  return {
    write: (line) => {
      isAlone &&= fstatSync(descriptor).size === end;
      if (isAlone) append(line);
      else takeTurn(`${path}.lock`, () => append(line));
    },
    close: async () => close(),
    closeSync: close,
  };
}

function open(path: string): number {
  try {
    return openSync(path, "a");
  } catch (cause) {
    throw new DagsterPipesError("CHANNEL_FAILED", `Cannot open the file of messages, ${path}.`, { cause });
  }
}
