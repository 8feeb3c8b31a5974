import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  dailyPartitions,
  defineAsset,
  defineCheck,
  defineExternalAsset,
  defineMultiAsset,
  definitions,
  selfDep,
  timeWindowMapping,
  type,
} from "sluice";
import { viewGraph } from "../../../src/monitor/graph/view.ts";

const days = dailyPartitions({ start: "2026-01-01" });
const lake = defineExternalAsset({ key: "lake", partitions: days, output: type<number>() });
const { left, right } = defineMultiAsset({
  name: "split",
  outputs: { left: { key: "left" }, right: { key: "right", group: "other" } },
  deps: { lake },
  run: () => ({ left: 1, right: 2 }),
});
const total = defineAsset({
  key: "total",
  partitions: days,
  deps: {
    lake,
    before: selfDep(type<number>(), days, timeWindowMapping({ startOffset: -1, endOffset: -1 })),
  },
  after: [left],
  run: () => 1,
});
const all = definitions({
  assets: [total, left, right, lake],
  checks: [defineCheck({ asset: total, name: "positive", run: () => true })],
});

describe("viewGraph", () => {
  test("has the assets in rank order with their levels, and no checks", () => {
    const { nodes, levels } = viewGraph(all);
    assert.deepEqual(nodes.map(({ key, kind, level }) => [key, kind, level]), [
      ["lake", "external", 0],
      ["left", "multi-asset", 1],
      ["right", "multi-asset", 1],
      ["total", "asset", 2],
    ]);
    assert.equal(levels, 3);
    assert.equal(nodes[3].readsItself, true);
    assert.equal(nodes[0].partitions, "day");
  });

  test("tells edges that carry data from those that only order", () => {
    const { nodes, edges } = viewGraph(all);
    const texts = edges.map(({ from, to, carriesData }) =>
      `${nodes[from].key} ${carriesData ? "->" : ".."} ${nodes[to].key}`
    );
    assert.deepEqual(texts.sort(), ["lake -> left", "lake -> right", "lake -> total", "left .. total"]);
  });

  test("of a part has the levels of the part", () => {
    const part = new Uint8Array(all.assets.length);
    for (const key of ["left", "total"]) part[all.graph.rankOf(key) as number] = 1;
    const { nodes, edges } = viewGraph(all, part);
    assert.deepEqual(nodes.map(({ key, level }) => [key, level]), [["left", 0], ["total", 1]]);
    assert.deepEqual(edges.map(({ from, to }) => [from, to]), [[0, 1]]);
  });
});
