import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { useFolders } from "../support/folder.ts";
import { sluice } from "../support/sluice.ts";

const newFolder = useFolders();

/** A history with one run, and the folder of another machine. */
async function exported() {
  const folder = newFolder();
  const elsewhere = newFolder();
  mkdirSync(elsewhere, { recursive: true });
  const env = { SLUICE_FOLDER: folder };
  await sluice("run sales.ts raw/orders --partition 2026-01-01", { env });
  const file = join(elsewhere, "run.bundle");
  const ended = await sluice(`runs export last --out ${file}`, { env });
  return { env, elsewhere, file, ended };
}

describe("sluice runs export", () => {
  test("writes a file that shows the run anywhere, without the module", async () => {
    const { env, elsewhere, file, ended } = await exported();
    assert.match(ended.out, /^Wrote \d+ events of the run \w+ to .*run\.bundle\.\n$/);
    for (const line of ["runs --json", "runs last --json", "logs last --json", "runs last", "logs last"]) {
      const there = await sluice(line, { env });
      const here = await sluice(`${line} --store ${file}`, { cwd: elsewhere });
      assert.equal(here.out, there.out, line);
      assert.equal(here.code, 0);
    }
    assert.deepEqual(readdirSync(elsewhere), ["run.bundle"]);
  });

  test("says as JSON what it wrote", async () => {
    const { env, elsewhere } = await exported();
    const file = join(elsewhere, "other.bundle");
    const { run, events } = (await sluice(`runs export last --out ${file} --json`, { env })).json();
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    assert.equal(lines.length, Number(events) + 2);
    assert.equal(JSON.parse(lines[0]).run, run);
  });

  test("needs a run and a file, and takes no more than that", async () => {
    const { env } = await exported();
    for (
      const [line, code, message] of [
        ["runs export", 2, /needs a run/],
        ["runs export last", 2, /needs a file to write to/],
        ["runs last more", 2, /another word/],
        ["runs export nobody --out x", 2, /RUN_UNKNOWN/],
      ] as const
    ) {
      const ended = await sluice(line, { env });
      assert.equal(ended.code, code, line);
      assert.match(ended.err, message);
    }
    assert.ok(!existsSync("x"));
  });

  test("gives files that are not written to, and that are refused when they are damaged", async () => {
    const { elsewhere, file } = await exported();
    const before = readFileSync(file, "utf8");
    const ended = await sluice(`run sales.ts raw/orders --partition 2026-01-02 --store ${file}`, {
      env: { SLUICE_FOLDER: elsewhere },
    });
    assert.equal(ended.code, 3);
    assert.match(ended.err, /STORE_READONLY/);
    assert.equal(readFileSync(file, "utf8"), before);
    writeFileSync(file, before.slice(0, -20));
    const cut = await sluice(`runs last --store ${file} --json`, { cwd: elsewhere });
    assert.equal(cut.code, 3);
    assert.match(cut.err, /STORE_INVALID: .*cannot be read as a run bundle: its end is missing/);
    assert.equal(JSON.parse(cut.out).error.code, "STORE_INVALID");
    writeFileSync(file, before.replace('"version":1', '"version":2'));
    const newer = await sluice(`runs last --store ${file}`, { cwd: elsewhere });
    assert.equal(newer.code, 3);
    assert.match(newer.err, /STORE_NEWER/);
  });
});
