import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { useFolders } from "../support/folder.ts";
import { sluice } from "../support/sluice.ts";

const newFolder = useFolders();

interface AuditDocument {
  readonly entries: readonly {
    readonly seq: number;
    readonly verb: string;
    readonly subject: string;
    readonly by: object;
  }[];
}

describe("sluice audit", () => {
  test("lists who has asked for what, by pages and by filters", async () => {
    const folder = newFolder();
    const run = (line: string) => sluice(line.split(" "), { env: { SLUICE_FOLDER: folder } });
    assert.match((await run("audit")).out, /^Nothing in .*history\.sqlite\.\n$/);
    await run("run sales.ts raw/orders --partition 2026-01-02");
    assert.equal((await run("wipe sales.ts raw/orders --partition 2026-01-02 --yes")).code, 0);
    const { out } = await run("audit");
    const [head, newest, oldest] = out.split("\n");
    assert.match(head, /^ *seq +when +by +what +of$/);
    assert.match(newest, /ada via cli +wipe +raw\/orders$/);
    assert.match(oldest, /ada via cli +run +[0-9a-z]{16}$/);
    const { entries } = (await run("audit --json")).json<AuditDocument>();
    assert.deepEqual(entries.map(({ verb, by }) => [verb, by]), [
      ["wipe", { actor: "ada", via: "cli" }],
      ["run", { actor: "ada", via: "cli" }],
    ]);
    const older = (await run(`audit --json --before ${entries[0].seq}`)).json<AuditDocument>();
    assert.deepEqual(older.entries, entries.slice(1));
    assert.equal((await run("audit --json --verb run")).json<AuditDocument>().entries.length, 1);
    assert.equal((await run("audit --json --actor bob")).json<AuditDocument>().entries.length, 0);
    assert.notEqual((await run("audit --verb dance")).code, 0);
    assert.match((await run("runs last")).out, /started by +ada via cli/);
  });
});
