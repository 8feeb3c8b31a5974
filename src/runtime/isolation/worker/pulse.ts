/** Finds out that a worker has vanished: not every runtime tells. */
import type { Clock } from "../../../model/ports.ts";
import { CELL } from "./protocol.ts";
import { systemThread, tellsOfThreads } from "./system_thread.ts";
import type { Thread } from "./thread.ts";

/** A worker that was silent for so many heartbeats is looked at. */
const SILENT_BEATS = 3;
/** Where the system does not tell of threads, silence for this long counts as the end; so does a start that takes longer. */
const LEASE_MS = 600_000;

/** What was last seen of a worker. */
interface Seen {
  beats: number;
  silent: number;
}

/** Looks at the workers that have calls, once in a heartbeat. A body that computes is silent and lives. */
export class Pulse {
  readonly #clock: Clock;
  readonly #heartbeatMs: number;
  readonly #threads: Iterable<Thread>;
  readonly #lost: (thread: Thread, why: string) => void;
  readonly #seen: WeakMap<Thread, Seen> = new WeakMap();
  #callOff: (() => void) | undefined = undefined;

  /** @param lost Called for a worker that is gone. */
  constructor(
    clock: Clock,
    heartbeatMs: number,
    threads: Iterable<Thread>,
    lost: (thread: Thread, why: string) => void,
  ) {
    this.#clock = clock;
    this.#heartbeatMs = heartbeatMs;
    this.#threads = threads;
    this.#lost = lost;
  }

  /** Sees to it that workers with calls are looked at. */
  watch(): void {
    this.#callOff ??= this.#clock.after(this.#heartbeatMs, () => this.#look());
  }

  /** Looks no more. */
  stop(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }

  #look(): void {
    this.#callOff = undefined;
    let isBusy = false;
    for (const thread of [...this.#threads]) {
      if (thread.busy === 0) continue;
      isBusy = true;
      const why = this.#listen(thread);
      if (why !== undefined) this.#lost(thread, why);
    }
    if (isBusy) this.watch();
  }

  /** Why a worker counts as gone; undefined for one that lives. */
  #listen(thread: Thread): string | undefined {
    const beats = Atomics.load(thread.cells, CELL.BEATS);
    const seen = this.#seen.get(thread) ?? { beats: -1, silent: 0 };
    this.#seen.set(thread, seen);
    seen.silent = beats === seen.beats ? seen.silent + 1 : 0;
    seen.beats = beats;
    if (seen.silent < SILENT_BEATS) return undefined;
    const number = Atomics.load(thread.cells, CELL.THREAD);
    if (number > 0 && !systemThread(number)) return "its thread is gone, and no event told so";
    const isTold = number > 0 && tellsOfThreads();
    const silentMs = seen.silent * this.#heartbeatMs;
    return isTold || silentMs < LEASE_MS ? undefined : `it was silent for ${silentMs} ms`;
  }
}
