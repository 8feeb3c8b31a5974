/** Messages among what the process prints, for launchers that read its logs. */
import { Buffer } from "node:buffer";
import process from "node:process";
import { DagsterPipesError } from "../error.ts";
import type { MessageChannel } from "./channel.ts";
import { writeFully } from "./descriptor.ts";

/** One of the two standard streams. */
export type StreamName = "stdout" | "stderr";

const DESCRIPTORS: Readonly<Record<StreamName, number>> = { stdout: 1, stderr: 2 };

/** Writes each message to a standard stream at once, as one line. */
export function openStdioChannel(stream: StreamName): MessageChannel {
  return {
    write: (line) => print(stream, `${line}\n`),
    close: () => drain(stream),
    closeSync: () => {},
  };
}

/**
 * Keeps all messages and writes them at the end, so that they are the last that is printed: Dagster reads the last
 * 4 KiB of what a Lambda function has logged.
 */
export function openBufferedStdioChannel(stream: StreamName): MessageChannel {
  let lines: string[] = [];
  const flush = (): void => {
    const text = lines.map((line) => `${line}\n`).join("");
    lines = [];
    print(stream, text);
  };
  return {
    write: (line) => void lines.push(line),
    close: () => {
      flush();
      return drain(stream);
    },
    closeSync: flush,
  };
}

/**
 * The stream of that name.
 *
 * @throws {DagsterPipesError} PARAMS_INVALID for another name.
 */
export function parseStreamName(name: string): StreamName {
  if (name === "stdout" || name === "stderr") return name;
  throw new DagsterPipesError("PARAMS_INVALID", `Messages can go to "stdout" or "stderr", not to "${name}".`);
}

/** Writes at once, unless the stream still holds something that was printed before: then behind that. */
function print(stream: StreamName, text: string): void {
  if (process[stream].writableLength > 0) process[stream].write(text);
  else writeFully(DESCRIPTORS[stream], Buffer.from(text, "latin1"), stream);
}

function drain(stream: StreamName): Promise<void> {
  if (process[stream].writableLength === 0) return Promise.resolve();
  return new Promise((resolve) => process[stream].write("", () => resolve()));
}
