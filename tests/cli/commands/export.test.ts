import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isLoss, type LossReport, TARGETS } from "sluice/adapters";
import { inFolder } from "../../support/folder.ts";
import { closedPort } from "../../support/port.ts";
import { sluice } from "../support/sluice.ts";

describe("sluice export", () => {
  for (const target of TARGETS) {
    test(`writes a project for ${target}, the same each time`, () =>
      inFolder(async (folder) => {
        const out = join(folder, target);
        const first = await sluice(["export", target, "sales.ts", "--out", out]);
        assert.equal(first.code, 0, first.err);
        assert.match(first.err, /Wrote \d+ files to/);
        assert.match(first.out, /\d+ native, \d+ emulated, \d+ refused/);
        const report: LossReport = JSON.parse(readFileSync(join(out, "loss-report.json"), "utf8"));
        assert.equal(report.target, target);
        assert.match(readFileSync(join(out, "README.md"), "utf8"), /sales/);
        const files = () =>
          readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
            .map((
              { parentPath, name },
            ) => [join(parentPath, name), readFileSync(join(parentPath, name), "utf8")])
            .sort();
        const before = files();
        const again = await sluice(["export", target, "sales.ts", "--out", out, "--json"]);
        assert.deepEqual(again.json<{ written: string[] }>().written, []);
        assert.deepEqual(files(), before);
      }));
  }

  test("only looks with --dry-run, and fails for a loss with --strict", () =>
    inFolder(async (folder) => {
      const out = join(folder, "project");
      const dry = await sluice(["export", "prefect", "sales.ts", "--out", out, "--dry-run", "--json"]);
      assert.equal(dry.code, 0);
      assert.ok(!existsSync(out));
      const { report } = dry.json<{ report: LossReport }>();
      assert.ok(report.entries.some(isLoss));
      const strict = await sluice(["export", "prefect", "sales.ts", "--out", out, "--strict"]);
      assert.equal(strict.code, 2);
      assert.match(strict.err, /EXPORT_LOSSY/);
      assert.ok(!existsSync(out));
    }));

  test("refuses folders of others, targets that there are not, and no folder at all", () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, "mine.txt"), "mine");
      const foreign = await sluice(["export", "dagster", "sales.ts", "--out", folder]);
      assert.equal(foreign.code, 2);
      assert.match(foreign.err, /not empty, and not an export/);
      assert.deepEqual(readdirSync(folder), ["mine.txt"]);
      const unknown = await sluice(["export", "dagstre", "sales.ts", "--out", folder]);
      assert.deepEqual([unknown.code, /Did you mean dagster/.test(unknown.err)], [2, true]);
      const nowhere = await sluice("export dagster sales.ts");
      assert.deepEqual([nowhere.code, /needs a folder/.test(nowhere.err)], [2, true]);
      assert.equal((await sluice("export")).code, 2);
    }));
});

describe("sluice check --target", () => {
  test("tells what is wrong with a connection, with exit code 1 and no module", async () => {
    const url = `http://127.0.0.1:${await closedPort()}`;
    const { code, out } = await sluice(["check", "--target", "airflow", "--url", url]);
    assert.equal(code, 1);
    assert.equal(out.split(" Start")[0], `no  Airflow at ${url} cannot be reached.\n    Is it running?`);
    const { json } = await sluice(["check", "sales.ts", "--target", "airflow", "--url", url, "--json"]);
    const answer = json<{ isValid: boolean; connection: { success: boolean } }>();
    assert.deepEqual([answer.isValid, answer.connection.success], [true, false]);
  });

  test("needs a module or a target", async () => {
    const { code, err } = await sluice("check");
    assert.deepEqual([code, /needs the module/.test(err)], [2, true]);
  });
});
