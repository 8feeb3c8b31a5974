import assert from "node:assert/strict";
import { describe, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Issue } from "../../src/model/issue.ts";
import { openSqliteStore } from "../../src/stores/sqlite.ts";
import { APPLICATION_ID, MIGRATIONS } from "../../src/stores/sqlite/schema/tables.ts";
import { failed, finished, Scribe, succeeded, tableOf } from "../model/events/support.ts";
import { connect, intercepting, sqliteError, valueOf, withFolder } from "./support.ts";

const TABLE = tableOf([{ step: "a" }, { step: "b" }]);
const UNIT = { kind: "unit", size: 1, keyAt: () => "", indexOf: () => 0 } as const;

function rejects(
  work: Promise<unknown>,
  code: string,
  ...parts: readonly (string | RegExp)[]
): Promise<void> {
  return assert.rejects(work, (error: Error & { code: string }) => {
    assert.equal(error.name, "SluiceError");
    assert.equal(error.code, code);
    for (const part of parts) {
      assert.match(error.message, typeof part === "string" ? new RegExp(escape(part)) : part);
    }
    return true;
  });
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

describe("opening a store", () => {
  test("makes the file and its folders, with the settings that a history needs", () =>
    withFolder(async (folder) => {
      const path = join(folder, "deep", "er", "history.sqlite");
      const store = await openSqliteStore(path);
      assert.equal(store.name, path);
      await store.close();
      const other = connect(path);
      assert.equal(valueOf(other, "PRAGMA application_id"), APPLICATION_ID);
      assert.equal(valueOf(other, "PRAGMA user_version"), MIGRATIONS.length);
      assert.equal(valueOf(other, "PRAGMA journal_mode"), "wal");
      assert.equal(valueOf(other, "SELECT count(*) FROM writer"), 0);
      other.close();
    }));

  test("sets what differs between runtimes, and as durable as it was asked for", () =>
    withFolder(async (folder) => {
      for (const [durability, synchronous] of [["full", "FULL"], ["normal", "NORMAL"]] as const) {
        const said: string[] = [];
        const store = await openSqliteStore(join(folder, durability), {
          durability,
          connect: intercepting((sql) => void said.push(sql)),
        });
        await store.close();
        for (const pragma of ["busy_timeout = 0", "foreign_keys = ON", `synchronous = ${synchronous}`]) {
          assert.ok(said.includes(`PRAGMA ${pragma}`), pragma);
        }
        assert.ok(said.every((sql) => !/^BEGIN(?! IMMEDIATE)/.test(sql) || sql === "BEGIN"));
      }
    }));

  for (const thread of [false, true]) {
    test(`names the trouble with a path${thread ? ", through a thread" : ""}`, () =>
      withFolder(async (folder) => {
        const open = (path: string, options = {}) => openSqliteStore(path, { thread, ...options });
        await rejects(open(""), "STORE_INVALID", "path of the store is empty", "hint: ");
        await rejects(open(":memory:"), "STORE_INVALID", "memoryStore()");
        await rejects(open(join(folder, "a\0b")), "STORE_INVALID", "NUL");
        await rejects(open(folder), "STORE_INVALID", folder, "is a folder");
        await rejects(
          open(join(folder, "none"), { readonly: true }),
          "STORE_INVALID",
          "There is no store at",
        );
        assert.ok(!existsSync(join(folder, "none")));
        const inFile = join(folder, "file");
        writeFileSync(inFile, "");
        await rejects(open(join(inFile, "history.sqlite")), "STORE_INVALID", inFile, "hint: ");
        await rejects(open(join(inFile, "deep", "history.sqlite")), "STORE_INVALID", inFile, "hint: ");
        await rejects(open(join(folder, "x".repeat(300))), "STORE_INVALID");
      }));

    test(`leaves files alone that are not ours${thread ? ", through a thread" : ""}`, () =>
      withFolder(async (folder) => {
        const text = join(folder, "notes.txt");
        const content = "these are notes and no database at all. ".repeat(100);
        writeFileSync(text, content);
        await rejects(
          openSqliteStore(text, { thread }),
          "STORE_INVALID",
          text,
          "no store of Sluice's",
          "hint: ",
        );
        assert.equal(readFileSync(text, "utf8"), content);
        const foreign = join(folder, "other.sqlite");
        const other = connect(foreign);
        other.exec("CREATE TABLE notes (text); PRAGMA application_id = 77");
        other.close();
        const before = readFileSync(foreign);
        await rejects(openSqliteStore(foreign, { thread }), "STORE_INVALID", "another program");
        const newer = join(folder, "newer.sqlite");
        await (await openSqliteStore(newer)).close();
        const tomorrow = connect(newer);
        tomorrow.exec("PRAGMA user_version = 99");
        tomorrow.close();
        const beforeNewer = readFileSync(newer);
        await rejects(openSqliteStore(newer, { thread }), "STORE_NEWER", "newer version", "99");
        await rejects(openSqliteStore(newer, { thread, readonly: true }), "STORE_NEWER", "newer version");
        assert.deepEqual(readFileSync(newer), beforeNewer);
        assert.deepEqual(readFileSync(foreign), before);
      }));
  }

  test("takes an empty file for a new one", () =>
    withFolder(async (folder) => {
      const path = join(folder, "empty");
      writeFileSync(path, "");
      const store = await openSqliteStore(path);
      await store.append([new Scribe().wholeRun("r", TABLE)]);
      await store.close();
      await rejects(openSqliteStore(join(folder, "other"), { readonly: true }), "STORE_INVALID");
    }));

  test("falls back to a rollback journal, and says so, where SQLite is too old", () =>
    withFolder(async (folder) => {
      const warnings: Issue[] = [];
      const path = join(folder, "old.sqlite");
      const store = await openSqliteStore(path, {
        onWarning: (issue) => warnings.push(issue),
        connect: intercepting((sql) =>
          sql.includes("sqlite_version") ? { answer: { version: "3.51.2" } } : undefined
        ),
      });
      await store.append([new Scribe().wholeRun("r", TABLE)]);
      await store.close();
      assert.equal(warnings.length, 1);
      assert.match(warnings[0].message, /3\.51\.2/);
      const other = connect(path);
      assert.equal(valueOf(other, "PRAGMA journal_mode"), "delete");
      other.close();
    }));

  test("looks through a file whose last writer did not end as it should", () =>
    withFolder(async (folder) => {
      const path = join(folder, "history.sqlite");
      await (await openSqliteStore(path)).close();
      const leave = () => {
        const other = connect(path);
        other.exec("INSERT INTO writer VALUES (1, 'gone', 999999999, 'elsewhere', 0, 0, 0, 0)");
        other.close();
      };
      leave();
      const said: string[] = [];
      const store = await openSqliteStore(path, { connect: intercepting((sql) => void said.push(sql)) });
      await store.close();
      assert.equal(said.filter((sql) => sql.includes("quick_check")).length, 1);
      leave();
      const broken = intercepting((sql) =>
        sql.includes("quick_check") ? { answer: { quick_check: "page 3 is bad" } } : undefined
      );
      await rejects(openSqliteStore(path, { connect: broken }), "STORE_INVALID", "damaged", "page 3 is bad");
      await rejects(openSqliteStore(path, { connect: broken }), "STORE_INVALID", "damaged", "page 3 is bad");
      await (await openSqliteStore(path)).close();
    }));
});

describe("a store that reads beside the writer", () => {
  for (const thread of [false, true]) {
    test(`sees every commit, and cannot write${thread ? ", through a thread" : ""}`, () =>
      withFolder(async (folder) => {
        const path = join(folder, "history.sqlite");
        const scribe = new Scribe();
        const writer = await openSqliteStore(path);
        await writer.append([scribe.create("r", TABLE)]);
        const reader = await openSqliteStore(path, { readonly: true, thread });
        assert.equal((await reader.run("r"))?.status, "running");
        await writer.append([scribe.write("r", ...succeeded(0))]);
        assert.equal((await reader.facts()).asset("a", UNIT).materialized.size, 1);
        await writer.append([scribe.write("r", ...failed(1), finished("failed"))]);
        const facts = await Promise.all([reader.facts(), reader.facts()]);
        assert.deepEqual(facts.map((each) => each.asset("b", UNIT).failed.size), [1, 1]);
        assert.equal(reader.lastSeq, scribe.seq);
        assert.deepEqual((await reader.steps("r")).map(({ status }) => status), ["success", "failed"]);
        await rejects(reader.append([scribe.wholeRun("x", TABLE)]), "STORE_READONLY", "readonly: true");
        await rejects(reader.prune({ runsBeforeMs: 0 }), "STORE_READONLY");
        await writer.close();
        assert.equal((await reader.runs()).length, 1);
        await reader.close();
        await rejects(reader.facts(), "STORE_CLOSED");
      }));
  }
});

describe("a store whose disk fails", () => {
  /** A store in which a statement fails while `broken` gives an error. */
  async function fragile(path: string) {
    const state: { broken?: (sql: string) => Error | undefined } = {};
    const connect = intercepting((sql) => {
      const error = state.broken?.(sql);
      if (error) throw error;
    });
    return { state, store: await openSqliteStore(path, { connect }) };
  }

  test("says that it is full, reads on, and goes on when there is room again", () =>
    withFolder(async (folder) => {
      const path = join(folder, "history.sqlite");
      const { state, store } = await fragile(path);
      const scribe = new Scribe();
      await store.append([scribe.create("r", TABLE)]);
      state.broken = (sql) => sql === "COMMIT" ? sqliteError(13, "database or disk is full") : undefined;
      const seq = scribe.seq;
      await rejects(store.append([scribe.write("r", ...succeeded(0))]), "STORE_FULL", "no space left", path);
      assert.equal((await store.run("r"))?.steps.success, 0);
      assert.equal((await store.facts()).asset("a", UNIT).materialized.size, 0);
      delete state.broken;
      scribe.seq = seq;
      await store.append([scribe.write("r", ...succeeded(0), ...succeeded(1), finished("success"))]);
      assert.deepEqual(await store.refold(), []);
      await store.close();
    }));

  test("is the same as before after the n-th call fails, for every n", () =>
    withFolder(async (folder) => {
      for (let n = 1, isDone = false; !isDone; n++) {
        const path = join(folder, `${n}.sqlite`);
        const { state, store } = await fragile(path);
        const scribe = new Scribe();
        await store.append([scribe.wholeRun("before", TABLE), scribe.create("r", TABLE)]);
        let calls = 0;
        state.broken = () => ++calls === n ? sqliteError(10, "disk I/O error") : undefined;
        const seq = scribe.seq;
        const [first, second] = await Promise.allSettled([
          store.append([scribe.write("r", ...succeeded(0)), scribe.wholeRun("new", TABLE)]),
          store.append([scribe.write("", ["partitions_added", undefined, { name: "d", keys: ["k"] }])]),
        ]);
        isDone = calls < n;
        delete state.broken;
        assert.equal(first.status, second.status);
        assert.equal(first.status, isDone ? "fulfilled" : "rejected");
        const done = isDone ? 1 : 0;
        assert.equal((await store.run("r"))?.steps.success, done);
        assert.equal((await store.runs()).length, 2 + done);
        assert.equal((await store.facts()).dynamicKeys("d").length, done);
        if (!isDone) {
          scribe.seq = seq;
          await store.append([scribe.write("r", ...succeeded(0)), scribe.wholeRun("new", TABLE)]);
        }
        assert.deepEqual(await store.refold(), []);
        await store.close();
        const again = await openSqliteStore(path);
        assert.equal((await again.run("new"))?.status, "success");
        assert.deepEqual(await again.refold(), []);
        await again.close();
        assert.ok(n < 100);
      }
    }));

  test("tells a run that is recorded already from its neighbours in the same commit", () =>
    withFolder(async (folder) => {
      const store = await openSqliteStore(join(folder, "history.sqlite"));
      const scribe = new Scribe();
      await store.append([scribe.wholeRun("r", TABLE)]);
      const results = await Promise.allSettled([
        store.append([scribe.wholeRun("s", TABLE)]),
        store.append([scribe.wholeRun("r", TABLE)]),
        store.append([scribe.wholeRun("t", TABLE)]),
      ]);
      assert.deepEqual(results.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
      assert.equal((results[1] as PromiseRejectedResult).reason.code, "EVENT_REFUSED");
      assert.deepEqual((await store.runs()).map(({ id }) => id), ["t", "s", "r"]);
      assert.deepEqual(await store.refold(), []);
      await store.close();
    }));
});

describe("refold", () => {
  test("finds and mends what does not follow from the log", () =>
    withFolder(async (folder) => {
      const path = join(folder, "history.sqlite");
      const scribe = new Scribe();
      const store = await openSqliteStore(path);
      await store.append([
        scribe.wholeRun("r1", TABLE),
        scribe.create("r2", TABLE),
        scribe.write("r2", ...failed(0)),
      ]);
      await store.close();
      const other = connect(path);
      other.exec("UPDATE runs SET succeeded = 7 WHERE id = 'r1'");
      other.exec("DELETE FROM segments");
      other.close();
      const again = await openSqliteStore(path);
      assert.equal((await again.run("r1"))?.steps.success, 7);
      const differences = await again.refold();
      assert.ok(differences.some((line) =>
        line.startsWith("stored, not in the log:") && line.includes('"succeeded":7')
      ));
      assert.ok(differences.some((line) =>
        line.startsWith("in the log, not stored:") && line.includes('"r1/1"')
      ));
      assert.equal((await again.run("r1"))?.steps.success, 2);
      assert.equal((await again.facts()).asset("b", UNIT).materialized.size, 1);
      assert.deepEqual(await again.refold(), []);
      await again.append([scribe.write("r2", ...succeeded(1), finished("failed"))]);
      await again.close();
      const last = await openSqliteStore(path);
      assert.deepEqual(await last.refold(), []);
      assert.equal((await last.facts()).asset("b", UNIT).at(0)?.runId, "r2");
      await last.close();
    }));
});
