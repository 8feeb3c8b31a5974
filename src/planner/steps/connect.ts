/** Which steps of a plan wait for which: through dependencies, partition mappings and blocking checks. */
import type { StepDeclaration, StepInput } from "../../model/assets/declaration.ts";
import type { Definitions } from "../../model/definitions.ts";
import type { ResolvedMapping } from "../../model/partitions/mapping.ts";
import { rangeSubset, type Subset } from "../../model/partitions/subset.ts";
import type { Cooperative } from "../cooperative.ts";
import { Barriers } from "./barriers.ts";
import { EdgeList } from "./edges.ts";
import { type Layout, nodeOfRank, type NodeSteps, nodeSteps, stepOfNth } from "./layout.ts";
import type { PlanMappings } from "./mappings.ts";

/** How much is connected between two pauses. */
const SLICE = 4_096;

/** The edges of a run, and how many steps and barriers they join. */
export interface Connections {
  readonly edges: EdgeList;
  readonly size: number;
}

/** Connects the steps of a plan. */
export function* connectSteps(layout: Layout, mappings: PlanMappings): Cooperative<Connections> {
  const { plan } = layout;
  const edges = new EdgeList();
  const barriers = new Barriers(edges, layout.count);
  const gates = plan.sets.size === 0 ? NO_GATES : blockingChecks(plan.definitions);
  for (let node = 0; node < layout.nodeCount; node++) {
    if (isPlain(layout, node)) connectPlain(layout, node, edges);
    else yield* connectNode(layout, nodeSteps(layout, node), { mappings, edges, barriers, gates });
    if (node % SLICE === SLICE - 1) yield;
  }
  return { edges, size: barriers.size };
}

/** Ranks of the blocking checks of each asset. */
type Gates = ReadonlyMap<string, readonly number[]>;

const NO_GATES: Gates = new Map();

function blockingChecks({ checks, stepGraph }: Definitions): Gates {
  const gates = new Map<string, number[]>();
  for (const check of checks) {
    if (!check["~step"].check?.blocking) continue;
    const ranks = gates.get(check.asset) ?? [];
    ranks.push(stepGraph.rankOf(check["~step"].name) as number);
    gates.set(check.asset, ranks);
  }
  return gates;
}

/** Whether neither a node nor anything it waits for is partitioned: the graph of declarations has its edges. */
function isPlain({ plan }: Layout, node: number): boolean {
  if (plan.sets.size === 0) return true;
  const rank = plan.ranks[node];
  if (plan.sets.has(rank)) return false;
  const { parentOffsets, parents } = plan.definitions.stepGraph;
  for (let edge = parentOffsets[rank]; edge < parentOffsets[rank + 1]; edge++) {
    if (plan.sets.has(parents[edge])) return false;
  }
  return true;
}

function connectPlain(layout: Layout, node: number, edges: EdgeList): void {
  const { plan, firstSteps } = layout;
  const { parentOffsets, parents } = plan.definitions.stepGraph;
  const rank = plan.ranks[node];
  for (let edge = parentOffsets[rank]; edge < parentOffsets[rank + 1]; edge++) {
    const upstream = nodeOfRank(layout, parents[edge]);
    if (upstream >= 0) edges.add(firstSteps[upstream], firstSteps[node]);
  }
}

/** What connecting works with. */
interface Tools {
  readonly mappings: PlanMappings;
  readonly edges: EdgeList;
  readonly barriers: Barriers;
  readonly gates: Gates;
}

function* connectNode(layout: Layout, down: NodeSteps, tools: Tools): Cooperative<void> {
  const { definitions } = layout.plan;
  const { declaration } = down;
  for (const input of declaration.inputs) {
    const { partitions } = definitions.asset(input.key);
    for (const rank of ranksToWaitFor(definitions, declaration, input, tools.gates)) {
      const node = nodeOfRank(layout, rank);
      if (node < 0) continue;
      const up = nodeSteps(layout, node);
      const mapping = partitions && tools.mappings.of(declaration, input, partitions);
      yield* connectNodes(down, up, mapping, tools);
    }
  }
}

/** The step that makes an input, and the checks that must let it through. */
function ranksToWaitFor(
  { graph, stepOfAsset, steps }: Definitions,
  declaration: StepDeclaration,
  input: StepInput,
  gates: Gates,
): readonly number[] {
  const maker = stepOfAsset[graph.rankOf(input.key) as number];
  const blocking = gates.get(input.key);
  if (!blocking || declaration.kind === "check" || steps[maker] === declaration) return [maker];
  return [maker, ...blocking];
}

function* connectNodes(
  down: NodeSteps,
  up: NodeSteps,
  mapping: ResolvedMapping | undefined,
  tools: Tools,
): Cooperative<void> {
  if (!mapping || !up.subset) return connectToOne(down, up.firstStep, tools.edges);
  const isUnchunked = down.chunkSize === 1 && up.chunkSize === 1;
  if (mapping.isIdentity && isUnchunked && down.subset) return connectEqual(down, up, tools.edges);
  if (mapping.constant && down.node !== up.node) return connectJoint(down, up, mapping.constant, tools);
  yield* connectRanges(down, up, mapping, tools);
}

/** All steps of a node wait for one. */
function connectToOne(down: NodeSteps, upstream: number, edges: EdgeList): void {
  for (let step = down.firstStep; step < down.firstStep + down.stepCount; step++) edges.add(upstream, step);
}

/** Steps wait for those of the same partition. */
function connectEqual(down: NodeSteps, up: NodeSteps, edges: EdgeList): void {
  const ours = down.subset as Subset;
  const theirs = up.subset as Subset;
  ours.intersect(theirs).eachRange((start, end) => {
    let step = stepOfNth(down, ours.rank(start));
    let upstream = stepOfNth(up, theirs.rank(start));
    for (let cell = start; cell < end; cell++) edges.add(upstream++, step++);
  });
}

/** All steps wait for the same partitions: through one barrier, unless one side is single. */
function connectJoint(down: NodeSteps, up: NodeSteps, read: Subset, { edges, barriers }: Tools): void {
  const members = read.intersect(up.subset as Subset);
  if (members.size === 0) return;
  if (down.stepCount === 1 || members.size === 1) {
    return eachStepOf(up, members, (upstream) => connectToOne(down, upstream, edges));
  }
  const { barrier, isNew } = barriers.joint(up.node, members);
  if (isNew) eachStepOf(up, members, (upstream) => edges.add(upstream, barrier));
  connectToOne(down, barrier, edges);
}

/** The steps that make some of the partitions of a node, each once. */
function eachStepOf(up: NodeSteps, members: Subset, visit: (step: number) => void): void {
  let next = up.firstStep;
  members.eachRange((start, end) => {
    const [from, to] = stepsOfCells(up, start, end);
    for (let step = Math.max(from, next); step < to; step++) visit(step);
    next = Math.max(next, to);
  });
}

/** The steps `[from, to)` that make what a node has of the cells `[start, end)`. */
function stepsOfCells(up: NodeSteps, start: number, end: number): readonly [from: number, to: number] {
  const subset = up.subset as Subset;
  const first = subset.rank(start);
  const last = subset.rank(end);
  return first === last ? [0, 0] : [stepOfNth(up, first), stepOfNth(up, last - 1) + 1];
}

/** A run of upstream steps `[from, to)` that one step waits for. */
interface Wait {
  readonly step: number;
  readonly from: number;
  readonly to: number;
}

/** Each step waits for runs of upstream steps: directly where they are short, through a tree of barriers otherwise. */
function* connectRanges(
  down: NodeSteps,
  up: NodeSteps,
  mapping: ResolvedMapping,
  { edges, barriers }: Tools,
): Cooperative<void> {
  const waits: Wait[] = [];
  let edgeCount = 0;
  for (let nth = 0; nth < down.stepCount; nth++) {
    const step = down.firstStep + nth;
    const bound = down.node === up.node ? step : Infinity;
    let next = 0;
    eachReadRange(down, nth, mapping, (start, end) => {
      const [first, last] = stepsOfCells(up, start, end);
      const from = Math.max(first, next);
      const to = Math.min(last, bound);
      if (from >= to) return;
      waits.push({ step, from, to });
      edgeCount += to - from;
      next = to;
    });
    if (nth % SLICE === SLICE - 1) yield;
  }
  const isShort = edgeCount <= 8 * (up.stepCount + waits.length);
  for (let index = 0; index < waits.length; index++) {
    const { step, from, to } = waits[index];
    if (!isShort) barriers.waitForRange(up, from, to, step);
    else for (let upstream = from; upstream < to; upstream++) edges.add(upstream, step);
    if (index % SLICE === SLICE - 1) yield;
  }
}

/** The runs of upstream cells that the n-th step of a node reads, ascending. */
function eachReadRange(
  down: NodeSteps,
  nth: number,
  mapping: ResolvedMapping,
  visit: (start: number, end: number) => void,
): void {
  if (!down.subset) return mapping.eachUpstreamRange(0, visit);
  if (down.chunkSize === 1) return mapping.eachUpstreamRange(down.subset.at(nth), visit);
  mapping.toUpstream(cellsOfNthStep(down.subset, nth, down.chunkSize)).existing.eachRange(visit);
}

/** The partitions of the n-th step of a batch. */
export function cellsOfNthStep(subset: Subset, nth: number, chunkSize: number): Subset {
  const first = nth * chunkSize;
  const last = Math.min(first + chunkSize, subset.size) - 1;
  return subset.intersect(rangeSubset(subset.at(first), subset.at(last) + 1));
}
