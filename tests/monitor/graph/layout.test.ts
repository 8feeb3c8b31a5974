import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { arrangeLayers, countCrossings } from "../../../src/monitor/graph/layers.ts";
import { layoutGraph } from "../../../src/monitor/graph/layout.ts";
import { placeItems } from "../../../src/monitor/graph/places.ts";
import { viewOf } from "./support.ts";

const graphs = fc.integer({ min: 1, max: 14 }).chain((size) =>
  fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 30 }).map((pairs) => {
    const edges = new Map(
      pairs.filter(([a, b]) => a !== b).map((
        [a, b],
      ) => [`${Math.min(a, b)}-${Math.max(a, b)}`, [Math.min(a, b), Math.max(a, b)] as const]),
    );
    return viewOf(size, [...edges.values()]);
  })
);
const sizes = { widthOf: () => 80, nodeHeight: 30, gapAlong: 40, gapAcross: 10, margin: 8 };

/** Crossings by looking at every pair of edges. */
function countByPairs(layers: readonly (readonly number[])[], after: readonly (readonly number[])[]): number {
  let crossings = 0;
  for (let level = 0; level + 1 < layers.length; level++) {
    const edges = layers[level].flatMap((item, from) =>
      after[item].map((other) => [from, layers[level + 1].indexOf(other)] as const).filter(([, to]) =>
        to >= 0
      )
    );
    for (const [a, b] of edges) for (const [c, d] of edges) if (a < c && b > d) crossings++;
  }
  return crossings;
}

describe("arrangeLayers", () => {
  test("leads every edge from layer to layer, and keeps every item", () => {
    fc.assert(
      fc.property(graphs, (view) => {
        const { layers, ways } = arrangeLayers(view);
        const levelOf = new Map(
          layers.flatMap((layer, level) => layer.map((item) => [item, level] as const)),
        );
        view.nodes.forEach(({ level }, position) => assert.equal(levelOf.get(position), level));
        ways.forEach((way, index) => {
          const { from, to } = view.edges[index];
          assert.deepEqual([way[0], way[way.length - 1]], [from, to]);
          const levels = way.map((item) => levelOf.get(item) as number);
          levels.slice(1).forEach((level, step) => assert.equal(level, levels[step] + 1));
        });
      }),
      { seed: 8, numRuns: 200 },
    );
  });

  test("counts crossings right, and unties what can be untied", () => {
    fc.assert(
      fc.property(graphs, (view) => {
        const { layers, after } = arrangeLayers(view);
        assert.equal(countCrossings(layers, after), countByPairs(layers, after));
      }),
      { seed: 9, numRuns: 200 },
    );
    const tangled = viewOf(6, [[0, 5], [1, 4], [2, 3]]);
    const { layers, after } = arrangeLayers(tangled);
    assert.equal(countCrossings(layers, after), 0);
  });
});

describe("placeItems", () => {
  test("keeps order and distance, and puts a lone chain on one line", () => {
    const chain = arrangeLayers(viewOf(4, [[0, 1], [1, 2], [2, 3]]));
    assert.equal(new Set(placeItems(chain, () => 10)).size, 1);
    const star = arrangeLayers(viewOf(4, [[0, 1], [0, 2], [0, 3]]));
    assert.deepEqual([...placeItems(star, () => 10)], [15, 5, 15, 25]);
  });
});

describe("layoutGraph", () => {
  test("overlaps no boxes, stays inside the drawing, and runs edges from left to right", () => {
    fc.assert(
      fc.property(graphs, (view) => {
        const { boxes, ways, width, height } = layoutGraph(view, sizes);
        boxes.forEach((a, index) => {
          assert.ok(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height);
          for (const b of boxes.slice(index + 1)) {
            const isApart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y ||
              b.y + b.height <= a.y;
            assert.ok(isApart, JSON.stringify([a, b]));
          }
        });
        ways.forEach((way, index) => {
          const { from, to } = view.edges[index];
          assert.equal(way[0][0], boxes[from].x + boxes[from].width);
          assert.equal(way[way.length - 1][0], boxes[to].x);
          way.slice(1).forEach(([x], step) => assert.ok(x >= way[step][0]));
        });
      }),
      { seed: 10, numRuns: 200 },
    );
  });

  test("bends edges only between layers, where no box is, and keeps all of them inside the drawing", () => {
    const uneven = { ...sizes, widthOf: (position: number) => 40 + (position * 37) % 90 };
    fc.assert(
      fc.property(graphs, (view) => {
        const { boxes, ways, height } = layoutGraph(view, uneven);
        const bends = ways.flatMap((way) => way.slice(1).map((point, step) => [way[step], point] as const));
        for (const [[x1, y1], [x2, y2]] of bends) {
          assert.ok(Math.max(y1, y2) <= height - sizes.margin);
          const crossed = boxes.find(({ x, width }) => x < x2 && x + width > x1);
          assert.ok(y1 === y2 || crossed === undefined, JSON.stringify([x1, x2, crossed]));
        }
      }),
      { seed: 12, numRuns: 200 },
    );
  });

  test("is the same for the same graph, and nothing for none", () => {
    const view = viewOf(5, [[0, 3], [1, 3], [2, 4], [0, 4]]);
    assert.deepEqual(layoutGraph(view, sizes), layoutGraph(view, sizes));
    assert.deepEqual(layoutGraph(viewOf(0, []), sizes).boxes, []);
  });

  test("takes deep, wide and dense graphs", () => {
    const chain = viewOf(2_000, Array.from({ length: 1_999 }, (_, index) => [index, index + 1] as const));
    assert.equal(layoutGraph(chain, sizes).boxes.length, 2_000);
    const fan = viewOf(2_001, Array.from({ length: 2_000 }, (_, index) => [0, index + 1] as const));
    assert.equal(layoutGraph(fan, sizes).ways.length, 2_000);
    const dense = viewOf(
      60,
      Array.from({ length: 60 * 60 }, (_, index) => [Math.floor(index / 60), index % 60] as const).filter((
        [a, b],
      ) => a < b),
    );
    assert.equal(layoutGraph(dense, sizes).ways.length, 1_770);
  });
});
