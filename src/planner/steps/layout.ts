/** The layout of a run: which step numbers belong to which step declaration and which partition. */
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import type { Subset } from "../../model/partitions/subset.ts";
import type { RunPlan } from "../plan.ts";

/** Steps numbered node after node in the order of the plan, and within a node in partition order. */
export interface Layout {
  readonly plan: RunPlan;
  /** How many steps there are. */
  readonly count: number;
  readonly nodeCount: number;
  /** The first step of each node, and behind them the number of steps. May be longer than needed. */
  readonly firstSteps: Int32Array;
  /** The node of each step. May be longer than needed. */
  readonly nodeOfSteps: Int32Array;
  /** The rank of each step. */
  readonly rankOfSteps: Int32Array;
  /** How many partitions a step of each node takes; undefined in a plan without partitions. */
  readonly chunkSizes: Int32Array | undefined;
  /** The node of each rank or -1; undefined when each rank is a node of the same number. */
  readonly nodeOfRanks: Int32Array | undefined;
}

/** Numbers the steps of a plan. */
export function layOut(plan: RunPlan): Layout {
  const { definitions, ranks } = plan;
  const nodeOfRanks = ranks.length === definitions.steps.length
    ? undefined
    : indexRanks(ranks, definitions.steps.length);
  if (plan.sets.size === 0) {
    const numbers = ascending(ranks.length + 1);
    return {
      plan,
      count: ranks.length,
      nodeCount: ranks.length,
      firstSteps: numbers,
      nodeOfSteps: numbers,
      rankOfSteps: ranks,
      chunkSizes: undefined,
      nodeOfRanks,
    };
  }
  return { plan, ...layOutSets(plan), nodeOfRanks };
}

function layOutSets(plan: RunPlan): Omit<Layout, "plan" | "nodeOfRanks"> {
  const nodeCount = plan.ranks.length;
  const firstSteps = new Int32Array(nodeCount + 1);
  const chunkSizes = new Int32Array(nodeCount).fill(1);
  for (let node = 0; node < nodeCount; node++) {
    const cells = plan.sets.get(plan.ranks[node])?.subset.size ?? 1;
    chunkSizes[node] = chunkSize(plan, plan.ranks[node], cells);
    firstSteps[node + 1] = firstSteps[node] + Math.ceil(cells / chunkSizes[node]);
  }
  const count = firstSteps[nodeCount];
  const nodeOfSteps = new Int32Array(count);
  const rankOfSteps = new Int32Array(count);
  for (let node = 0; node < nodeCount; node++) {
    nodeOfSteps.fill(node, firstSteps[node], firstSteps[node + 1]);
    rankOfSteps.fill(plan.ranks[node], firstSteps[node], firstSteps[node + 1]);
  }
  return { count, nodeCount, firstSteps, nodeOfSteps, rankOfSteps, chunkSizes };
}

/** A batch takes all partitions of its node at once, or as many as its backfill policy allows. */
function chunkSize(plan: RunPlan, rank: number, cells: number): number {
  const { batch, backfill } = plan.definitions.steps[rank];
  return batch ? Math.max(1, Math.min(cells, backfill?.maxPartitionsPerRun ?? cells)) : 1;
}

function indexRanks(ranks: Int32Array, size: number): Int32Array {
  const nodes = new Int32Array(size).fill(-1);
  for (let node = 0; node < ranks.length; node++) nodes[ranks[node]] = node;
  return nodes;
}

function ascending(length: number): Int32Array {
  const numbers = new Int32Array(length);
  for (let number = 0; number < length; number++) numbers[number] = number;
  return numbers;
}

/** One step declaration in a run: its steps and what partitions they take. */
export interface NodeSteps {
  readonly node: number;
  readonly declaration: StepDeclaration;
  /** Its partitions; undefined without partitions. */
  readonly subset: Subset | undefined;
  readonly firstStep: number;
  readonly stepCount: number;
  /** Partitions per step. */
  readonly chunkSize: number;
}

/** What a layout says of one node. */
export function nodeSteps(layout: Layout, node: number): NodeSteps {
  const { plan, firstSteps, chunkSizes } = layout;
  const rank = plan.ranks[node];
  return {
    node,
    declaration: plan.definitions.steps[rank],
    subset: plan.sets.get(rank)?.subset,
    firstStep: firstSteps[node],
    stepCount: firstSteps[node + 1] - firstSteps[node],
    chunkSize: chunkSizes?.[node] ?? 1,
  };
}

/** The step that makes the n-th partition of a node. */
export function stepOfNth({ firstStep, chunkSize }: NodeSteps, nth: number): number {
  return firstStep + (chunkSize === 1 ? nth : Math.floor(nth / chunkSize));
}

/** The node of a rank, or -1 when it is not planned. */
export function nodeOfRank({ nodeOfRanks }: Layout, rank: number): number {
  return nodeOfRanks ? nodeOfRanks[rank] : rank;
}
