/** `sluice automation`. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { useFolders } from "./support/folder.ts";
import { sluice } from "./support/sluice.ts";

const newFolder = useFolders();

describe("sluice automation", () => {
  test("lists what is made by itself, and explains why it is not", async () => {
    const env = { SLUICE_FOLDER: newFolder() };
    const run = (line: string) => sluice(line.split(" "), { env });
    const { code, out } = await run("automation automatic.ts");
    assert.equal(code, 0);
    const lines = out.split("\n").map((line) => line.trimEnd().replace(/ {2,}/g, " | "));
    assert.deepEqual(lines.slice(1, 3), ["feed | unknown", "report | eager | on"]);
    const explained = await run("automation automatic.ts explain report");
    assert.match(explained.out, /^report: since-last-handled does not hold\n {2}no {2}eager\n/);
    const { because } = (await run("automation automatic.ts explain report --json")).json<
      { because: string }
    >();
    assert.equal(because, "since-last-handled does not hold");
    assert.match((await run("automation sales.ts")).out, /^No asset of the module has a condition/);
    assert.equal((await run("automation automatic.ts explain feed")).code, 2);
    assert.equal((await run("automation automatic.ts why")).code, 2);
  });
});
