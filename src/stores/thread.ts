/** A store in one SQLite file whose SQLite runs in a thread of its own. */
import { openSqliteStore, type SqliteStoreOptions } from "./sqlite.ts";
import type { SqliteStore } from "./sqlite/store.ts";

/** How {@linkcode openThreadStore} opens a file. */
export type ThreadStoreOptions = Omit<SqliteStoreOptions, "thread" | "connect">;

/** The same as {@linkcode openSqliteStore} with `thread: true`: waiting for the disk never holds the event loop. */
export function openThreadStore(path: string, options: ThreadStoreOptions = {}): Promise<SqliteStore> {
  return openSqliteStore(path, { ...options, thread: true });
}
