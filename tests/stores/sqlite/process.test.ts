/** Several processes and one file: locks that are held, writers that die or sleep, readers that never end. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Issue } from "../../../src/model/issue.ts";
import { migrate, readMark } from "../../../src/stores/sqlite/schema/migrate.ts";
import { openSqliteStore } from "../../../src/stores/sqlite.ts";
import { runFile } from "../../support/runtime.ts";
import { Scribe, tableOf } from "../../model/events/support.ts";
import { connect, valueOf, withFolder } from "../support.ts";

const CHILD = fileURLToPath(new URL("./command_child.ts", import.meta.url));
const TABLE = tableOf([{ step: "a" }]);
const MEGABYTE = 2 ** 20;

/** A child that answers lines with lines. */
interface Commanded {
  /** The next line that it says. */
  hear(): Promise<string>;
  tell(line: string): void;
  /** Ends its input and waits for its end. */
  finish(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

async function startChild(task: "hold" | "lock" | "migrate", path: string): Promise<Commanded> {
  const [command, ...before] = runFile;
  const child: ChildProcessWithoutNullStreams = spawn(command, [...before, CHILD, task, path]);
  child.stderr.resume();
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const hear = async () => String((await lines.next()).value);
  assert.equal(await hear(), "open");
  return {
    hear,
    tell: (line) => void child.stdin.write(`${line}\n`),
    finish: () => (child.stdin.end(), ended),
    // Deno's own child.kill() knows no SIGSTOP.
    kill: (signal) => void process.kill(child.pid as number, signal),
  };
}

async function made(folder: string): Promise<string> {
  const path = join(folder, "history.sqlite");
  await (await openSqliteStore(path)).close();
  return path;
}

describe("two processes", () => {
  test("share a file: one writes, the other reads, and takes over as soon as the writer is killed", () =>
    withFolder(async (folder) => {
      const path = await made(folder);
      const child = await startChild("hold", path);
      child.tell("one");
      assert.equal(await child.hear(), "kept");
      await assert.rejects(openSqliteStore(path), { code: "STORE_LOCKED" });
      const reader = await openSqliteStore(path, { readonly: true });
      assert.equal((await reader.run("one"))?.status, "success");
      child.tell("two");
      assert.equal(await child.hear(), "kept");
      assert.equal((await reader.runs()).length, 2);
      child.kill("SIGKILL");
      await child.finish();
      const writer = await openSqliteStore(path);
      await writer.append([new Scribe(writer.lastSeq).wholeRun("three", TABLE)]);
      assert.deepEqual((await reader.runs()).map(({ id }) => id), ["three", "two", "one"]);
      await writer.close();
      await reader.close();
    }));

  test("do not both write when one of them slept through its lease", () =>
    withFolder(async (folder) => {
      const path = await made(folder);
      const child = await startChild("hold", path);
      child.tell("one");
      assert.equal(await child.hear(), "kept");
      child.kill("SIGSTOP");
      await assert.rejects(openSqliteStore(path), { code: "STORE_LOCKED" });
      const other = connect(path);
      other.exec("UPDATE writer SET beat_ms = beat_ms - lease_ms - 1");
      other.close();
      const writer = await openSqliteStore(path);
      await writer.append([new Scribe(writer.lastSeq).wholeRun("two", TABLE)]);
      child.tell("late");
      child.kill("SIGCONT");
      assert.equal(await child.hear(), "STORE_LOCKED");
      await writer.append([new Scribe(writer.lastSeq).wholeRun("three", TABLE)]);
      assert.deepEqual((await writer.runs()).map(({ id }) => id), ["three", "two", "one"]);
      assert.deepEqual(await writer.refold(), []);
      await child.finish();
      await writer.close();
    }));

  test("wait for each other's locks without holding the event loop", () =>
    withFolder(async (folder) => {
      const path = await made(folder);
      const warnings: Issue[] = [];
      const store = await openSqliteStore(path, { onWarning: (issue) => warnings.push(issue) });
      const child = await startChild("lock", path);
      let isKept = false;
      const append = store.append([new Scribe().wholeRun("r", TABLE)]).then(() => isKept = true);
      let turns = 0;
      while (warnings.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        turns++;
      }
      assert.ok(turns > 50, `${turns} turns in a second`);
      assert.ok(!isKept);
      assert.deepEqual(warnings.map(({ code }) => code), ["STORE_LOCKED"]);
      assert.match(warnings[0].message, /waits for another program's lock/);
      await child.finish();
      await append;
      assert.equal((await store.runs()).length, 1);
      await store.close();
    }));
});

test("a process that is killed in a migration leaves the version before, and a copy of it", () =>
  withFolder(async (folder) => {
    const path = join(folder, "notes.sqlite");
    const first = ["CREATE TABLE notes (text TEXT)", "INSERT INTO notes VALUES ('one')"];
    const before = connect(path);
    before.exec("PRAGMA journal_mode = WAL");
    migrate(before, path, [first]);
    before.close();
    const child = await startChild("migrate", path);
    // The rows of the migration are so many that some of them lie in the log before it ends.
    while ((statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) < MEGABYTE) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    child.kill("SIGKILL");
    await child.finish();
    const after = connect(path);
    assert.equal(readMark(after).version, 1);
    assert.equal(valueOf(after, "SELECT group_concat(text) FROM notes"), "one");
    assert.ok(existsSync(`${path}.v1.backup`));
    migrate(after, path, [first, ["ALTER TABLE notes ADD COLUMN mood TEXT"]]);
    assert.equal(readMark(after).version, 2);
    after.close();
  }));

describe("a reader that never ends", () => {
  for (const thread of [false, true]) {
    test(`makes the log grow, is told of, and the log shrinks after it${thread ? ", in a thread" : ""}`, () =>
      withFolder(async (folder) => {
        const path = await made(folder);
        const warnings: Issue[] = [];
        const store = await openSqliteStore(path, {
          thread,
          durability: "normal",
          onWarning: (issue) => warnings.push(issue),
        });
        const scribe = new Scribe();
        const keys = Array.from({ length: 60 }, (_, index) => `${index} ${"x".repeat(4_000)}`);
        const append = async () => {
          const note = { name: "notes", keys: keys.map((key) => `${scribe.seq} ${key}`) };
          const gone = { name: "notes", keys: note.keys };
          await store.append([
            scribe.write("", ["partitions_added", undefined, note], ["partitions_removed", undefined, gone]),
          ]);
        };
        const reader = connect(path);
        reader.exec("BEGIN");
        reader.prepare("SELECT count(*) FROM runs").get();
        for (let count = 0; count < 400 && warnings.length === 0; count++) await append();
        assert.deepEqual(warnings.map(({ code }) => code), ["STORE_LOCKED"]);
        assert.match(
          warnings[0].message,
          /has grown to \d+ MB: another program has been reading[^]* for up to/,
        );
        const large = statSync(`${path}-wal`).size;
        assert.ok(large > 64 * MEGABYTE);
        reader.exec("COMMIT");
        reader.close();
        for (let count = 0; count < 130; count++) await append();
        assert.ok(statSync(`${path}-wal`).size < large);
        assert.equal(warnings.length, 1);
        await store.close();
      }));
  }
});
