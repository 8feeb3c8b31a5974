/** Appends that follow one that fails: what is kept of a run has no gap. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { join } from "node:path";
import { openSqliteStore } from "../../../src/stores/sqlite.ts";
import { Scribe, succeeded, tableOf } from "../../../src/testing/store/scribe.ts";
import { inFolder } from "../../support/folder.ts";
import { intercepting, sqliteError } from "../support.ts";

const steps = tableOf([{ step: "a" }, { step: "b" }]);

/** Whether each of some appends was committed, and with which code it failed. */
async function settle(appends: readonly Promise<void>[]): Promise<readonly string[]> {
  const settled = await Promise.allSettled(appends);
  return settled.map((each) => each.status === "fulfilled" ? "kept" : each.reason.code);
}

describe("appends behind one that fails", () => {
  test("fail with it when they were made before that was known, if they are of the same run", async () => {
    await inFolder(async (folder) => {
      let isLocked = false;
      const connect = intercepting((sql) => {
        if (isLocked && sql.startsWith("BEGIN")) throw sqliteError(5, "database is locked");
      });
      await using store = await openSqliteStore(join(folder, "a.sqlite"), { connect, lockWaitMs: 60 });
      const scribe = new Scribe();
      await store.append([scribe.create("r", steps), scribe.create("s", steps)]);
      isLocked = true;
      const first = store.append([scribe.write("r", ["step_started", 0])]);
      first.catch(() => isLocked = false);
      // The first waits for the lock, and nobody knows yet that it will fail.
      await new Promise((resolve) => setTimeout(resolve, 10));
      const behind = [
        store.append([scribe.write("r", ["step_log", 0, { level: "info", message: "lost" }])]),
        store.append([scribe.write("s", ...succeeded(0))]),
      ];
      assert.deepEqual(await settle([first, ...behind]), ["STORE_LOCKED", "STORE_LOCKED", "kept"]);
      assert.deepEqual(await store.logs("r"), []);
      const later = [store.append([scribe.write("r", ["run_interrupted", undefined, { reason: "lost" }])])];
      assert.deepEqual(await settle(later), ["kept"]);
      assert.equal((await store.run("r"))?.status, "interrupted");
    });
  });

  test("fail with one that is refused, and others go on", async () => {
    await inFolder(async (folder) => {
      await using store = await openSqliteStore(join(folder, "a.sqlite"), {});
      const scribe = new Scribe();
      await store.append([scribe.create("r", steps), scribe.create("s", steps)]);
      const outcomes = await settle([
        store.append([scribe.write("s", ["step_started", 0])]),
        store.append([scribe.write("r", ["step_succeeded", 0])]),
        store.append([scribe.write("r", ...succeeded(1))]),
        store.append([scribe.write("s", ["step_succeeded", 0])]),
      ]);
      assert.deepEqual(outcomes, ["kept", "EVENT_REFUSED", "EVENT_REFUSED", "kept"]);
      assert.deepEqual((await store.steps("r")).map(({ status }) => status), ["pending", "pending"]);
      assert.deepEqual((await store.steps("s")).map(({ status }) => status), ["success", "pending"]);
    });
  });
});
