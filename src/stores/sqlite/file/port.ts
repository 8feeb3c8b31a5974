/** The way from a store to its file: in this thread, or in another. */
import type { Issue } from "../../../model/issue.ts";
import type { Clock, Random } from "../../../model/ports.ts";
import { storeError } from "../../refusal.ts";
import type { FileApi } from "./api.ts";
import type { Connect } from "./driver.ts";
import { asStoreError, faultOf } from "./faults.ts";
import { type FileOptions, openFile } from "./open.ts";

/** Calls a file. Errors are those of the store. */
export interface FilePort {
  call<Name extends keyof FileApi>(
    name: Name,
    ...values: Parameters<FileApi[Name]>
  ): Promise<ReturnType<FileApi[Name]>>;
  /** Closes the file, and whatever holds it. */
  close(): Promise<void>;
}

/** What waiting for a file takes. */
export interface Waiting {
  readonly clock: Clock;
  readonly random: Random;
  /** How long to wait for a lock that another program holds. */
  readonly waitMs: number;
  readonly warn: (issue: Issue) => void;
}

/** Opens a file in this thread. */
export async function openHere(options: FileOptions, connect: Connect, waiting: Waiting): Promise<FilePort> {
  const { path } = options;
  const { api, warnings } = await retryBusy(() => openFile(options, connect), path, waiting);
  warnings.forEach(waiting.warn);
  return {
    call: (name, ...values) => retryBusy(() => invoke(api, name, values), path, waiting),
    close: () => retryBusy(() => api.close(), path, waiting),
  };
}

/** Calls a method by its name. */
export function invoke<Name extends keyof FileApi>(
  api: FileApi,
  name: Name,
  values: readonly unknown[],
): ReturnType<FileApi[Name]> {
  return (api[name] as (...values: readonly unknown[]) => ReturnType<FileApi[Name]>)(...values);
}

/** Waits of this length or longer are told of. */
const LONG_WAIT_MS = 1_000;
const SHORTEST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;

/**
 * Tries again, with pauses in which everything else goes on, while another program holds the lock: SQLite itself
 * would hold the event loop for as long as it waits.
 */
export async function retryBusy<T>(work: () => T, path: string, waiting: Waiting): Promise<T> {
  const { clock, random, waitMs, warn } = waiting;
  const startMs = clock.now();
  let pauseMs = SHORTEST_PAUSE_MS;
  let isTold = false;
  for (;;) {
    try {
      return work();
    } catch (error) {
      const waitedMs = clock.now() - startMs;
      if (faultOf(error) !== "busy" || waitedMs >= waitMs) throw asStoreError(error, path);
      if (waitedMs >= LONG_WAIT_MS && !isTold) {
        isTold = true;
        warn(
          storeError("STORE_LOCKED", path, `The store ${path} waits for another program's lock.`).issues[0],
        );
      }
      await new Promise<void>((resolve) => clock.after(pauseMs * (0.5 + random.next()), resolve));
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
  }
}
