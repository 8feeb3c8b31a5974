/** What the step numbers of a planned run mean. */
import type { Asset } from "../../model/assets/declaration.ts";
import type { PartitionSpace } from "../../model/partitions/space.ts";
import { encodeSubset, type PartitionIdentity, type StoredSubset } from "../../model/partitions/stored.ts";
import type { PlannedNode, PlannedOutput, StepTable } from "../../model/events/step_table.ts";
import type { PlannedSet, RunPlan } from "../plan.ts";
import type { Rows } from "./edges.ts";
import { type Layout, nodeOfRank, nodeSteps, stepOfNth } from "./layout.ts";

/**
 * The steps of a run and the edges between them. Numbers from `count` on are barriers: they have no body, and pass
 * on at once when all that they wait for is done. None of the arrays may be written to.
 */
export interface StepGraph extends StepTable {
  readonly plan: RunPlan;
  /** Steps and barriers together. */
  readonly size: number;
  readonly children: Rows;
  readonly parents: Rows;
  /** The node of each step. May be longer than needed. */
  readonly nodeOfSteps: Int32Array;
  /** The first step of each node, and behind them the number of steps. May be longer than needed. */
  readonly firstSteps: Int32Array;
  /** The node of a rank of `plan.definitions.steps`, or -1 when it is not planned. */
  nodeOfRank(rank: number): number;
  /** The partitions of a node; undefined without partitions. */
  set(node: number): PlannedSet | undefined;
  /** The assets that the run makes by a node, in the order of declaration. */
  outputs(node: number): readonly Asset[];
  /** The partitions of a step as places `[first, first + count)` in the set of its node. */
  placesOf(step: number): { readonly first: number; readonly count: number };
  /** The step that makes the partition at a place in the set of a node. */
  stepAt(node: number, place: number): number;
}

/** The graph of a layout and its edges. */
export class PlannedSteps implements StepGraph {
  readonly plan: RunPlan;
  readonly count: number;
  readonly nodeCount: number;
  readonly size: number;
  readonly children: Rows;
  readonly parents: Rows;
  readonly nodeOfSteps: Int32Array;
  readonly firstSteps: Int32Array;
  readonly #layout: Layout;

  constructor(
    layout: Layout,
    edges: { readonly size: number; readonly children: Rows; readonly parents: Rows },
  ) {
    this.plan = layout.plan;
    this.count = layout.count;
    this.nodeCount = layout.nodeCount;
    this.nodeOfSteps = layout.nodeOfSteps;
    this.firstSteps = layout.firstSteps;
    this.size = edges.size;
    this.children = edges.children;
    this.parents = edges.parents;
    this.#layout = layout;
  }

  nodeOf(step: number): number {
    return this.nodeOfSteps[step];
  }

  nodeOfRank(rank: number): number {
    return nodeOfRank(this.#layout, rank);
  }

  set(node: number): PlannedSet | undefined {
    return this.plan.sets.get(this.plan.ranks[node]);
  }

  outputs(node: number): readonly Asset[] {
    const rank = this.plan.ranks[node];
    const { outputs } = this.plan.definitions.steps[rank];
    return this.plan.outputs.get(rank)?.map((output) => outputs[output]) ?? outputs;
  }

  node(position: number): PlannedNode {
    const { declaration, firstStep, stepCount, chunkSize } = nodeSteps(this.#layout, position);
    const set = this.set(position);
    return {
      step: declaration.name,
      kind: declaration.kind as PlannedNode["kind"],
      outputs: this.outputs(position).map(plannedOutput),
      firstStep,
      stepCount,
      chunkSize,
      partitions: set ? encodeSubset(declaration.partitions, set.space, set.subset) : UNIT,
      partitionCount: set?.subset.size ?? 1,
    };
  }

  placesOf(step: number): { readonly first: number; readonly count: number } {
    const { subset, firstStep, chunkSize } = nodeSteps(this.#layout, this.nodeOfSteps[step]);
    const first = (step - firstStep) * chunkSize;
    return { first, count: Math.min(chunkSize, (subset?.size ?? 1) - first) };
  }

  stepAt(node: number, place: number): number {
    return stepOfNth(nodeSteps(this.#layout, node), place);
  }

  partitionKeys(step: number): readonly string[] {
    return this.#perCell(step, (space, cell) => space.keyAt(cell));
  }

  identities(step: number): readonly PartitionIdentity[] {
    return this.#perCell(step, identityAt);
  }

  #perCell<T>(step: number, read: (space: PartitionSpace, cell: number) => T): readonly T[] {
    const set = this.set(this.nodeOfSteps[step]);
    if (!set) return NOTHING;
    const { first, count } = this.placesOf(step);
    return Array.from({ length: count }, (_, nth) => read(set.space, set.subset.at(first + nth)));
  }
}

const UNIT: StoredSubset = Object.freeze({ kind: "unit" });
const NOTHING: readonly never[] = Object.freeze([]);

function plannedOutput({ key, codeVersion }: Asset): PlannedOutput {
  return { asset: key, codeVersion };
}

/** What a partition is known by for good. */
function identityAt(space: PartitionSpace, cell: number): PartitionIdentity {
  switch (space.kind) {
    case "unit":
      return "";
    case "time":
      return space.startAt(cell);
    case "names":
      return space.keyAt(cell);
    case "multi":
      return space.dimensions.map(({ space: dimension, stride }) =>
        identityAt(dimension, Math.floor(cell / stride) % dimension.size) as number | string
      );
  }
}
