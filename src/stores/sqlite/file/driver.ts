/** SQLite as far as it is used: the part of `node:sqlite` that Bun and Deno have in common. */
import { storeError } from "../../refusal.ts";

/** What can be bound to a statement and read from a row. */
export type SqlValue = number | string | null | Uint8Array;

/** A row by the names of its columns. */
export type SqlRow = { readonly [column: string]: SqlValue };

/** A prepared statement. */
export interface Statement {
  /** The body. */
  run(...values: SqlValue[]): { readonly changes: number | bigint };
  /** The first row. */
  get(...values: SqlValue[]): unknown;
  /** All rows. */
  all(...values: SqlValue[]): unknown[];
}

/** An open connection. */
export interface Connection {
  /** Runs a script. */
  exec(sql: string): void;
  /** Prepares a statement. */
  prepare(sql: string): Statement;
  /** Closes it. */
  close(): void;
}

/** Opens a file; tests put another one in its place to make storage fail. */
export type Connect = (path: string, options: { readonly readOnly: boolean }) => Connection;

/** `node:sqlite`, got without an import: a program that keeps its history elsewhere never loads it. */
export const connectNodeSqlite: Connect = (path, { readOnly }) => {
  const sqlite = process.getBuiltinModule("node:sqlite");
  if (!sqlite) {
    throw storeError("STORE_INVALID", path, "This runtime has no node:sqlite.", {
      hint: "Use Bun 1.4 or Deno 2.9 or later, or a store in memory.",
    });
  }
  return new sqlite.DatabaseSync(path, { readOnly, timeout: 0 }) as Connection;
};
