import assert from "node:assert/strict";
import { describe, test } from "bun:test";
import { copyFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Issue } from "../../../src/model/issue.ts";
import type { Clock } from "../../../src/model/ports.ts";
import { openSqliteStore } from "../../../src/stores/sqlite.ts";
import { isWalSafe } from "../../../src/stores/sqlite/file/version.ts";
import { LEASE_MS } from "../../../src/stores/sqlite/file/writer_lock.ts";
import type { RunStore } from "../../../src/stores/store.ts";
import { Scribe, tableOf } from "../../model/events/support.ts";
import { connect, intercepting, sqliteError, valueOf, withFolder } from "../support.ts";

const TABLE = tableOf([{ step: "a" }]);

/** Puts a writer's row in place of the one that is there. */
function pretend(
  path: string,
  row: { pid: number; host?: string; processMs?: number; beatMs?: number; leaseMs?: number },
): void {
  const other = connect(path);
  other.prepare("INSERT OR REPLACE INTO writer VALUES (1, 'other', ?, ?, ?, ?, ?, ?)")
    .run(
      row.pid,
      row.host ?? hostname(),
      row.processMs ?? 0,
      Date.now(),
      row.beatMs ?? Date.now(),
      row.leaseMs ?? LEASE_MS,
    );
  other.close();
}

/** A clock whose time is moved by hand; waiting moves it too. */
function handClock(nowMs: number): Clock & { nowMs: number } {
  return {
    nowMs,
    now() {
      return this.nowMs;
    },
    after(delayMs, callback) {
      const timer = setTimeout(() => {
        this.nowMs += delayMs;
        callback();
      }, 0);
      return () => clearTimeout(timer);
    },
  };
}

async function made(folder: string): Promise<string> {
  const path = join(folder, "history.sqlite");
  await (await openSqliteStore(path)).close();
  return path;
}

async function openClosed(path: string, clock: Clock): Promise<RunStore> {
  const store = await openSqliteStore(path, { clock });
  await store.close();
  return store;
}

describe("one writer", () => {
  for (const thread of [false, true]) {
    test(`at a time, and the second hears who it is${thread ? ", through threads" : ""}`, () =>
      withFolder(async (folder) => {
        const path = join(folder, "history.sqlite");
        const first = await openSqliteStore(path, { thread });
        await assert.rejects(openSqliteStore(path, { thread }), (error: Error & { code: string }) => {
          assert.equal(error.code, "STORE_LOCKED");
          assert.ok(error.message.includes(`process ${process.pid} on ${hostname()}`), error.message);
          assert.match(error.message, /hint: .*readonly: true/);
          return true;
        });
        await first.append([new Scribe().wholeRun("r", TABLE)]);
        await first.close();
        const second = await openSqliteStore(path, { thread });
        assert.equal((await second.runs()).length, 1);
        await second.close();
      }));
  }

  test("that lives keeps the file, on this machine and on others", () =>
    withFolder(async (folder) => {
      const path = await made(folder);
      pretend(path, { pid: process.ppid });
      await assert.rejects(openSqliteStore(path), { code: "STORE_LOCKED" });
      pretend(path, { pid: 1, host: "another-machine" });
      await assert.rejects(openSqliteStore(path), { code: "STORE_LOCKED" });
      pretend(path, { pid: process.pid, processMs: Math.round(performance.timeOrigin) });
      await assert.rejects(openSqliteStore(path), { code: "STORE_LOCKED" });
    }));

  test("that is dead is taken over from at once", () =>
    withFolder(async (folder) => {
      const path = await made(folder);
      const dead = [
        { pid: 2 ** 22 + 12_345 },
        { pid: process.pid, processMs: 1 },
        { pid: process.ppid, beatMs: Date.now() - LEASE_MS - 1 },
        { pid: 1, host: "another-machine", beatMs: Date.now() - 60_000 },
      ];
      for (const row of dead) {
        pretend(path, row);
        const store = await openSqliteStore(path);
        await store.close();
      }
    }));

  test("has a number that is higher than those of all before it, also in a copy that is brought back", () =>
    withFolder(async (folder) => {
      const path = join(folder, "history.sqlite");
      const numbers: number[] = [];
      const histories = new Set<string>();
      const clock = handClock(1_000);
      for (let times = 0; times < 3; times++) {
        const { fence, ...store } = await openClosed(path, clock);
        assert.ok(fence, store.name);
        numbers.push(fence.number);
        histories.add(fence.history);
      }
      assert.deepEqual(numbers, [1_000, 1_001, 1_002]);
      const copy = join(folder, "copy.sqlite");
      copyFileSync(path, copy);
      clock.nowMs = 5_000;
      assert.equal((await openClosed(path, clock)).fence?.number, 5_000);
      clock.nowMs = 6_000;
      const { fence } = await openClosed(copy, clock);
      assert.equal(fence?.number, 6_000);
      histories.add(String(fence?.history));
      assert.equal(histories.size, 1);
      const other = await openClosed(join(folder, "other.sqlite"), clock);
      assert.notEqual(other.fence?.history, fence?.history);
    }));

  test("that was taken over from cannot commit any more, and says so", () =>
    withFolder(async (folder) => {
      const path = join(folder, "history.sqlite");
      const scribe = new Scribe();
      const store = await openSqliteStore(path);
      await store.append([scribe.wholeRun("r1", TABLE)]);
      pretend(path, { pid: process.ppid });
      await assert.rejects(
        store.append([scribe.wholeRun("r2", TABLE)]),
        (error: Error & { code: string }) => {
          assert.equal(error.code, "STORE_LOCKED");
          assert.match(error.message, /was taken over by process/);
          return true;
        },
      );
      assert.equal((await store.runs()).length, 1);
      await assert.doesNotReject(store.close().catch(() => {}));
      const other = connect(path);
      assert.equal(valueOf(other, "SELECT instance FROM writer"), "other");
      other.close();
    }));
});

describe("a lock that another program holds", () => {
  test("is waited for while everything else goes on, and the wait is told of", () =>
    withFolder(async (folder) => {
      const path = await made(folder);
      const warnings: Issue[] = [];
      const clock = handClock(Date.now());
      const state = { turnsLeft: 0 };
      const store = await openSqliteStore(path, {
        clock,
        onWarning: (issue) => warnings.push(issue),
        connect: intercepting((sql) => {
          if (state.turnsLeft > 0 && sql.startsWith("BEGIN")) throw sqliteError(5, "database is locked");
        }),
      });
      state.turnsLeft = 60;
      const ticking = setInterval(() => state.turnsLeft--, 1);
      await store.append([new Scribe().wholeRun("r", TABLE)]);
      clearInterval(ticking);
      assert.equal((await store.runs()).length, 1);
      assert.deepEqual(warnings.map(({ code }) => code), ["STORE_LOCKED"]);
      await store.close();
    }));

  test("held by a real one, is waited for too", () =>
    withFolder(async (folder) => {
      const path = await made(folder);
      const store = await openSqliteStore(path);
      const other = connect(path);
      other.exec("BEGIN IMMEDIATE");
      const appended = store.append([new Scribe().wholeRun("r", TABLE)]);
      setTimeout(() => other.exec("COMMIT"), 60);
      await appended;
      other.close();
      await store.close();
    }));

  test("is not waited for longer than was asked", () =>
    withFolder(async (folder) => {
      const path = await made(folder);
      const clock = handClock(Date.now());
      let isBusy = false;
      const connectBusy = intercepting((sql) => {
        if (isBusy && sql.startsWith("BEGIN")) throw sqliteError(5, "database is locked");
      });
      const store = await openSqliteStore(path, { clock, lockWaitMs: 5_000, connect: connectBusy });
      isBusy = true;
      const beforeMs = clock.nowMs;
      await assert.rejects(store.append([new Scribe().wholeRun("r", TABLE)]), { code: "STORE_LOCKED" });
      assert.ok(clock.nowMs - beforeMs >= 5_000 && clock.nowMs - beforeMs < 5_200);
      isBusy = false;
      await store.append([new Scribe().wholeRun("r", TABLE)]);
      await store.close();
    }));
});

test("versions of SQLite that lose commits with a write-ahead log are known", () => {
  const safe = ["3.51.3", "3.51.4", "3.52.0", "3.54.1", "3.50.7", "3.50.12", "3.44.6", "4.0.0"];
  const unsafe = ["3.51.2", "3.51.0", "3.50.6", "3.49.9", "3.45.1", "3.44.5", "3.40.1"];
  assert.deepEqual(safe.filter((version) => !isWalSafe(version)), []);
  assert.deepEqual(unsafe.filter(isWalSafe), []);
});
