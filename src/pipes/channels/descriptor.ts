/** Writing to open files and pipes until everything is written. */
import { writeSync } from "node:fs";
import { DagsterPipesError } from "../error.ts";

/**
 * Writes all bytes, in one call of the system where that takes them all. A pipe that is full, or that another part
 * of the process has set to refuse waiting, is tried until its reader has made room.
 *
 * @throws {DagsterPipesError} CHANNEL_FAILED with the system's error as cause.
 */
export function writeFully(descriptor: number, bytes: Uint8Array, what: string): void {
  for (let from = 0; from < bytes.length;) {
    try {
      from += writeSync(descriptor, bytes, from, bytes.length - from);
    } catch (cause) {
      if (!isBusy(cause)) {
        throw new DagsterPipesError("CHANNEL_FAILED", `Cannot write to ${what}.`, { cause });
      }
      pause(1);
    }
  }
}

function isBusy(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return code === "EAGAIN" || code === "EWOULDBLOCK" || code === "EINTR";
}

/** Waits without giving anything else in this process its turn. */
export function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
