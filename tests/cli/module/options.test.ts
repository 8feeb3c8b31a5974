import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { useFolders } from "../support/folder.ts";
import { sluice } from "../support/sluice.ts";

const newFolder = useFolders();
const library = import.meta.resolve("sluice");

describe("the options that a module exports", () => {
  test("bring IO managers, resources and pools to the command line", async () => {
    const folder = newFolder();
    process.env.WAREHOUSE = join(folder, "warehouse");
    const ran = await sluice(`run warehouse.ts --folder ${folder}`);
    assert.equal(ran.code, 0, ran.err);
    assert.equal(readFileSync(join(folder, "warehouse", "rate.txt"), "utf8"), "7");
    assert.equal(readFileSync(join(folder, "warehouse", "desk"), "utf8"), "in out ".repeat(3));
    const shown = await sluice(`show warehouse.ts rate --folder ${folder}`);
    assert.match(shown.out, /rate\.txt/);
    const verified = await sluice(`plan warehouse.ts --scope missing --verify-io --folder ${folder}`);
    assert.match(verified.out, /Nothing to do/);
  });

  /** What a command says of a module with this as its options. */
  async function refusal(code: string): Promise<string> {
    const folder = newFolder();
    mkdirSync(folder);
    const lines = [
      `import { defineAsset, definitions } from "${library}";`,
      'export default definitions({ assets: [defineAsset({ key: "a", run: () => 1 })] });',
      `export const options = ${code};`,
    ];
    writeFileSync(join(folder, "module.ts"), `${lines.join("\n")}\n`);
    const { code: exitCode, err } = await sluice("check module.ts", { cwd: folder });
    assert.equal(exitCode, 2, err);
    assert.match(err, /^error MODULE_INVALID: /);
    assert.match(err, /module\.ts exports[^]*hint: /);
    return err;
  }

  test("are refused when they are of another shape, with the way to mend them", async () => {
    assert.match(await refusal("5"), /exports a number as options/);
    assert.match(await refusal("null"), /exports null as options/);
    assert.match(await refusal("[]"), /exports a list as options/);
    assert.match(
      await refusal("{ pool: {} }"),
      /have "pool", which is none\.\n {2}hint: Did you mean pools\?/,
    );
    assert.match(await refusal("{ colour: 1 }"), /have "colour"[^]*by another name/);
    assert.match(await refusal('{ folder: "x" }'), /"folder", which a module cannot set\.[^]*--folder/);
    assert.match(await refusal('{ store: "memory" }'), /"store", which a module cannot set\.[^]*--store/);
    assert.match(await refusal("{ concurrency: 0 }"), /cannot be used: concurrency must be a whole number/);
    assert.match(await refusal("{ io: {} }"), /cannot be used: IO managers are a list/);
    assert.match(
      await refusal("{ defaultIO: 7 }"),
      /cannot be used: defaultIO in the options is a text, not 7/,
    );
  });

  test("may be left out, empty, or unset", async () => {
    for (const options of ["undefined", "{}", "{ io: undefined, concurrency: 2 }"]) {
      const folder = newFolder();
      mkdirSync(folder);
      const lines = [
        `import { defineAsset, definitions } from "${library}";`,
        'export default definitions({ assets: [defineAsset({ key: "a", run: () => 1 })] });',
        `export const options = ${options};`,
      ];
      writeFileSync(join(folder, "module.ts"), `${lines.join("\n")}\n`);
      const { code, err } = await sluice("run module.ts --store memory", { cwd: folder });
      assert.equal(code, 0, err);
    }
  });
});
