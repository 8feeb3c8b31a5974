/** Prepared statements, each made once. */
import type { Connection, SqlValue, Statement } from "./driver.ts";

/** As many rows go into one statement, as far as there are so many: fewer calls, which Deno's driver rewards most. */
const ROWS_PER_STATEMENT = [64, 16, 4, 1];

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

  /** Inserts rows, many at a time, given as all their values. `head` is what stands before the values. */
  insertMany(head: string, values: readonly SqlValue[], columns: number): void {
    let at = 0;
    for (const rows of ROWS_PER_STATEMENT) {
      const length = rows * columns;
      if (at + length > values.length) continue;
      const statement = this.#of(insertOf(head, rows, columns));
      for (; at + length <= values.length; at += length) statement.run(...values.slice(at, at + length));
    }
  }

  #of(sql: string): Statement {
    let statement = this.#prepared.get(sql);
    if (!statement) this.#prepared.set(sql, statement = this.#connection.prepare(sql));
    return statement;
  }
}

function insertOf(head: string, rows: number, columns: number): string {
  const row = `(${new Array(columns).fill("?").join(", ")})`;
  return `${head} VALUES ${new Array(rows).fill(row).join(", ")}`;
}
