import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { type AssetGraph, compileGraph, type Dependencies, packDependencies } from "../../src/model/graph.ts";
import { loadGraphologyDag, toGraphology } from "../../src/model/graphology.ts";

type Lists = readonly (readonly number[])[];

function keysOf(count: number): string[] {
  return Array.from({ length: count }, (_, number) => `k${number}`);
}

function compile(dependencies: Dependencies, size = (dependencies as Lists).length): AssetGraph {
  const graph = compileGraph(keysOf(size), dependencies);
  if ("cycle" in graph) assert.fail(`cycle ${graph.cycle}`);
  return graph;
}

function cycleOf(lists: Lists): readonly number[] {
  const graph = compileGraph(keysOf(lists.length), lists);
  if (!("cycle" in graph)) assert.fail("no cycle was found");
  return graph.cycle;
}

function row(offsets: Int32Array, targets: Int32Array, rank: number): number[] {
  return Array.from(targets.subarray(offsets[rank], offsets[rank + 1]));
}

/** Checks everything that a graph promises against the lists it was made from. */
function verify(graph: AssetGraph, lists: Lists): void {
  assert.equal(graph.size, lists.length);
  for (let rank = 0; rank < graph.size; rank++) {
    const number = graph.userIndex[rank];
    const parents = [...new Set(lists[number])].map((parent) => graph.rankOfUser[parent]).sort((a, b) =>
      a - b
    );
    const children = lists.flatMap((list, child) => list.includes(number) ? [graph.rankOfUser[child]] : []);
    assert.equal(graph.rankOfUser[number], rank);
    assert.equal(graph.keys[rank], `k${number}`);
    assert.equal(graph.rankOf(`k${number}`), rank);
    assert.deepEqual(row(graph.parentOffsets, graph.parents, rank), parents);
    assert.deepEqual(row(graph.childOffsets, graph.children, rank), children.sort((a, b) => a - b));
    assert.ok(parents.every((parent) => parent < rank));
    assert.equal(
      graph.level[rank],
      parents.reduce((level, parent) => Math.max(level, graph.level[parent] + 1), 0),
    );
    assert.ok(rank === 0 || graph.level[rank - 1] <= graph.level[rank]);
  }
}

/** Lists without cycles: node `order[i]` waits only for nodes before it in `order`. */
const acyclic: fc.Arbitrary<Lists> = fc.nat({ max: 14 }).chain((size) =>
  fc.record({
    order: fc.shuffledSubarray(Array.from({ length: size }, (_, number) => number), { minLength: size }),
    picks: fc.array(fc.array(fc.nat(), { maxLength: 5 }), { minLength: size, maxLength: size }),
  }).map(({ order, picks }) => {
    const lists: number[][] = Array.from({ length: size }, () => []);
    order.forEach((number, place) => {
      if (place > 0) lists[number] = picks[place].map((pick) => order[pick % place]);
    });
    return lists;
  })
);

/** Any lists: most have cycles, self-loops and repetitions. */
const anyLists: fc.Arbitrary<Lists> = fc.integer({ min: 1, max: 10 }).chain((size) =>
  fc.array(fc.array(fc.nat({ max: size - 1 }), { maxLength: 3 }), { minLength: size, maxLength: size })
);

describe("compileGraph", () => {
  test("takes an empty graph and a single node", () => {
    const empty = compile([]);
    assert.deepEqual([empty.size, empty.keys.length, empty.children.length], [0, 0, 0]);
    assert.equal(empty.rankOf("k0"), undefined);
    verify(compile([[]]), [[]]);
  });

  test("numbers a diamond in an order of work", () => {
    const graph = compile([[1, 2], [3], [3], []]);
    assert.deepEqual(graph.keys, ["k3", "k1", "k2", "k0"]);
    assert.deepEqual([...graph.level], [0, 1, 1, 2]);
    assert.deepEqual([...graph.children], [1, 2, 3, 3]);
    assert.deepEqual([...graph.childOffsets], [0, 2, 3, 4, 4]);
    assert.deepEqual([...graph.parents], [0, 0, 1, 2]);
    assert.deepEqual([...graph.parentOffsets], [0, 0, 1, 2, 4]);
  });

  test("keeps all its promises on graphs of any shape", () => {
    fc.assert(fc.property(acyclic, (lists) => verify(compile(lists), lists)), { seed: 3104, numRuns: 500 });
  });

  test("counts repeated dependencies once", () => {
    const graph = compile([[], [0, 0, 0], [1, 0, 1]]);
    verify(graph, [[], [0, 0, 0], [1, 0, 1]]);
    assert.equal(graph.children.length, 3);
  });

  test("does not depend on the order of a node's dependencies", () => {
    fc.assert(
      fc.property(acyclic, (lists) => {
        const turned = compile(lists.map((list) => [...list].reverse()));
        const graph = compile(lists);
        assert.deepEqual(turned.keys, graph.keys);
        assert.deepEqual(turned.children, graph.children);
      }),
      { seed: 3105, numRuns: 200 },
    );
  });

  test("takes packed dependencies as well", () => {
    fc.assert(
      fc.property(acyclic, (lists) => verify(compile(packDependencies(lists), lists.length), lists)),
      { seed: 3106, numRuns: 100 },
    );
  });

  test("refuses numbers that are no nodes", () => {
    for (const bad of [2, -1, 1_000_000]) {
      assert.throws(() => compileGraph(keysOf(2), [[], [bad]]), RangeError);
    }
  });

  test("keeps keys that are names of properties", () => {
    const graph = compileGraph(["__proto__", "constructor"], [[], [0]]);
    assert.ok(!("cycle" in graph));
    assert.equal(graph.rankOf("__proto__"), 0);
    assert.equal(graph.rankOf("constructor"), 1);
    assert.equal(graph.rankOf("toString"), undefined);
  });
});

describe("the levels and orders of a graph", () => {
  test("are those of graphology-dag", async () => {
    const { topologicalGenerations, hasCycle } = await loadGraphologyDag();
    for (const lists of fc.sample(acyclic, { seed: 3107, numRuns: 100 })) {
      const graph = compile(lists);
      const copy = await toGraphology(graph);
      assert.equal(hasCycle(copy), false);
      const generations = topologicalGenerations(copy);
      generations.forEach((generation, level) => {
        const expected = graph.keys.filter((_, rank) => graph.level[rank] === level);
        assert.deepEqual([...generation].sort(), [...expected].sort());
      });
      assert.equal(generations.flat().length, graph.size);
    }
  });
});

describe("cycles", () => {
  test("come in order, each a dependency of the next", () => {
    assert.deepEqual(cycleOf([[2], [0], [1]]), [0, 1, 2]);
    assert.deepEqual(cycleOf([[1], [2], [0]]), [0, 2, 1]);
    assert.deepEqual(cycleOf([[], [0, 1]]), [1]);
  });

  test("leave out what only leads to them or follows from them", () => {
    assert.deepEqual(cycleOf([[], [0, 3], [1], [2], [3], [4]]), [1, 2, 3]);
  });

  test("are short ones", () => {
    const long = Array.from({ length: 1000 }, (_, number) => [(number + 999) % 1000]);
    long[0].push(1);
    assert.deepEqual(cycleOf(long), [0, 1]);
    assert.deepEqual(cycleOf([[4, 1], [0], [1], [2], [3]]), [0, 1]);
  });

  test("are found exactly where graphology-dag finds one", async () => {
    const { hasCycle } = await loadGraphologyDag();
    const { DirectedGraph } = await import("graphology");
    for (const lists of fc.sample(anyLists, { seed: 3108, numRuns: 500 })) {
      const oracle = new DirectedGraph();
      lists.forEach((_, number) => oracle.addNode(number));
      lists.forEach((list, number) => list.forEach((parent) => oracle.mergeDirectedEdge(parent, number)));
      const graph = compileGraph(keysOf(lists.length), lists);
      assert.equal("cycle" in graph, hasCycle(oracle));
      if (!("cycle" in graph)) continue;
      const { cycle } = graph;
      assert.equal(new Set(cycle).size, cycle.length);
      assert.equal(cycle[0], Math.min(...cycle));
      cycle.forEach((number, place) => assert.ok(lists[cycle[(place + 1) % cycle.length]].includes(number)));
    }
  });
});

describe("large shapes", () => {
  test("a chain of a million nodes", () => {
    const size = 1_000_000;
    const offsets = Int32Array.from({ length: size + 1 }, (_, number) => Math.min(number, size - 1));
    const targets = Int32Array.from({ length: size - 1 }, (_, number) => number + 1);
    const graph = compile({ offsets, targets }, size);
    assert.deepEqual([graph.keys[0], graph.level[size - 1], graph.keys[size - 1]], [
      "k999999",
      size - 1,
      "k0",
    ]);
  });

  test("a circle of a million nodes", () => {
    const size = 1_000_000;
    const offsets = Int32Array.from({ length: size + 1 }, (_, number) => number);
    const targets = Int32Array.from({ length: size }, (_, number) => (number + size - 1) % size);
    const graph = compileGraph(keysOf(size), { offsets, targets });
    assert.ok("cycle" in graph);
    assert.deepEqual([graph.cycle.length, graph.cycle[0], graph.cycle[size - 1]], [size, 0, size - 1]);
  });

  test("fan-out and fan-in of 10,000", () => {
    const out = compile([[], ...Array.from({ length: 10_000 }, () => [0])]);
    assert.deepEqual([out.childOffsets[1], out.level[10_000]], [10_000, 1]);
    const into = compile([
      Array.from({ length: 10_000 }, (_, number) => number + 1),
      ...Array(10_000).fill([]),
    ]);
    assert.deepEqual([into.keys[10_000], into.parents.length], ["k0", 10_000]);
    assert.deepEqual(
      row(into.parentOffsets, into.parents, 10_000),
      Array.from({ length: 10_000 }, (_, rank) => rank),
    );
  });

  test("a dense graph of 1,000 nodes", () => {
    const lists = Array.from(
      { length: 1000 },
      (_, number) => Array.from({ length: number }, (_, parent) => parent),
    );
    const graph = compile(lists);
    assert.deepEqual([graph.children.length, graph.level[999]], [499_500, 999]);
  });

  test("100,000 nodes with 300,000 edges", () => {
    const lists = Array.from(
      { length: 100_000 },
      (_, number) => number < 1000 ? [] : [1, 2, 3].map((step) => (number * step * 7919) % (number - 500)),
    );
    const graph = compile(lists);
    for (let rank = 0; rank < graph.size; rank++) {
      const expected = new Set(lists[graph.userIndex[rank]].map((parent) => graph.rankOfUser[parent]));
      assert.deepEqual(row(graph.parentOffsets, graph.parents, rank), [...expected].sort((a, b) => a - b));
    }
  });
});
