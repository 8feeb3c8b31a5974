/** Graphs for tests of drawings. */
import type { GraphEdge, GraphNode, GraphView } from "../../../src/monitor/graph/view.ts";

/** A view over nodes `n0`, `n1`, ... and edges from lower to higher. */
export function viewOf(size: number, pairs: readonly (readonly [from: number, to: number])[]): GraphView {
  const level = new Array<number>(size).fill(0);
  const sorted = [...pairs].sort((a, b) => a[1] - b[1]);
  for (const [from, to] of sorted) level[to] = Math.max(level[to], level[from] + 1);
  const nodes: GraphNode[] = level.map((each, position) => ({
    key: `n${position}`,
    kind: "asset",
    group: "default",
    kinds: [],
    partitions: undefined,
    readsItself: false,
    level: each,
  }));
  const edges: GraphEdge[] = sorted.map(([from, to]) => ({
    from,
    to,
    mapping: undefined,
    carriesData: true,
  }));
  return { nodes, edges, levels: Math.max(0, ...level.map((each) => each + 1)) };
}
