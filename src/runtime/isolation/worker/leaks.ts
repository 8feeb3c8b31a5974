/** Threads that were ended and go on computing all the same, counted. */
import process from "node:process";
import { setTimeout } from "node:timers";
import { CELL } from "./protocol.ts";
import { isThere, type SystemThread, systemThread, tellsOfThreads } from "./system_thread.ts";
import type { Thread } from "./thread.ts";

/** How long a thread may take to be gone, in milliseconds. */
const PATIENCE_MS = 1_000;
const PAUSE_MS = 20;

/** Ends workers, and remembers those whose threads stay. */
export class Leaks {
  #threads: SystemThread[] = [];
  /** Threads that are taken for leaked where the system does not tell. */
  #supposed = 0;

  /** How many there are now: a loop that ends at last takes its thread with it. */
  get count(): number {
    if (this.#threads.length > 0) this.#threads = this.#threads.filter(isThere);
    return this.#threads.length + this.#supposed;
  }

  /** Ends a worker. True when its thread stays. */
  async end(thread: Thread): Promise<boolean> {
    const system = systemThread(Atomics.load(thread.cells, CELL.THREAD));
    const isDeaf = !thread.hasHeard;
    await inTime(thread.terminate());
    if (!system) return this.#suppose(isDeaf);
    for (let waitedMs = 0; isThere(system); waitedMs += PAUSE_MS) {
      if (waitedMs >= PATIENCE_MS) {
        this.#threads.push(system);
        return true;
      }
      await pause(PAUSE_MS);
    }
    return false;
  }

  /** Deno does not end a thread that computes. */
  #suppose(isDeaf: boolean): boolean {
    const isLeaked = isDeaf && !tellsOfThreads() && process.versions.deno !== undefined;
    if (isLeaked) this.#supposed++;
    return isLeaked;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits for a promise, and not for ever. The timer also keeps the process until then: an ended worker does not. */
async function inTime(promise: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, PATIENCE_MS));
  await Promise.race([promise, late]).catch(() => {});
  clearTimeout(timer);
}
