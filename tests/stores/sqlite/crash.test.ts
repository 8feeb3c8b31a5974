import assert from "node:assert/strict";
import { describe, test } from "bun:test";
import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { openSqliteStore, type SqliteStoreOptions } from "../../../src/stores/sqlite.ts";
import { Scribe, tableOf } from "../../model/events/support.ts";
import { withFolder } from "../support.ts";

const CHILD = fileURLToPath(new URL("./crash_child.ts", import.meta.url));
const PREFIX = "Deno" in globalThis ? ["run", "-A", "--no-check"] : [];

/** Starts the child, kills it when enough was acknowledged, and gives the highest place it was told of. */
function killAfter(path: string, options: SqliteStoreOptions, acknowledgements: number): Promise<number> {
  const child = spawn(process.execPath, [...PREFIX, CHILD, path, JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (text) => {
    said += text;
    if (said.split("\n").length > acknowledgements) child.kill("SIGKILL");
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => {
      const lines = said.split("\n").slice(0, -1).map(Number);
      resolve(Math.max(...lines));
    });
  });
}

describe("a process that is killed", () => {
  const kinds: readonly (readonly [string, SqliteStoreOptions])[] = [
    ["packed", {}],
    ["rows", { events: "rows", durability: "normal" }],
    ["in a thread", { thread: true }],
  ];
  for (const [name, options] of kinds) {
    test(`loses nothing that was acknowledged, ${name}`, () =>
      withFolder(async (folder) => {
        const path = join(folder, "history.sqlite");
        for (const acknowledgements of [1, 70, 400]) {
          const acknowledged = await killAfter(path, options, acknowledgements);
          const store = await openSqliteStore(path, options);
          assert.ok(store.lastSeq >= acknowledged, `${store.lastSeq} of ${acknowledged}`);
          let seq = 0;
          for (let isMore = true; isMore;) {
            const events = await store.events({ after: seq, limit: 5_000 });
            for (const event of events) assert.equal(event.seq, ++seq);
            isMore = events.length === 5_000;
          }
          assert.equal(seq, store.lastSeq);
          assert.deepEqual(await store.refold(), []);
          const open = await store.runs({ status: ["queued", "running"], limit: 1_000 });
          const scribe = new Scribe(store.lastSeq);
          for (const { id } of open) {
            await store.append([scribe.write(id, ["run_interrupted", undefined, { reason: "killed" }])]);
          }
          await store.append([scribe.wholeRun(`after ${acknowledgements}`, tableOf([{ step: "unit" }]))]);
          assert.equal((await store.run(`after ${acknowledgements}`))?.status, "success");
          await store.close();
        }
      }));
  }
});
