/** A store in one SQLite file. */
import {
  ANYTHING,
  FLAG,
  FUNCTION,
  NUMBER,
  RECORD,
  requireOptions,
  type Shapes,
} from "../model/validate/options.ts";
import type { Issue } from "../model/issue.ts";
import { type Clock, type Random, systemClock, systemRandom } from "../model/ports.ts";
import type { Connect } from "./sqlite/file/driver.ts";
import { findOwner } from "./sqlite/owner.ts";
import type { SqliteStore } from "./sqlite/store.ts";

/** How {@linkcode openSqliteStore} opens a file. */
export interface SqliteStoreOptions {
  /**
   * `full` survives a power cut. `normal` survives the death of the process; a power cut may take the last commits,
   * and leaves the file sound. Default `"full"`.
   */
  readonly durability?: "full" | "normal";
  /**
   * `packed` keeps events in chunks of 16 bytes an event; `rows` keeps one row per event that SQL can read, at many
   * times the cost. A file may hold both. Default `"packed"`.
   */
  readonly events?: "packed" | "rows";
  /**
   * Opens for reading only, beside the process that writes or after it. Nothing is changed and no file is left; runs
   * that a dead writer has left are shown as interrupted. Default false.
   */
  readonly readonly?: boolean;
  /** Keeps SQLite in a thread of its own, so that no disk holds the event loop. Default false. */
  readonly thread?: boolean;
  /** How long to wait while another program holds the file's lock, milliseconds. Default 30,000. */
  readonly lockWaitMs?: number;
  /**
   * Hears what does not keep the store from working: a long wait, an old SQLite, a write-ahead log that a reader keeps
   * from being cut. Default: nobody.
   */
  readonly onWarning?: (issue: Issue) => void;
  /** The time. Default: that of the host. */
  readonly clock?: Clock;
  /** The source of chance. Default: that of the host. */
  readonly random?: Random;
  /** Opens the database; for tests that make storage fail. Not with `thread`. Default: `node:sqlite`. */
  readonly connect?: Connect;
}

const OPTIONS: Shapes<SqliteStoreOptions> = Object.freeze({
  durability: ANYTHING,
  events: ANYTHING,
  readonly: FLAG,
  thread: FLAG,
  lockWaitMs: NUMBER,
  onWarning: FUNCTION,
  clock: RECORD,
  random: RECORD,
  connect: FUNCTION,
});

/**
 * Opens a store in a SQLite file, which is made with its folder if need be.
 *
 * The log of events is the truth. What `append` is given is committed once per turn of the event loop, with the
 * records of runs, checks and backfills in the same transaction; a call is kept as a whole or not at all, unless it
 * is larger than a transaction may be (1,000 rows or 256 kB): then a crash may leave its beginning. What assets hold
 * is kept in memory and follows into the file some thousand events later; opening folds what is missing once more.
 *
 * One process writes a file at a time. A writer that has died is taken over from at once, one on another machine
 * after 30 s without a sign of life.
 *
 * @throws {SluiceError} STORE_LOCKED with the owner's name while another process writes it; STORE_INVALID for a path
 * that is no file of ours; STORE_NEWER for a file of a newer version; STORE_READONLY, STORE_FULL.
 * @example
 * ```ts
 * import { openSqliteStore } from "sluice";
 * import assert from "node:assert/strict";
 * import { mkdtempSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 *
 * const path = join(mkdtempSync(join(tmpdir(), "history-")), "history.sqlite");
 * await using store = await openSqliteStore(path);
 * assert.equal(store.lastSeq, 0);
 * await assert.rejects(openSqliteStore(path), { code: "STORE_LOCKED" });
 * ```
 */
export async function openSqliteStore(path: string, options: SqliteStoreOptions = {}): Promise<SqliteStore> {
  requireOptions(options, OPTIONS, {
    what: "openSqliteStore()",
    code: "DEFINITION_INVALID",
    path: ["store"],
  });
  const { durability = "full", events = "packed", thread = false, lockWaitMs = 30_000 } = options;
  const { clock = systemClock, random = systemRandom, onWarning: warn = () => {} } = options;
  const file = {
    path,
    readOnly: options.readonly ?? false,
    durability,
    owner: await findOwner(random),
    nowMs: clock.now(),
  };
  const waiting = { clock, random, waitMs: lockWaitMs, warn };
  const port = thread
    ? await (await import("./sqlite/thread/port.ts")).openInThread(file, waiting)
    : await (await import("./sqlite/file/port.ts")).openHere(file, await connectOf(options), waiting);
  if (file.readOnly) return await (await import("./sqlite/reading.ts")).openReadingStore(path, port, clock);
  const { openWritingStore } = await import("./sqlite/store.ts");
  return await openWritingStore(path, port, { clock, form: events, warn });
}

async function connectOf({ connect }: SqliteStoreOptions): Promise<Connect> {
  return connect ?? (await import("./sqlite/file/driver.ts")).connectNodeSqlite;
}
