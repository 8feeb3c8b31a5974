/** An open file: checked, brought up to date and locked, with everything that a store asks of it. */
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Issue } from "../../../model/issue.ts";
import { storeError } from "../../refusal.ts";
import type { FileApi } from "./api.ts";
import type { Connect, Connection } from "./driver.ts";
import { createFileApi } from "./calls.ts";
import { damaged, notOurs } from "./faults.ts";
import { checkMark, migrate, readMark } from "../schema/migrate.ts";
import { viewsOver } from "../schema/tables.ts";
import { connectReader } from "./reader.ts";
import { Statements } from "./statements.ts";
import { transact } from "./transact.ts";
import { isWalSafe } from "./version.ts";
import { type Owner, WriterLock } from "./writer_lock.ts";

/** How a file is opened. */
export interface FileOptions {
  readonly path: string;
  readonly readOnly: boolean;
  readonly durability: "full" | "normal";
  readonly owner: Owner;
  readonly nowMs: number;
}

/** A file, and what its opener should know. */
export interface OpenFile {
  readonly api: FileApi;
  readonly warnings: readonly Issue[];
}

/** The write-ahead log is copied back when it has this many pages of 4 kB: twice SQLite's default costs half as much. */
const CHECKPOINT_PAGES = 2_000;

/** A log that has become larger is cut to this size again, as soon as nobody needs more of it. */
export const MOST_WAL_BYTES: number = 64 * 2 ** 20;

/** The unit in which SQLite writes, at its smallest. */
const SMALLEST_PAGE = 512;

/** Files up to this size are read through when their last writer did not end as it should. */
const MOST_CHECKED_BYTES = 64 * 2 ** 20;

/** Opens a file. Throws what the driver throws, and errors of the store for files that are not to be opened. */
export function openFile(options: FileOptions, connect: Connect): OpenFile {
  const { path, readOnly } = options;
  checkPath(path, readOnly);
  const connection = readOnly ? connectReader(path, connect) : connect(path, { readOnly });
  try {
    connection.exec("PRAGMA busy_timeout = 0");
    checkMark(readMark(connection), path);
    checkLength(path);
    return readOnly ? openReader(connection, options) : openWriter(connection, options);
  } catch (error) {
    connection.close();
    throw error;
  }
}

function checkPath(path: string, readOnly: boolean): void {
  const invalid = (message: string, hint: string) => storeError("STORE_INVALID", path, message, { hint });
  if (path === "" || path === ":memory:") {
    throw invalid(
      path === "" ? "The path of the store is empty." : "A store at :memory: would not be a file.",
      "Give the path of a file, or use memoryStore().",
    );
  }
  if (path.includes("\0")) throw invalid("The path of the store holds a NUL.", "Remove the character.");
  const stat = reach(path, () => statSync(path, { throwIfNoEntry: false }));
  if (stat?.isDirectory()) {
    throw invalid(`${path} is a folder.`, "Give the path of a file in it: history.sqlite, for example.");
  }
  // SQLite takes a file of one byte for an empty one.
  if (stat?.size === 1) throw notOurs(path);
  if (stat) return;
  if (readOnly) throw invalid(`There is no store at ${path}.`, "Open it once without readonly: true.");
  reach(path, () => mkdirSync(dirname(path), { recursive: true }));
}

/** What the system says of a path, or makes there. */
function reach<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw storeError("STORE_INVALID", path, `The store ${path} cannot be reached: ${said}.`, {
      hint: "Give the path of a file in a folder that can be read and written.",
      cause,
    });
  }
}

/** A file that a log still belongs to may end anywhere; any other is made of whole pages. */
function checkLength(path: string): void {
  const { size } = statSync(path);
  if (size % SMALLEST_PAGE === 0 || ["-wal", "-journal"].some((suffix) => isFilled(path + suffix))) return;
  throw damaged(path, "its end was cut off");
}

function isFilled(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function openReader(connection: Connection, { path, owner }: FileOptions): OpenFile {
  const { isEmpty, version } = readMark(connection);
  if (isEmpty) {
    throw storeError("STORE_INVALID", path, `The store ${path} is empty.`, {
      hint: "Open it once without readonly: true.",
    });
  }
  for (const statement of viewsOver(version)) connection.exec(statement);
  const statements = new Statements(connection);
  const lock = new WriterLock(statements, path, owner);
  return { api: createFileApi({ path, connection, statements, lock, readOnly: true }), warnings: [] };
}

function openWriter(connection: Connection, options: FileOptions): OpenFile {
  const { path, durability, owner, nowMs } = options;
  const warnings: Issue[] = [];
  const version = Object.values(connection.prepare("SELECT sqlite_version()").get() as object)[0] as string;
  if (!isWalSafe(version)) warnings.push(unsafeWal(path, version));
  connection.exec(`PRAGMA journal_mode = ${isWalSafe(version) ? "WAL" : "DELETE"}`);
  connection.exec(`PRAGMA synchronous = ${durability === "full" ? "FULL" : "NORMAL"}`);
  connection.exec("PRAGMA foreign_keys = ON");
  connection.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  connection.exec(`PRAGMA journal_size_limit = ${MOST_WAL_BYTES}`);
  migrate(connection, path);
  const statements = new Statements(connection);
  const lock = new WriterLock(statements, path, owner);
  if (lock.wasLeft(nowMs)) checkPages(connection, path);
  transact(connection, () => lock.take(nowMs));
  return { api: createFileApi({ path, connection, statements, lock, readOnly: false }), warnings };
}

function unsafeWal(path: string, version: string): Issue {
  return {
    code: "STORE_INVALID",
    message:
      `SQLite ${version} can lose commits with a write-ahead log; ${path} is kept with a rollback journal.`,
    path: ["store", path],
    hint: "Use a runtime with SQLite 3.51.3 or later.",
  };
}

function checkPages(connection: Connection, path: string): void {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MOST_CHECKED_BYTES) return;
  const [found] = Object.values(connection.prepare("PRAGMA quick_check(1)").get() as object);
  if (found !== "ok") throw damaged(path, String(found));
}
