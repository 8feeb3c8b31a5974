/** Prepared statements, each made once. */
import type { Connection, SqlValue, Statement } from "./driver.ts";

/** As many rows go into one statement: fewer calls, which Deno's driver rewards most. */
const ROWS_PER_STATEMENT = 64;

/** The statements of one connection. */
export class Statements {
  readonly #connection: Connection;
  readonly #prepared: Map<string, Statement> = new Map();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  run(sql: string, ...values: SqlValue[]): number {
    return Number(this.#of(sql).run(...values).changes);
  }

  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    return (this.#of(sql).get(...values) ?? undefined) as Row | undefined;
  }

  all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    return this.#of(sql).all(...values) as Row[];
  }

  /** The first column of each row. */
  column<Value>(sql: string, ...values: SqlValue[]): Value[] {
    return this.all<object>(sql, ...values).map((row) => Object.values(row)[0] as Value);
  }

  /** Inserts rows of values, many at a time. `head` is everything before the values. */
  insertMany(head: string, rows: readonly (readonly SqlValue[])[]): void {
    let at = 0;
    for (; at + ROWS_PER_STATEMENT <= rows.length; at += ROWS_PER_STATEMENT) {
      this.#insert(head, rows.slice(at, at + ROWS_PER_STATEMENT));
    }
    for (; at < rows.length; at++) this.#insert(head, rows.slice(at, at + 1));
  }

  #insert(head: string, rows: readonly (readonly SqlValue[])[]): void {
    const row = `(${rows[0].map(() => "?").join(", ")})`;
    this.#of(`${head} VALUES ${rows.map(() => row).join(", ")}`).run(...rows.flat());
  }

  #of(sql: string): Statement {
    let statement = this.#prepared.get(sql);
    if (!statement) this.#prepared.set(sql, statement = this.#connection.prepare(sql));
    return statement;
  }
}
