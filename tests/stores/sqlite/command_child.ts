/** A process that holds a store and does what lines on its input say; it answers each with a line. */
import process from "node:process";
import { createInterface } from "node:readline";
import { connectNodeSqlite } from "../../../src/stores/sqlite/file/driver.ts";
import { migrate } from "../../../src/stores/sqlite/schema/migrate.ts";
import { openSqliteStore } from "../../../src/stores/sqlite.ts";
import { Scribe, tableOf } from "../../model/events/support.ts";

const [task, path] = process.argv.slice(2);
const say = (line: unknown): void => void process.stdout.write(`${line}\n`);
const table = tableOf([{ step: "unit" }]);

/** Appends when it is asked to. */
async function hold(): Promise<void> {
  const store = await openSqliteStore(path);
  say("open");
  for await (const line of createInterface({ input: process.stdin })) {
    const scribe = new Scribe(store.lastSeq);
    const answer = store.append([scribe.wholeRun(line, table)]).then(() => "kept", (error) => error.code);
    say(await answer);
  }
}

/** Holds the write lock of SQLite until its input ends. */
async function lock(): Promise<void> {
  const connection = connectNodeSqlite(path, { readOnly: false });
  connection.exec("BEGIN IMMEDIATE");
  say("open");
  for await (const _ of process.stdin);
  connection.exec("COMMIT");
  connection.close();
}

/** Is in the middle of a migration for ever. */
function migrateForEver(): void {
  const connection = connectNodeSqlite(path, { readOnly: false });
  const endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
  const first = ["CREATE TABLE notes (text TEXT)", "INSERT INTO notes VALUES ('one')"];
  say("open");
  migrate(connection, path, [first, [
    "ALTER TABLE notes ADD COLUMN mood TEXT",
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000) " +
    "INSERT INTO notes SELECT 'note ' || i, 'half' FROM n",
    endless,
  ]]);
}

if (task === "hold") await hold();
else if (task === "lock") await lock();
else migrateForEver();
