/** A disk without room: SQLite's own limit in this process, and a limit of the system on a child. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { createOrchestrator, dailyPartitions, defineAsset, definitions, output } from "sluice";
import { type Connection, connectNodeSqlite } from "../../../src/stores/sqlite/file/driver.ts";
import { openSqliteStore, type SqliteStoreOptions } from "../../../src/stores/sqlite.ts";
import { Scribe, tableOf } from "../../model/events/support.ts";
import { runFile } from "../../support/runtime.ts";
import { valueOf, withFolder } from "../support.ts";

const CHILD = fileURLToPath(new URL("./full_child.ts", import.meta.url));
const TABLE = tableOf([{ step: "a" }]);

/** Connects so that the file can be kept from growing, and be allowed to again. */
function limited() {
  const held: { connection?: Connection } = {};
  const of = () => held.connection as Connection;
  return {
    connect: ((path, options) => held.connection = connectNodeSqlite(path, options)) as NonNullable<
      SqliteStoreOptions["connect"]
    >,
    /** Leaves room for so many pages. */
    leave: (pages: number) =>
      of().exec(`PRAGMA max_page_count = ${Number(valueOf(of(), "PRAGMA page_count")) + pages}`),
    free: () => of().exec("PRAGMA max_page_count = 4294967294"),
  };
}

describe("a full disk", () => {
  for (const events of ["packed", "rows"] as const) {
    test(`refuses what has no room, keeps what was acknowledged, and goes on later, ${events}`, () =>
      withFolder(async (folder) => {
        const disk = limited();
        const path = join(folder, "history.sqlite");
        const store = await openSqliteStore(path, { connect: disk.connect, events });
        const scribe = new Scribe();
        const note = { name: "notes", keys: ["x".repeat(3_000)] };
        disk.leave(20);
        let acknowledged = 0;
        let refused: unknown;
        while (refused === undefined) {
          const before = scribe.seq;
          try {
            await store.append([
              scribe.wholeRun(`run ${before}`, TABLE),
              scribe.write("", ["partitions_added", undefined, note]),
            ]);
            acknowledged = scribe.seq;
          } catch (error) {
            refused = error;
            scribe.seq = before;
          }
        }
        assert.equal((refused as { code?: string }).code, "STORE_FULL");
        assert.match(String(refused), /no space left[^]*hint: Free some space/);
        assert.ok(acknowledged > 10, String(acknowledged));
        assert.equal(store.lastSeq, acknowledged);
        assert.equal((await store.events({ limit: 10_000 })).length, acknowledged);
        disk.free();
        await store.append([scribe.wholeRun("after", TABLE)]);
        assert.deepEqual(await store.refold(), []);
        await store.close();
        const again = await openSqliteStore(path);
        assert.equal((await again.run("after"))?.status, "success");
        assert.equal((await again.events({ limit: 10_000 })).length, scribe.seq);
        await again.close();
      }));
  }

  test("ends the run and not the process; reads answer, and later runs need no restart", () =>
    withFolder(async (folder) => {
      const disk = limited();
      const days = dailyPartitions({ start: "2026-01-01", end: "2026-03-01" });
      const noisy = defineAsset({
        key: "noisy",
        partitions: days,
        run: async ({ log }) => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          for (let line = 0; line < 20; line++) log.info("x".repeat(1_000));
          return output(1);
        },
      });
      const store = await openSqliteStore(join(folder, "history.sqlite"), { connect: disk.connect });
      await using sluice = createOrchestrator(definitions({ assets: [noisy] }), {
        store,
        defaultIO: "memory",
        concurrency: 2,
      });
      await sluice.materialize(noisy, { partitions: "2026-01-01" });
      disk.leave(30);
      await assert.rejects(sluice.materialize(noisy, { partitions: "all" }), { code: "STORE_FULL" });
      assert.equal((await sluice.runs()).length, 2);
      assert.ok((await sluice.partitions(noisy)).materialized.size >= 1);
      disk.free();
      const { status } = await sluice.materialize(noisy, { partitions: "2026-02-01" });
      assert.equal(status, "success");
      const [result] = await sluice.recover();
      assert.equal(result.status, "success");
      assert.equal((await sluice.partitions(noisy)).materialized.size, 59);
      assert.deepEqual((await sluice.runs()).map((run) => run.status), ["success", "success", "success"]);
      assert.deepEqual(await store.refold(), []);
    }));
});

const canLimit = process.platform !== "win32";

describe(`a limit of the system on the size of files${canLimit ? "" : " (skipped: no ulimit here)"}`, () => {
  for (const thread of [false, true]) {
    test(`is an error with a code, and loses nothing${thread ? ", through a thread" : ""}`, async () => {
      if (!canLimit) return;
      await withFolder(async (folder) => {
        const path = join(folder, "history.sqlite");
        const script = `trap '' XFSZ; ulimit -f 600; exec "$@"`;
        const child = spawnSync("sh", ["-c", script, "sh", ...runFile, CHILD, path, String(thread)], {
          encoding: "utf8",
        });
        const [code, acknowledged] = child.stdout.trim().split(" ");
        assert.match(code, /^STORE_(FULL|INVALID)$/, child.stdout + child.stderr);
        assert.ok(Number(acknowledged) > 0);
        const store = await openSqliteStore(path);
        assert.ok(store.lastSeq >= Number(acknowledged));
        assert.deepEqual(await store.refold(), []);
        await store.append([new Scribe(store.lastSeq).wholeRun("after", TABLE)]);
        await store.close();
      });
    });
  }
});
