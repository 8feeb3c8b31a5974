import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseSnapshot, type Snapshot, type SnapshotChange } from "sluice";
import { inFolder } from "../../support/folder.ts";
import { sluice } from "../support/sluice.ts";

describe("sluice snapshot", () => {
  test("prints the definitions as JSON, by itself and in a document", async () => {
    const { code, out, err } = await sluice("snapshot sales.ts");
    assert.deepEqual([code, err], [0, ""]);
    const snapshot = parseSnapshot(JSON.parse(out));
    assert.equal(snapshot.assets.length, 7);
    const { json } = await sluice("snapshot sales.ts --json");
    assert.deepEqual(json<{ snapshot: Snapshot }>().snapshot, snapshot);
  });

  test("writes it to a file, and tells what differs from it", () =>
    inFolder(async (folder) => {
      const file = join(folder, "sales.json");
      const wrote = await sluice(["snapshot", "sales.ts", "--out", file]);
      assert.deepEqual([wrote.code, wrote.out], [0, ""]);
      assert.match(wrote.err, /Wrote 7 assets to/);

      const same = await sluice(["snapshot", "sales.ts", "--diff", file, "--exit-code"]);
      assert.deepEqual([same.code, same.out], [0, "Nothing has changed.\n"]);

      const older: Snapshot = JSON.parse(readFileSync(file, "utf8"));
      Object.assign(older.assets[0], { group: "other" });
      writeFileSync(file, JSON.stringify(older));
      const { code, out } = await sluice(["snapshot", "sales.ts", "--diff", file, "--exit-code"]);
      assert.equal(code, 1);
      assert.match(out, /^~ assets\.bank\/rates\.group {2}"other" -> "raw"\n$/);
      const { changes } = (await sluice(["snapshot", "sales.ts", "--diff", file, "--json"]))
        .json<{ changes: SnapshotChange[] }>();
      assert.deepEqual(changes.map(({ kind }) => kind), ["changed"]);
    }));

  test("refuses what is no snapshot, with exit code 2", () =>
    inFolder(async (folder) => {
      const file = join(folder, "other.json");
      writeFileSync(file, "{}");
      const { code, err } = await sluice(["snapshot", "sales.ts", "--diff", file]);
      assert.equal(code, 2);
      assert.match(err, /SNAPSHOT_INVALID|no snapshot of definitions/);
      assert.equal((await sluice(["snapshot", "sales.ts", "--diff", join(folder, "none.json")])).code, 2);
    }));
});
