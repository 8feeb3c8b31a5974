import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { compileGraph } from "../../src/model/graph.ts";
import { loadGraphologyDag, toGraphology } from "../../src/model/graphology.ts";

describe("toGraphology", () => {
  test("copies nodes in rank order, with rank and level, and edges from upstream to downstream", async () => {
    const graph = compileGraph(["mart", "clean", "raw"], [[1], [2], []]);
    assert.ok(!("cycle" in graph));
    const copy = await toGraphology(graph);
    assert.deepEqual(copy.nodes(), ["raw", "clean", "mart"]);
    assert.deepEqual(copy.getNodeAttributes("clean"), { rank: 1, level: 1 });
    assert.deepEqual(copy.mapEdges((_edge, _attributes, source, target) => `${source} > ${target}`), [
      "raw > clean",
      "clean > mart",
    ]);
  });

  test("suits the algorithms of graphology-dag", async () => {
    const graph = compileGraph(["a", "b", "c"], [[], [0], [1]]);
    assert.ok(!("cycle" in graph));
    const copy = await toGraphology(graph);
    const { topologicalSort, willCreateCycle } = await loadGraphologyDag();
    assert.deepEqual(topologicalSort(copy), ["a", "b", "c"]);
    assert.equal(willCreateCycle(copy, "c", "a"), true);
    assert.equal(willCreateCycle(copy, "a", "c"), false);
  });
});
