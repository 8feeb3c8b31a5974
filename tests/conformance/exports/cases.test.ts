import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { cases, runLocally, weather } from "./cases.ts";
import { inFolder } from "../../support/folder.ts";

describe("the graphs that exports are compared with", () => {
  for (const one of [...cases, weather]) {
    test(`${one.name} gives the same values twice`, async () => {
      const first = await inFolder((folder) => runLocally(one, folder));
      const second = await inFolder((folder) => runLocally(one, folder));
      assert.notEqual(first.size, 0);
      assert.deepEqual([...second], [...first]);
    });
  }

  test("hold what they are there for", async () => {
    const names = async (name: string) => {
      const one = cases.find((each) => each.name === name);
      assert.ok(one);
      return await inFolder(async (folder) => [...(await runLocally(one, folder)).keys()]);
    };
    assert.deepEqual(await names("skips"), ["size.json", "source.json"]);
    assert.deepEqual(await names("cut_off"), ["beside.json", "source.json"]);
    assert.deepEqual(await names("failing_check"), ["rows.json", "sum.json"]);
    assert.equal((await names("ranges")).length, 16);
  });
});
