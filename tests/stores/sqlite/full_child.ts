/** A process that appends until its file may not grow, and prints the error's code and what was acknowledged. */
import process from "node:process";
import { openSqliteStore } from "../../../src/stores/sqlite.ts";
import { Scribe, tableOf } from "../../model/events/support.ts";

const [path, thread] = process.argv.slice(2);
const store = await openSqliteStore(path, { thread: thread === "true" });
const scribe = new Scribe();
const table = tableOf([{ step: "unit" }]);
let acknowledged = 0;
try {
  for (;;) {
    const note = { name: "notes", keys: [`${scribe.seq} ${"x".repeat(3_000)}`] };
    await store.append([
      scribe.wholeRun(`run ${scribe.seq}`, table),
      scribe.write("", ["partitions_added", undefined, note]),
    ]);
    acknowledged = scribe.seq;
    await store.facts();
  }
} catch (error) {
  const known = (await store.events({ limit: 100_000 })).length;
  const isWhole = known === acknowledged ? "" : ` but ${known} are there`;
  process.stdout.write(`${(error as { code?: string }).code ?? error} ${acknowledged}${isWhole}\n`);
}
await store.close().catch(() => {});
