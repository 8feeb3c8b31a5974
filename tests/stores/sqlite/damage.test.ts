/** Files that were damaged: pages overwritten, tails torn off, text in the place of a database. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { openSqliteStore } from "../../../src/stores/sqlite.ts";
import type { SqliteStore } from "../../../src/stores/sqlite/store.ts";
import { runFile } from "../../support/runtime.ts";
import { Scribe, succeeded, tableOf } from "../../model/events/support.ts";
import { connect, withFolder } from "../support.ts";

const PAGE = 4_096;
const CRASH_CHILD = fileURLToPath(new URL("./crash_child.ts", import.meta.url));
const TABLE = tableOf(Array.from({ length: 20 }, (_, index) => ({ step: `step ${index}` })));

/** A history of some runs, closed as it should be. */
async function makeHistory(path: string): Promise<void> {
  const store = await openSqliteStore(path);
  const scribe = new Scribe();
  for (let run = 0; run < 12; run++) {
    const outputs = { outputs: [{ metadata: { text: `${run} `.repeat(200) } }] };
    await store.append([
      scribe.create(`${run}`, TABLE),
      ...Array.from({ length: 20 }, (_, step) => scribe.write(`${run}`, ...succeeded(step, outputs))),
    ]);
  }
  await store.close();
}

/** Leaves the mark of a writer that did not end as it should. */
function leaveWriter(path: string): void {
  const other = connect(path);
  other.exec("INSERT INTO writer VALUES (1, 'gone', 999999999, 'elsewhere', 0, 0, 0, 0)");
  other.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  other.close();
}

function overwritePage(path: string, page: number): void {
  const file = openSync(path, "r+");
  writeSync(file, new Uint8Array(PAGE).fill(0xa5), 0, PAGE, page * PAGE);
  closeSync(file);
}

/** Everything in the log, in order. */
async function readAll(store: SqliteStore): Promise<string> {
  return JSON.stringify(await store.events({ limit: Number.MAX_SAFE_INTEGER }));
}

async function refusalOf(work: () => Promise<unknown>): Promise<Error & { readonly code?: string }> {
  try {
    await work();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was refused");
}

describe("a page that was overwritten", () => {
  test("is found when the last writer did not end as it should, whichever it is", () =>
    withFolder(async (folder) => {
      const path = join(folder, "history.sqlite");
      await makeHistory(path);
      leaveWriter(path);
      const pages = statSync(path).size / PAGE;
      assert.ok(pages > 20, String(pages));
      for (let page = 1; page < pages; page++) {
        const copy = join(folder, `${page}.sqlite`);
        copyFileSync(path, copy);
        overwritePage(copy, page);
        const before = readFileSync(copy);
        const error = await refusalOf(() => openSqliteStore(copy));
        assert.equal(error.code, "STORE_INVALID", `page ${page}: ${error}`);
        assert.match(error.message, /damaged[^]*hint: Open it with readonly: true to save what can be read/);
        assert.deepEqual(
          readFileSync(copy).subarray(PAGE),
          before.subarray(PAGE),
          `page ${page} was changed`,
        );
      }
    }));

  test("gives no wrong answer to one who only reads, and what lies elsewhere can be saved", () =>
    withFolder(async (folder) => {
      const path = join(folder, "history.sqlite");
      await makeHistory(path);
      const whole = await openSqliteStore(path, { readonly: true });
      const events = await readAll(whole);
      const runs = JSON.stringify(await whole.runs());
      await whole.close();
      let saved = 0;
      for (let page = 1; page < statSync(path).size / PAGE; page++) {
        const copy = join(folder, `${page}.sqlite`);
        copyFileSync(path, copy);
        overwritePage(copy, page);
        const store = await openSqliteStore(copy, { readonly: true }).catch((error) => error);
        if (store instanceof Error) {
          assert.equal((store as { code?: string }).code, "STORE_INVALID", String(store));
          continue;
        }
        const answers = await Promise.allSettled([readAll(store), store.runs().then(JSON.stringify)]);
        for (const [index, answer] of answers.entries()) {
          if (answer.status === "rejected") assert.equal(answer.reason.code, "STORE_INVALID", answer.reason);
          else assert.equal(answer.value, [events, runs][index], `page ${page}`);
        }
        if (answers.some(({ status }) => status === "fulfilled")) saved++;
        await store.close();
      }
      assert.ok(saved > 0);
    }));
});

describe("a file that is no store", () => {
  const contents: readonly (readonly [string, Uint8Array | string])[] = [
    ["text", "these are notes and no database at all. ".repeat(300)],
    ["a line", "notes\n"],
    ["zeros", new Uint8Array(8_192)],
    ["the head of a database and nothing else", "SQLite format 3\0"],
    ["an archive", new Uint8Array([0x1f, 0x8b, ...new Array(5_000).fill(7)])],
  ];
  for (const [name, content] of contents) {
    test(`is refused by name and stays as it is: ${name}`, () =>
      withFolder(async (folder) => {
        const path = join(folder, "notes");
        writeFileSync(path, content);
        const before = readFileSync(path);
        for (const readonly of [false, true]) {
          const error = await refusalOf(() => openSqliteStore(path, { readonly }));
          assert.equal(error.code, "STORE_INVALID", String(error));
          assert.ok(error.message.includes(path) && error.message.includes("hint: "), error.message);
        }
        assert.deepEqual(readFileSync(path), before);
        assert.deepEqual(readdirSync(folder), ["notes"]);
      }));
  }

  test("or is the head of one, at any length, is refused", () =>
    withFolder(async (folder) => {
      const path = join(folder, "history.sqlite");
      await makeHistory(path);
      const { size } = statSync(path);
      for (const length of [1, 2, 15, 16, 99, 100, 101, 512, PAGE - 1, PAGE, PAGE + 1, size >> 1, size - 1]) {
        const copy = join(folder, `${length}.sqlite`);
        copyFileSync(path, copy);
        truncateSync(copy, length);
        const error = await refusalOf(async () => {
          const store = await openSqliteStore(copy);
          await store.close();
          throw Object.assign(new Error("it opened"), { code: "opened" });
        });
        assert.equal(error.code, "STORE_INVALID", `${length}: ${error}`);
      }
    }));
});

describe("a log whose tail was torn off", () => {
  test("is read up to its last whole commit", () =>
    withFolder(async (folder) => {
      const path = join(folder, "history.sqlite");
      await killedWriter(path);
      const length = statSync(`${path}-wal`).size;
      assert.ok(length > 20 * PAGE, String(length));
      let last = -1;
      for (let step = 0; step <= 24; step++) {
        const copy = join(folder, `${step}.sqlite`);
        copyFileSync(path, copy);
        copyFileSync(`${path}-wal`, `${copy}-wal`);
        truncateSync(
          `${copy}-wal`,
          step === 24 ? length : Math.floor((length * step) / 24) - (step > 0 ? step : 0),
        );
        const found = await tryOpen(copy);
        assert.ok(found >= last, `${found} after ${last}`);
        last = found;
      }
      assert.ok(last > 100, String(last));
    }));

  /** Opens a copy, looks whether it is whole, and gives the last place. */
  async function tryOpen(path: string): Promise<number> {
    const store = await openSqliteStore(path);
    const events = await store.events({ limit: Number.MAX_SAFE_INTEGER });
    assert.deepEqual(events.map(({ seq }) => seq), Array.from(events, (_, index) => index + 1));
    assert.equal(store.lastSeq, events.length);
    assert.deepEqual(await store.refold(), []);
    await store.close();
    return events.length;
  }
});

/** Leaves the files of a process that was killed while it wrote. */
function killedWriter(path: string): Promise<void> {
  const [command, ...before] = runFile;
  const child = spawn(command, [...before, CRASH_CHILD, path, "{}"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let lines = 0;
  child.stdout.on("data", (text) => {
    lines += String(text).split("\n").length - 1;
    if (lines > 250) child.kill("SIGKILL");
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => resolve());
  });
}

const isRoot = process.getuid?.() === 0;

describe(`a folder that may not be written${isRoot ? " (skipped: root may write everywhere)" : ""}`, () => {
  test("is named, and can still be read from", async () => {
    if (isRoot) return;
    await withFolder(async (folder) => {
      const path = join(folder, "history.sqlite");
      await makeHistory(path);
      chmodSync(path, 0o444);
      chmodSync(folder, 0o555);
      try {
        const error = await refusalOf(() => openSqliteStore(path));
        assert.equal(error.code, "STORE_READONLY", String(error));
        assert.ok(error.message.includes(path));
        const store = await openSqliteStore(path, { readonly: true });
        assert.equal((await store.runs()).length, 12);
        await store.close();
        const nothing = await refusalOf(() => openSqliteStore(join(folder, "deep", "history.sqlite")));
        assert.match(String(nothing.code), /^STORE_(READONLY|INVALID)$/);
      } finally {
        chmodSync(folder, 0o755);
      }
    });
  });
});

test("opening for reading makes no files", () =>
  withFolder(async (folder) => {
    const path = join(folder, "history.sqlite");
    await makeHistory(path);
    assert.deepEqual(readdirSync(folder), ["history.sqlite"]);
    const store = await openSqliteStore(path, { readonly: true });
    assert.equal((await store.runs()).length, 12);
    await store.close();
    assert.deepEqual(readdirSync(folder), ["history.sqlite"]);
    assert.ok(!existsSync(join(folder, "none")));
  }));
