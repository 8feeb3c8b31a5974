import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { type AssetGraph, compileGraph } from "../../src/model/graph.ts";
import {
  countRanks,
  downstreamOf,
  type RankSet,
  ranksIn,
  rootsOf,
  sinksOf,
  upstreamOf,
} from "../../src/model/reach.ts";

/** A graph in which node `i` waits for some of the nodes before it, so that ranks are not the numbers given. */
function graphOf(picks: readonly (readonly number[])[]): AssetGraph {
  const lists = picks.map((list, number) => number === 0 ? [] : list.map((pick) => pick % number));
  const graph = compileGraph(lists.map((_, number) => `k${number}`), lists);
  assert.ok(!("cycle" in graph));
  return graph;
}

function setOf(graph: AssetGraph, ranks: Iterable<number>): RankSet {
  const set = new Uint8Array(graph.size);
  for (const rank of ranks) set[rank] = 1;
  return set;
}

/** Distances by repeated relaxation: from the set to every rank, along edges `from(rank)`. */
function distances(graph: AssetGraph, set: RankSet, isUp: boolean): number[] {
  const far = Array.from(set, (member) => member ? 0 : Infinity);
  for (let round = 0; round < graph.size; round++) {
    for (let rank = 0; rank < graph.size; rank++) {
      for (let edge = graph.childOffsets[rank]; edge < graph.childOffsets[rank + 1]; edge++) {
        const child = graph.children[edge];
        if (isUp) far[rank] = Math.min(far[rank], far[child] + 1);
        else far[child] = Math.min(far[child], far[rank] + 1);
      }
    }
  }
  return far;
}

function within(far: readonly number[], depth: number): number[] {
  return far.flatMap((distance, rank) => distance <= depth && distance < Infinity ? [rank] : []);
}

const cases = fc.record({
  graph: fc.array(fc.array(fc.nat(), { maxLength: 3 }), { maxLength: 12 }).map(graphOf),
  bits: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
  depth: fc.oneof(fc.nat({ max: 4 }), fc.constantFrom(Infinity, 1e9)),
}).map(({ graph, bits, depth }) => ({
  graph,
  depth,
  set: setOf(graph, bits.flatMap((bit, rank) => bit && rank < graph.size ? [rank] : [])),
}));

describe("upstreamOf and downstreamOf", () => {
  test("reach what is within the depth, and leave the given set alone", () => {
    fc.assert(
      fc.property(cases, ({ graph, set, depth }) => {
        const before = [...set];
        assert.deepEqual(
          [...ranksIn(upstreamOf(graph, set, depth))],
          within(distances(graph, set, true), depth),
        );
        assert.deepEqual(
          [...ranksIn(downstreamOf(graph, set, depth))],
          within(distances(graph, set, false), depth),
        );
        assert.deepEqual([...set], before);
      }),
      { seed: 3109, numRuns: 1000 },
    );
  });

  test("go all the way unless told otherwise", () => {
    const chain = graphOf([[], [0], [1], [2], [3]]);
    assert.equal(countRanks(downstreamOf(chain, setOf(chain, [0]))), 5);
    assert.equal(countRanks(upstreamOf(chain, setOf(chain, [4]))), 5);
    assert.deepEqual([...ranksIn(upstreamOf(chain, setOf(chain, [4]), 2))], [2, 3, 4]);
    assert.deepEqual([...ranksIn(downstreamOf(chain, setOf(chain, [2]), 0))], [2]);
    assert.deepEqual([...ranksIn(downstreamOf(chain, setOf(chain, [])))], []);
  });
});

describe("rootsOf and sinksOf", () => {
  test("are the members that reach no other member", () => {
    fc.assert(
      fc.property(cases, ({ graph, set }) => {
        const members = [...ranksIn(set)];
        const reaches = (rank: number, isUp: boolean): boolean =>
          within(distances(graph, setOf(graph, [rank]), isUp), Infinity).some((other) =>
            other !== rank && set[other]
          );
        assert.deepEqual([...ranksIn(rootsOf(graph, set))], members.filter((rank) => !reaches(rank, true)));
        assert.deepEqual([...ranksIn(sinksOf(graph, set))], members.filter((rank) => !reaches(rank, false)));
      }),
      { seed: 3110, numRuns: 500 },
    );
  });

  test("look through what is not a member", () => {
    const chain = graphOf([[], [0], [1]]);
    assert.deepEqual([...ranksIn(rootsOf(chain, setOf(chain, [0, 2])))], [0]);
    assert.deepEqual([...ranksIn(sinksOf(chain, setOf(chain, [0, 2])))], [2]);
  });
});
