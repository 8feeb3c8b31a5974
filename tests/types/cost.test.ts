/** What a graph costs the compiler: counted in type instantiations, which repeat exactly. */
import { test } from "bun:test";
import assert from "node:assert/strict";
import { compile } from "./compiler.ts";
import { generateGraph, nothing } from "./graph.ts";

test("an asset costs at most 400 type instantiations", () => {
  const none = compile(nothing);
  const many = compile(generateGraph(200));
  assert.deepEqual(many.errors, []);
  const instantiations = (many.figures.get("Instantiations") ?? Infinity) -
    (none.figures.get("Instantiations") ?? 0);
  const perAsset = instantiations / 200;
  assert.ok(perAsset > 10 && perAsset <= 400, `${perAsset} instantiations per asset`);
});
