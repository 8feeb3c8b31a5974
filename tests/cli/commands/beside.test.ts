/** Commands that only look, beside a process that writes. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createOrchestrator } from "sluice";
import { connectNodeSqlite } from "../../../src/stores/sqlite/file/driver.ts";
import definitions from "../fixtures/sales.ts";
import { useFolders } from "../support/folder.ts";
import { sluice } from "../support/sluice.ts";

const newFolder = useFolders();
const LOOKING = [
  "list sales.ts",
  "show sales.ts raw/orders",
  "graph sales.ts",
  "partitions sales.ts raw/orders",
  "plan sales.ts --scope missing",
  "plan sales.ts --backfill",
  "runs",
  "runs last",
  "logs last",
];

describe("a command that only looks", () => {
  test("works while a history is being written, and adds no file", async () => {
    const folder = newFolder();
    await using writer = createOrchestrator(definitions, { folder });
    await writer.materialize("raw/orders", { partitions: "all" });
    const before = readdirSync(folder).sort();
    for (const line of LOOKING) {
      const { code, err } = await sluice(`${line} --folder ${folder}`);
      assert.equal(code, 0, `${line}: ${err}`);
    }
    assert.deepEqual(readdirSync(folder).sort(), before);
    await writer.materialize("raw/orders", { partitions: "all" });
    const { code, err } = await sluice(`run sales.ts raw/orders --all --folder ${folder}`);
    assert.equal(code, 3);
    assert.match(err, /STORE_LOCKED/);
  });

  test("makes no history, and leaves one that lies there as it is", async () => {
    const nowhere = newFolder();
    for (const line of LOOKING.slice(0, -2)) {
      assert.equal((await sluice(`${line} --folder ${nowhere}`)).code, 0, line);
    }
    assert.ok(!existsSync(nowhere));
    const folder = newFolder();
    await using writer = createOrchestrator(definitions, { folder });
    await writer.materialize("raw/orders", { partitions: "all" });
    await writer.close();
    const before = readdirSync(folder).sort();
    for (const line of LOOKING) {
      assert.equal((await sluice(`${line} --folder ${folder}`)).code, 0, line);
      assert.deepEqual(readdirSync(folder).sort(), before, line);
    }
  });
});

describe("a command that records", () => {
  test("says that it waits for the lock of another program, and goes on when it is let go", async () => {
    const folder = newFolder();
    assert.equal((await sluice(`run sales.ts raw/orders --partition 2026-01-01 --folder ${folder}`)).code, 0);
    const other = connectNodeSqlite(join(folder, "history.sqlite"), { readOnly: false });
    other.exec("BEGIN IMMEDIATE");
    setTimeout(() => other.exec("COMMIT"), 1_300);
    const { code, err } = await sluice(
      `run sales.ts raw/orders --partition 2026-01-02 --folder ${folder}`,
    );
    other.close();
    assert.equal(code, 0, err);
    assert.match(err, /The store \S+history\.sqlite waits for another program's lock\./);
  });
});
