/** Commands that only look, beside a process that writes. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { createOrchestrator } from "sluice";
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
