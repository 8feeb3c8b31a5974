import { test } from "bun:test";
import assert from "node:assert/strict";
import { useFolders } from "../support/folder.ts";
import { sluice } from "../support/sluice.ts";

const newFolder = useFolders();

test("runs and logs show elements, and show says that an asset fans out", async () => {
  const env = { SLUICE_FOLDER: newFolder() };
  const run = (...words: readonly string[]) => sluice(words, { env });
  assert.match((await run("show", "fan_out.ts", "pages")).out, /fans out/);
  assert.equal((await run("run", "fan_out.ts", "pages")).code, 1);
  const { out } = await run("runs", "last");
  assert.match(out, /# +step +status +took +elements +why\n/);
  assert.match(out, /pages +failed .* 2 made, 1 failed, 1 skipped +ELEMENTS_FAILED: pages failed in 1 of 4/);
  const { elements } = (await run("runs", "last", "--json")).json<{ elements: Record<string, unknown>[] }>();
  assert.deepEqual(elements.map(({ path, status, value, reason }) => [path, status, value, reason]), [
    ["a", "success", "a", undefined],
    ["b", "success", "b", undefined],
    ["c", "failed", undefined, undefined],
    ["d", "skipped", undefined, "not d"],
  ]);
  assert.match((await run("logs", "last")).out, /info +pages b {2}fetching b\n/);
});
