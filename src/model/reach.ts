/** Sets of nodes of a graph, and what is upstream and downstream of them. */
import type { AssetGraph } from "./graph.ts";

/** A set of ranks: one byte for each node, 1 for members and 0 for others. */
export type RankSet = Uint8Array;

/** The members of a set, ascending. */
export function ranksIn(set: RankSet): Int32Array {
  const ranks = new Int32Array(countRanks(set));
  let next = 0;
  for (let rank = 0; rank < set.length; rank++) if (set[rank]) ranks[next++] = rank;
  return ranks;
}

/** How many members a set has. */
export function countRanks(set: RankSet): number {
  let count = 0;
  for (let rank = 0; rank < set.length; rank++) count += set[rank];
  return count;
}

/** The set and all that it waits for, over at most `depth` edges. Default: however far. */
export function upstreamOf(graph: AssetGraph, set: RankSet, depth: number = Infinity): RankSet {
  if (depth <= graph.size) return withinDepth(graph.parentOffsets, graph.parents, set, depth);
  const { parentOffsets, parents } = graph;
  const reached = set.slice();
  for (let rank = set.lastIndexOf(1); rank > 0; rank--) {
    if (!reached[rank]) continue;
    const end = parentOffsets[rank + 1];
    for (let edge = parentOffsets[rank]; edge < end; edge++) reached[parents[edge]] = 1;
  }
  return reached;
}

/** The set and all that waits for it, over at most `depth` edges. Default: however far. */
export function downstreamOf(graph: AssetGraph, set: RankSet, depth: number = Infinity): RankSet {
  if (depth <= graph.size) return withinDepth(graph.childOffsets, graph.children, set, depth);
  const { childOffsets, children, size } = graph;
  const reached = set.slice();
  const first = set.indexOf(1);
  for (let rank = first < 0 ? size : first; rank < size; rank++) {
    if (!reached[rank]) continue;
    const end = childOffsets[rank + 1];
    for (let edge = childOffsets[rank]; edge < end; edge++) reached[children[edge]] = 1;
  }
  return reached;
}

/** The members from which no other member can be reached upstream, over members or others. */
export function rootsOf(graph: AssetGraph, set: RankSet): RankSet {
  const { childOffsets, children, size } = graph;
  const isBelow = new Uint8Array(size);
  const roots = new Uint8Array(size);
  for (let rank = 0; rank < size; rank++) {
    if (set[rank] && !isBelow[rank]) roots[rank] = 1;
    if (!set[rank] && !isBelow[rank]) continue;
    for (let edge = childOffsets[rank]; edge < childOffsets[rank + 1]; edge++) isBelow[children[edge]] = 1;
  }
  return roots;
}

/** The members from which no other member can be reached downstream, over members or others. */
export function sinksOf(graph: AssetGraph, set: RankSet): RankSet {
  const { parentOffsets, parents, size } = graph;
  const isAbove = new Uint8Array(size);
  const sinks = new Uint8Array(size);
  for (let rank = size - 1; rank >= 0; rank--) {
    if (set[rank] && !isAbove[rank]) sinks[rank] = 1;
    if (!set[rank] && !isAbove[rank]) continue;
    for (let edge = parentOffsets[rank]; edge < parentOffsets[rank + 1]; edge++) isAbove[parents[edge]] = 1;
  }
  return sinks;
}

/** Breadth first, one level at a time; only what is reached is visited. */
function withinDepth(offsets: Int32Array, targets: Int32Array, set: RankSet, depth: number): RankSet {
  const reached = set.slice();
  let frontier: number[] = Array.from(ranksIn(set));
  for (let step = 0; step < depth && frontier.length > 0; step++) {
    const next: number[] = [];
    for (const rank of frontier) {
      for (let edge = offsets[rank]; edge < offsets[rank + 1]; edge++) {
        const target = targets[edge];
        if (reached[target]) continue;
        reached[target] = 1;
        next.push(target);
      }
    }
    frontier = next;
  }
  return reached;
}
