import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { readManifests } from "./manifests.ts";
import { readRepository, root } from "./repository.ts";

const { deno } = readManifests(readRepository());

describe("every export path", () => {
  for (const [path, file] of Object.entries(deno.exports)) {
    const name = path.replace(/^\./, "sluice");
    test(`${name} loads, by its name and from its file, as one module`, async () => {
      const byName: Record<string, unknown> = await import(name);
      const byFile: Record<string, unknown> = await import(pathToFileURL(root + file).href);
      assert.equal(byName, byFile);
      assert.notDeepEqual(Object.keys(byName), []);
    });
  }

  test("is guarded: a path that nobody exports does not load", async () => {
    const absent = "sluice/absent";
    await assert.rejects(import(absent));
  });
});
