/** Storage that fails at its n-th call, for every n: what an orchestrator says, and what it makes of it later. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { join } from "node:path";
import { createOrchestrator, defineAsset, defineCheck, definitions, staticPartitions } from "sluice";
import { openSqliteStore } from "../../src/stores/sqlite.ts";
import { intercepting, sqliteError } from "../stores/support.ts";
import { inFolder } from "../support/folder.ts";

/** Faults with the code that they are told by, and how many calls lie between two that fail. */
const FAULTS: { readonly [name: string]: readonly [error: () => Error, code: string, stride: number] } = {
  "a full disk": [() => sqliteError(13, "database or disk is full"), "STORE_FULL", 4],
  "a disk that cannot be written": [() => sqliteError(10, "disk I/O error"), "STORE_INVALID", 1],
  "a file that became read-only": [
    () => sqliteError(8, "attempt to write a readonly database"),
    "STORE_READONLY",
    5,
  ],
};

/** A graph with partitions, a check and a step that takes a turn, and how often each was made. */
function world() {
  const made = new Map<string, number>();
  const note = <T>(name: string, value: T): T => (made.set(name, (made.get(name) ?? 0) + 1), value);
  const raw = defineAsset({
    key: "raw",
    partitions: staticPartitions(["a", "b", "c"]),
    run: async ({ partition, log }) => {
      log.info(`making ${partition.key}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      return note(`raw ${partition.key}`, partition.key);
    },
  });
  const sum = defineAsset({ key: "sum", deps: { raw }, run: ({ inputs }) => note("sum", inputs.raw.size) });
  const last = defineAsset({ key: "last", deps: { sum }, run: ({ inputs }) => note("last", inputs.sum + 1) });
  const check = defineCheck({ asset: sum, name: "whole", blocking: true, run: ({ value }) => value === 3 });
  return { made, raw, sum, last, all: definitions({ assets: [raw, sum, last], checks: [check] }) };
}

describe("an orchestrator whose storage fails", () => {
  for (const [name, [fault, code, stride]] of Object.entries(FAULTS)) {
    for (const isLasting of [false, true]) {
      test(`${name}, ${isLasting ? "for a while" : "once"}: says so, and recovers without a restart`, () =>
        inFolder(async (folder) => {
          let isDone = false;
          for (let n = 1; !isDone; n += stride) {
            const { made, raw, last, all } = world();
            let calls = 0;
            let isBroken = false;
            const connect = intercepting((sql) => {
              // Taking back needs nothing of the disk.
              if (sql === "ROLLBACK") return;
              if (isBroken && (isLasting ? ++calls >= n : ++calls === n)) throw fault();
            });
            const store = await openSqliteStore(join(folder, `${isLasting} ${n}.sqlite`), { connect });
            await using sluice = createOrchestrator(all, { store, defaultIO: "memory", concurrency: 2 });
            await sluice.materialize(raw, { partitions: "a" });
            isBroken = true;
            const outcome = await sluice.materialize("*", { partitions: "all" }).then(
              ({ status }) => status,
              (error) => error.code,
            );
            isDone = calls < n;
            isBroken = false;
            assert.equal(outcome, isDone ? "success" : code, `call ${n}`);
            for (const { status } of await sluice.recover()) assert.equal(status, "success", `call ${n}`);
            const open = await sluice.runs({ status: ["queued", "running", "canceling", "interrupted"] });
            assert.deepEqual(open, [], `call ${n}`);
            if ((await sluice.plan({ scope: "missing" })).ranks.length > 0) {
              const again = await sluice.materialize("*", { partitions: "all" });
              assert.equal(again.status, "success", `call ${n}`);
            }
            assert.equal(await sluice.load(last), 4);
            assert.ok(made.size === 5 && [...made.values()].every((times) => times <= 4), `call ${n}`);
            assert.deepEqual(await store.refold(), [], `call ${n}`);
            assert.ok(n < 200);
          }
        }));
    }
  }
});
