/** Connections that only read, and leave the folder as they found it. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Connect, Connection } from "./driver.ts";
import { faultOf } from "./faults.ts";

/**
 * Connects for reading. SQLite needs the files of its write-ahead log also for that. Where they are, a connection
 * that cannot write uses them and lets them be. Where they are not, one that could makes them and removes them when
 * it is closed; in a folder that cannot be written nobody else writes either, and the file is read as it lies there.
 */
export function connectReader(path: string, connect: Connect): Connection {
  if (existsSync(`${path}-wal`)) return connect(path, { readOnly: true });
  try {
    return connectTidy(path, connect);
  } catch (error) {
    const fault = faultOf(error);
    if (fault !== "readonly" && fault !== "cantopen") throw error;
    return connect(`${pathToFileURL(resolve(path)).href}?immutable=1`, { readOnly: true });
  }
}

function connectTidy(path: string, connect: Connect): Connection {
  const connection = connect(path, { readOnly: false });
  try {
    connection.exec("PRAGMA query_only = ON");
    connection.prepare("SELECT count(*) FROM sqlite_schema").get();
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
