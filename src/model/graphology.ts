/** The graph as graphology sees it: for analysis and drawing. Loaded when first asked for, never while running. */
import type { AssetGraph } from "./graph.ts";

/** What each node of a graph made by {@linkcode toGraphology} carries. */
export interface GraphologyNode {
  /** Its rank in the graph. */
  readonly rank: number;
  /** The number of edges on the longest way from a root. */
  readonly level: number;
}

/** A directed graph of graphology. */
export type GraphologyGraph = InstanceType<(typeof import("graphology"))["DirectedGraph"]>;

/** The algorithms of graphology-dag, such as `topologicalGenerations` and `willCreateCycle`. */
export type GraphologyDag = typeof import("graphology-dag");

/**
 * Gives a graph as a directed graph of graphology: nodes by key in rank order with `rank` and `level`, edges from
 * upstream to downstream. It is a copy of the caller's own, about a hundred times the size of the original.
 *
 * @example
 * ```ts
 * import { defineAsset, definitions, toGraphology } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const orders = defineAsset({ key: "orders", run: () => 3 });
 * const total = defineAsset({ key: "total", deps: { orders }, run: ({ inputs }) => inputs.orders });
 * const graph = await toGraphology(definitions({ assets: [orders, total] }).graph);
 *
 * assert.deepEqual(graph.outNeighbors("orders"), ["total"]);
 * ```
 */
export async function toGraphology(graph: AssetGraph): Promise<GraphologyGraph> {
  const { DirectedGraph } = await import("graphology");
  const copy = new DirectedGraph<GraphologyNode>({ allowSelfLoops: false });
  for (let rank = 0; rank < graph.size; rank++) {
    copy.addNode(graph.keys[rank], { rank, level: graph.level[rank] });
  }
  for (let rank = 0; rank < graph.size; rank++) {
    for (let edge = graph.childOffsets[rank]; edge < graph.childOffsets[rank + 1]; edge++) {
      copy.addDirectedEdge(graph.keys[rank], graph.keys[graph.children[edge]]);
    }
  }
  return copy;
}

/** Loads the algorithms of graphology-dag, to use on what {@linkcode toGraphology} gives. */
export function loadGraphologyDag(): Promise<GraphologyDag> {
  return import("graphology-dag");
}
