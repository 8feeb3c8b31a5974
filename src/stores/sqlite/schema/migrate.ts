/** Bringing a file to the version of this program, and refusing those that are not ours. */
import { renameSync, rmSync } from "node:fs";
import { storeError } from "../../refusal.ts";
import type { Connection } from "../file/driver.ts";
import { APPLICATION_ID, type Migration, MIGRATIONS } from "./tables.ts";

/** What a file says of itself. */
export interface FileMark {
  readonly applicationId: number;
  readonly version: number;
  /** Whether there are no tables yet. */
  readonly isEmpty: boolean;
}

export function readMark(connection: Connection): FileMark {
  const number = (sql: string): number => Object.values(connection.prepare(sql).get() as object)[0] as number;
  return {
    applicationId: number("PRAGMA application_id"),
    version: number("PRAGMA user_version"),
    isEmpty: number("SELECT count(*) FROM sqlite_schema") === 0,
  };
}

/**
 * Refuses a file of another program (STORE_INVALID) and one of a newer version (STORE_NEWER). Both stay as they are.
 */
export function checkMark(mark: FileMark, path: string, newest: number = MIGRATIONS.length): void {
  if (mark.isEmpty && mark.applicationId === 0) return;
  if (mark.applicationId !== APPLICATION_ID) {
    throw storeError("STORE_INVALID", path, `${path} is the database of another program.`, {
      hint: "Give another path; the file was not changed.",
    });
  }
  if (mark.version > newest) {
    throw storeError(
      "STORE_NEWER",
      path,
      `The store ${path} was made by a newer version: its schema is ${mark.version}, this one reads ${newest}.`,
      { hint: "Update Sluice, or give another path; the file was not changed." },
    );
  }
}

/**
 * Runs the migrations that a file still needs, each in one transaction. Before an older file is changed a copy of it
 * is kept beside it; gives its path.
 */
export function migrate(
  connection: Connection,
  path: string,
  migrations: readonly Migration[] = MIGRATIONS,
): string | undefined {
  const mark = readMark(connection);
  checkMark(mark, path, migrations.length);
  if (mark.version === migrations.length) return undefined;
  const backup = mark.isEmpty ? undefined : keepBackup(connection, path, mark.version);
  for (let version = mark.version; version < migrations.length; version++) {
    runMigration(connection, migrations[version], version);
  }
  return backup;
}

/** A copy that appears under its name when it is whole. */
function keepBackup(connection: Connection, path: string, version: number): string {
  const backup = `${path}.v${version}.backup`;
  const draft = `${backup}.part`;
  rmSync(draft, { force: true });
  connection.prepare("VACUUM INTO ?").run(draft);
  renameSync(draft, backup);
  return backup;
}

/** Another process may have come first: the version is read again under the lock. */
function runMigration(connection: Connection, statements: Migration, version: number): void {
  connection.exec("BEGIN IMMEDIATE");
  try {
    if (readMark(connection).version === version) {
      for (const sql of statements) connection.exec(sql);
      connection.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      connection.exec(`PRAGMA user_version = ${version + 1}`);
    }
    connection.exec("COMMIT");
  } catch (error) {
    connection.exec("ROLLBACK");
    throw error;
  }
}
