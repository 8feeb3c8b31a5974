/** A process that appends until it is killed, and says on its output what was acknowledged. */
import process from "node:process";
import { openSqliteStore, type SqliteStoreOptions } from "../../../src/stores/sqlite.ts";
import { days, failed, finished, Scribe, succeeded, tableOf } from "../../model/events/support.ts";

const [path, options] = process.argv.slice(2);
const store = await openSqliteStore(path, JSON.parse(options) as SqliteStoreOptions);
const scribe = new Scribe(store.lastSeq);
const table = tableOf([{ step: "unit" }, {
  step: "daily",
  codeVersion: "1",
  partitions: days("2026-01-01", 20),
}]);

for (;;) {
  const id = `run ${scribe.seq}`;
  const batches = [scribe.create(id, table)];
  for (let step = 0; step < table.count; step++) {
    const outputs = step % 3 === 0 ? { outputs: [{ metadata: { step, text: "x".repeat(50) } }] } : undefined;
    batches.push(scribe.write(id, ...step % 7 === 6 ? failed(step) : succeeded(step, outputs)));
  }
  batches.push(scribe.write("", ["partitions_added", undefined, { name: "keys", keys: [id] }]));
  batches.push(scribe.write(id, finished("failed")));
  for (const batch of batches) {
    const last = batch.seqAt(batch.size - 1);
    void store.append([batch]).then(() => process.stdout.write(`${last}\n`));
    if (last % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await store.facts();
}
