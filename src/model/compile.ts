/** From checked declarations to graphs: assets and steps numbered by rank, edges as integers. */
import type { Asset, StepDeclaration } from "./assets/declaration.ts";
import { type AssetGraph, compileGraph, type PackedDependencies } from "./graph.ts";
import type { Issue } from "./issue.ts";
import type { Links } from "./links.ts";

/** The two graphs of a set of definitions. */
export interface CompiledDefinitions {
  /** Assets by rank in `graph`. */
  readonly assets: readonly Asset[];
  readonly graph: AssetGraph;
  /** Steps by rank in `stepGraph`. */
  readonly steps: readonly StepDeclaration[];
  readonly stepGraph: AssetGraph;
  /** The rank of the step that makes an asset, by the asset's rank. */
  readonly stepOfAsset: Int32Array;
  /** 1 for steps that have partitions, by rank: planners look here before they touch a declaration. */
  readonly isPartitioned: Uint8Array;
  /** 1 for external assets, by the rank of the step. */
  readonly isExternal: Uint8Array;
}

/** Compiles declarations that have been checked; a cycle is the one issue left to find. */
export function compileDefinitions(links: Links): CompiledDefinitions | { readonly issue: Issue } {
  const { assets, keys, numbers, steps, areSteps } = links;
  const stepGraph = areSteps
    ? compileGraph(keys, stepDependencies(links), numbers)
    : compileGraph(steps.map((step) => step.name), stepDependencies(links));
  if ("cycle" in stepGraph) return { issue: cycleIssue(stepGraph.cycle.map((number) => steps[number])) };
  if (areSteps) return sameGraph(links, stepGraph);
  const graph = compileGraph(keys, assetDependencies(links), numbers);
  if ("cycle" in graph) return { issue: cycleIssue(graph.cycle.map((number) => assets[number]["~step"])) };
  return separateGraphs(links, graph, stepGraph);
}

/** Steps wait for the steps of their inputs, and for the blocking checks on these. */
function stepDependencies(links: Links): PackedDependencies {
  const { steps, offsets, targets, stepOfAsset } = links;
  const gates = gatesByAsset(links);
  if (gates.size > 0) return withGates(links, gates);
  const kept = new Int32Array(targets.length);
  const keptOffsets = new Int32Array(steps.length + 1);
  let count = 0;
  for (let step = 0; step < steps.length; step++) {
    for (let edge = offsets[step]; edge < offsets[step + 1]; edge++) {
      const upstream = stepOfAsset[targets[edge]];
      if (upstream !== step) kept[count++] = upstream;
    }
    keptOffsets[step + 1] = count;
  }
  return { offsets: keptOffsets, targets: kept.subarray(0, count) };
}

/** The blocking checks of each asset, by the asset's number. */
function gatesByAsset({ steps, offsets, targets }: Links): ReadonlyMap<number, readonly number[]> {
  const gates = new Map<number, number[]>();
  for (let step = steps.length - 1; step >= 0 && steps[step].check; step--) {
    if (!steps[step].check?.blocking) continue;
    const asset = targets[offsets[step]];
    const list = gates.get(asset) ?? [];
    list.push(step);
    gates.set(asset, list);
  }
  return gates;
}

function withGates(links: Links, gates: ReadonlyMap<number, readonly number[]>): PackedDependencies {
  const { steps, offsets, targets, stepOfAsset } = links;
  const packed: number[] = [];
  const packedOffsets = new Int32Array(steps.length + 1);
  for (let step = 0; step < steps.length; step++) {
    for (let edge = offsets[step]; edge < offsets[step + 1]; edge++) {
      const asset = targets[edge];
      if (stepOfAsset[asset] === step) continue;
      packed.push(stepOfAsset[asset]);
      if (!steps[step].check) packed.push(...gates.get(asset) ?? []);
    }
    packedOffsets[step + 1] = packed.length;
  }
  return { offsets: packedOffsets, targets: Int32Array.from(packed) };
}

function assetDependencies({ assets, offsets, targets, stepOfAsset }: Links): PackedDependencies {
  const packed: number[] = [];
  const packedOffsets = new Int32Array(assets.length + 1);
  for (let asset = 0; asset < assets.length; asset++) {
    const step = stepOfAsset[asset];
    for (let edge = offsets[step]; edge < offsets[step + 1]; edge++) {
      if (stepOfAsset[targets[edge]] !== step) packed.push(targets[edge]);
    }
    packedOffsets[asset + 1] = packed.length;
  }
  return { offsets: packedOffsets, targets: Int32Array.from(packed) };
}

/** Whether a step reads its own earlier partitions by this input: no edge between different steps. */
export function isOwnOutput(step: StepDeclaration, key: string): boolean {
  const { outputs } = step;
  for (let position = 0; position < outputs.length; position++) {
    if (outputs[position].key === key) return true;
  }
  return false;
}

function sameGraph(links: Links, graph: AssetGraph): CompiledDefinitions {
  return {
    assets: byRank(links.assets, graph),
    graph,
    stepGraph: graph,
    stepOfAsset: links.stepOfAsset,
    ...stepsByRank(links, graph),
  };
}

function separateGraphs(links: Links, graph: AssetGraph, stepGraph: AssetGraph): CompiledDefinitions {
  const stepOfAsset = new Int32Array(links.assets.length);
  for (let rank = 0; rank < stepOfAsset.length; rank++) {
    stepOfAsset[rank] = stepGraph.rankOfUser[links.stepOfAsset[graph.userIndex[rank]]];
  }
  return {
    assets: byRank(links.assets, graph),
    graph,
    stepGraph,
    stepOfAsset,
    ...stepsByRank(links, stepGraph),
  };
}

function stepsByRank(
  { steps, isPartitioned, isExternal }: Links,
  graph: AssetGraph,
): Pick<CompiledDefinitions, "steps" | "isPartitioned" | "isExternal"> {
  return {
    steps: byRank(steps, graph),
    isPartitioned: flagsByRank(isPartitioned, graph),
    isExternal: flagsByRank(isExternal, graph),
  };
}

function flagsByRank(flags: Uint8Array, { userIndex }: AssetGraph): Uint8Array {
  const ranked = new Uint8Array(userIndex.length);
  for (let rank = 0; rank < userIndex.length; rank++) ranked[rank] = flags[userIndex[rank]];
  return ranked;
}

/** Not frozen: freezing a large array is slow in JavaScriptCore, and so is reading it afterwards. */
function byRank<T>(items: readonly T[], graph: AssetGraph): readonly T[] {
  const ranked = new Array<T>(items.length);
  for (let rank = 0; rank < items.length; rank++) ranked[rank] = items[graph.userIndex[rank]];
  return ranked;
}

function cycleIssue(cycle: readonly StepDeclaration[]): Issue {
  const names = cycle.map((step) => step.name);
  const places = cycle.map((step) => `    ${step.name}${step.site.text ? ` at ${step.site.text}` : ""}`);
  const circle = [...names, names[0]].join(" -> ");
  return {
    code: "DEPENDENCY_CYCLE",
    message: `Assets depend on each other in a circle, each read by the next: ${circle}.\n${
      places.join("\n")
    }`,
    path: ["assets", ...names],
    ...(cycle[0].site.text && { site: cycle[0].site.text }),
    hint: "Remove one of these dependencies; an asset that needs its own past declares selfDep().",
  };
}
