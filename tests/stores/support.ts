/** Files for stores, and connections that fail when they are told to. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Connect,
  type Connection,
  connectNodeSqlite,
  type Statement,
} from "../../src/stores/sqlite/file/driver.ts";

/** Runs `work` with a folder of its own. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-store-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A connection of its own to a file, outside of any store. */
export function connect(path: string): Connection {
  return connectNodeSqlite(path, { readOnly: false });
}

/** The first column of the first row. */
export function valueOf(connection: Connection, sql: string): unknown {
  return Object.values(connection.prepare(sql).get() as object)[0];
}

/** Called with every statement before it runs; throws to make it fail, or gives another answer. */
export type Interception = (sql: string) => { readonly answer: unknown } | undefined | void;

/** Connects so that every statement is looked at first. */
export function intercepting(intercept: Interception): Connect {
  return (path, options) => {
    const connection = connectNodeSqlite(path, options);
    const wrap = (sql: string, statement: Statement): Statement => ({
      run: (...values) => (intercept(sql), statement.run(...values)),
      get: (...values) => {
        const other = intercept(sql);
        return other ? other.answer : statement.get(...values);
      },
      all: (...values) => (intercept(sql), statement.all(...values)),
    });
    return {
      exec: (sql) => (intercept(sql), connection.exec(sql)),
      prepare: (sql) => wrap(sql, connection.prepare(sql)),
      close: () => connection.close(),
    };
  };
}

/** What node:sqlite throws, as Bun says it. */
export function sqliteError(errcode: number, message: string): Error {
  return Object.assign(new Error(message), { code: "ERR_SQLITE_ERROR", errcode });
}
