/** Transactions. */
import type { Connection } from "./driver.ts";

/** Runs `work` in one transaction that is begun with the write lock: it is all there, or nothing of it is. */
export function transact<T>(connection: Connection, work: () => T): T {
  connection.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    connection.exec("COMMIT");
    return result;
  } catch (error) {
    rollBack(connection);
    throw error;
  }
}

/** After some errors, a full disk for one, SQLite has rolled back by itself, and says that there is nothing to do. */
function rollBack(connection: Connection): void {
  try {
    connection.exec("ROLLBACK");
  } catch {
    return;
  }
}
