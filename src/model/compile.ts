/** From checked declarations to graphs: assets and steps numbered by rank, edges as integers. */
import type { Asset } from "./assets/declaration.ts";
import type { Check } from "./assets/check.ts";
import type { StepDeclaration } from "./assets/declaration.ts";
import { type AssetGraph, compileGraph } from "./graph.ts";
import type { Issue } from "./issue.ts";

/** The two graphs of a set of definitions. */
export interface CompiledDefinitions {
  readonly assets: readonly Asset[];
  readonly graph: AssetGraph;
  readonly steps: readonly StepDeclaration[];
  readonly stepGraph: AssetGraph;
  readonly stepOfAsset: Int32Array;
}

/** Edges while they are collected: for each node the numbers of the nodes it waits for. */
type Parents = readonly (readonly number[])[];

/** Compiles declarations whose names have been checked; a cycle is the one issue left to find. */
export function compileDefinitions(
  assets: readonly Asset[],
  checks: readonly Check[],
): CompiledDefinitions | { readonly issue: Issue } {
  const numbers = new Map(assets.map((asset, number) => [asset.key, number]));
  const steps = distinctSteps(assets, checks);
  const parents = stepParents(steps, numbers, assets, checks);
  const stepGraph = compileGraph(steps.map((step) => step.name), parents);
  if ("cycle" in stepGraph) return { issue: cycleIssue(stepGraph.cycle.map((number) => steps[number])) };
  if (steps.length === assets.length && checks.length === 0) return sameGraph(assets, steps, stepGraph);
  const graph = compileGraph(assets.map((asset) => asset.key), assetParents(assets, numbers));
  if ("cycle" in graph) return { issue: cycleIssue(graph.cycle.map((number) => assets[number]["~step"])) };
  return separateGraphs(assets, graph, steps, stepGraph);
}

function distinctSteps(assets: readonly Asset[], checks: readonly Check[]): StepDeclaration[] {
  const steps = new Set<StepDeclaration>();
  for (const asset of assets) steps.add(asset["~step"]);
  for (const check of checks) steps.add(check["~step"]);
  return [...steps];
}

/** Steps wait for the steps of their inputs, and for the blocking checks on these. */
function stepParents(
  steps: readonly StepDeclaration[],
  numbers: ReadonlyMap<string, number>,
  assets: readonly Asset[],
  checks: readonly Check[],
): Parents {
  const numberOfStep = new Map(steps.map((step, number) => [step, number]));
  const stepOf = (key: string) => numberOfStep.get(assets[numbers.get(key) as number]["~step"]) as number;
  const gates = gatesByAsset(checks, numberOfStep);
  return steps.map((step) => {
    const parents: number[] = [];
    for (const input of step.inputs) {
      if (isOwnOutput(step, input.key)) continue;
      parents.push(stepOf(input.key));
      if (step.kind !== "check") parents.push(...gates.get(input.key) ?? []);
    }
    return parents;
  });
}

function gatesByAsset(
  checks: readonly Check[],
  numberOfStep: ReadonlyMap<StepDeclaration, number>,
): ReadonlyMap<string, readonly number[]> {
  const gates = new Map<string, number[]>();
  for (const check of checks) {
    if (!check["~step"].check?.blocking) continue;
    const list = gates.get(check.asset) ?? [];
    list.push(numberOfStep.get(check["~step"]) as number);
    gates.set(check.asset, list);
  }
  return gates;
}

function assetParents(assets: readonly Asset[], numbers: ReadonlyMap<string, number>): Parents {
  return assets.map((asset) =>
    asset["~step"].inputs
      .filter((input) => !isOwnOutput(asset["~step"], input.key))
      .map((input) => numbers.get(input.key) as number)
  );
}

/** Whether a step reads its own earlier partitions by this input: no edge between different steps. */
export function isOwnOutput(step: StepDeclaration, key: string): boolean {
  return step.outputs.some((output) => output.key === key);
}

function sameGraph(
  assets: readonly Asset[],
  steps: readonly StepDeclaration[],
  graph: AssetGraph,
): CompiledDefinitions {
  return {
    assets: Object.freeze(byRank(assets, graph)),
    graph,
    steps: Object.freeze(byRank(steps, graph)),
    stepGraph: graph,
    stepOfAsset: Int32Array.from({ length: assets.length }, (_, rank) => rank),
  };
}

function separateGraphs(
  assets: readonly Asset[],
  graph: AssetGraph,
  steps: readonly StepDeclaration[],
  stepGraph: AssetGraph,
): CompiledDefinitions {
  const ranked = byRank(assets, graph);
  const rankedSteps = byRank(steps, stepGraph);
  const rankOfStep = new Map(rankedSteps.map((step, rank) => [step, rank]));
  return {
    assets: Object.freeze(ranked),
    graph,
    steps: Object.freeze(rankedSteps),
    stepGraph,
    stepOfAsset: Int32Array.from(ranked, (asset) => rankOfStep.get(asset["~step"]) as number),
  };
}

function byRank<T>(items: readonly T[], graph: AssetGraph): T[] {
  const ranked = new Array<T>(items.length);
  for (let rank = 0; rank < items.length; rank++) ranked[rank] = items[graph.userIndex[rank]];
  return ranked;
}

function cycleIssue(cycle: readonly StepDeclaration[]): Issue {
  const names = cycle.map((step) => step.name);
  const places = cycle.map((step) => `    ${step.name}${step.site.text ? ` at ${step.site.text}` : ""}`);
  return {
    code: "DEPENDENCY_CYCLE",
    message: `Assets depend on each other in a circle, each read by the next: ${
      [...names, names[0]].join(" -> ")
    }.\n${places.join("\n")}`,
    path: ["assets", ...names],
    ...(cycle[0].site.text && { site: cycle[0].site.text }),
    hint: "Remove one of these dependencies; an asset that needs its own past declares selfDep().",
  };
}
