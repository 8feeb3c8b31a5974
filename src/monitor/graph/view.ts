/** The graph as people look at it: assets as nodes with a level, dependencies as edges. */
import type { Asset, StepInput } from "../../model/assets/declaration.ts";
import { isOwnOutput } from "../../model/compile.ts";
import type { Definitions } from "../../model/definitions.ts";
import type { RankSet } from "../../model/reach.ts";
import { briefPartitions } from "../brief.ts";

/** One asset of a drawing. */
export interface GraphNode {
  readonly key: string;
  readonly kind: "asset" | "multi-asset" | "external";
  readonly group: string;
  readonly kinds: readonly string[];
  /** The partition definition in a word or two; undefined without partitions. */
  readonly partitions: string | undefined;
  /** Whether it reads its own earlier partitions. */
  readonly readsItself: boolean;
  /** 0 for nodes without an upstream in the drawing, else one more than the highest of its upstream. */
  readonly level: number;
}

/** One dependency of a drawing. */
export interface GraphEdge {
  /** Position of the upstream node. */
  readonly from: number;
  /** Position of the downstream node. */
  readonly to: number;
  /** The partition mapping by name; undefined when none was given. */
  readonly mapping: string | undefined;
  /** False for `after`: no value is read. */
  readonly carriesData: boolean;
}

/** A part of a graph, ready to be drawn. Nodes stand in rank order, so that edges lead from lower to higher. */
export interface GraphView {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** How many levels there are. */
  readonly levels: number;
}

/** The assets of a set, and the dependencies between them. Without a set: all. */
export function viewGraph(definitions: Definitions, selected?: RankSet): GraphView {
  const { assets, graph } = definitions;
  const positions = new Int32Array(assets.length).fill(-1);
  const kept = assets.filter((_, rank) => selected === undefined || selected[rank] === 1);
  kept.forEach((asset, position) => {
    positions[graph.rankOf(asset.key) as number] = position;
  });
  const edges = kept.flatMap((asset, to) =>
    [...inputsOf(asset)].flatMap(([key, input]) => {
      const from = positions[graph.rankOf(key) as number];
      return from < 0 ? [] : [viewEdge(from, to, input)];
    })
  );
  const level = levelsOf(kept.length, edges);
  return {
    nodes: kept.map((asset, position) => viewNode(asset, level[position])),
    edges,
    levels: level.reduce((most, each) => Math.max(most, each + 1), 0),
  };
}

/** The inputs of an asset by upstream key; one that carries data counts before one that only orders. */
function inputsOf(asset: Asset): ReadonlyMap<string, StepInput> {
  const step = asset["~step"];
  const inputs = new Map<string, StepInput>();
  for (const input of step.inputs) {
    if (isOwnOutput(step, input.key)) continue;
    if (input.name !== undefined || !inputs.has(input.key)) inputs.set(input.key, input);
  }
  return inputs;
}

function viewEdge(from: number, to: number, { name, mapping }: StepInput): GraphEdge {
  return { from, to, mapping: mapping?.kind, carriesData: name !== undefined };
}

function viewNode(asset: Asset, level: number): GraphNode {
  const step = asset["~step"];
  return {
    key: asset.key,
    kind: step.kind === "check" ? "asset" : step.kind,
    group: asset.group,
    kinds: asset.kinds,
    partitions: asset.partitions && briefPartitions(asset.partitions),
    readsItself: step.inputs.some((input) => isOwnOutput(step, input.key)),
    level,
  };
}

/** Edges come sorted by their lower end's turn: every node's upstream has its level before it is asked. */
function levelsOf(size: number, edges: readonly GraphEdge[]): Int32Array {
  const level = new Int32Array(size);
  for (const { from, to } of edges) level[to] = Math.max(level[to], level[from] + 1);
  return level;
}
