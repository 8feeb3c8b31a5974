/**
 * Barriers: nodes without a body between many upstream and many downstream steps, so that ten thousand steps that
 * each wait for ten thousand others cost twenty thousand edges.
 */
import type { Subset } from "../../model/partitions/subset.ts";
import type { EdgeList } from "./edges.ts";
import type { NodeSteps } from "./layout.ts";

/** Gives out barriers, numbered from behind the last step, and writes the edges that lead to them. */
export class Barriers {
  readonly #edges: EdgeList;
  readonly #joints: Map<number, { readonly members: Subset; readonly barrier: number }[]> = new Map();
  readonly #trees: Map<number, RangeTree> = new Map();
  #next: number;

  constructor(edges: EdgeList, stepCount: number) {
    this.#edges = edges;
    this.#next = stepCount;
  }

  /** Steps and barriers together. */
  get size(): number {
    return this.#next;
  }

  /** The barrier behind some partitions of a node, and whether it is new: its own edges are then still missing. */
  joint(node: number, members: Subset): { readonly barrier: number; readonly isNew: boolean } {
    const known = this.#joints.get(node) ?? [];
    const same = known.find((joint) => joint.members.equals(members));
    if (same) return { barrier: same.barrier, isNew: false };
    const barrier = this.#next++;
    this.#joints.set(node, [...known, { members, barrier }]);
    return { barrier, isNew: true };
  }

  /** Lets a step wait for a run of the steps of a node, over about as many edges as the run's length has bits. */
  waitForRange(upstream: NodeSteps, from: number, to: number, step: number): void {
    let tree = this.#trees.get(upstream.node);
    if (!tree) {
      tree = new RangeTree(upstream.firstStep, upstream.stepCount);
      this.#trees.set(upstream.node, tree);
    }
    for (const part of tree.partsOf(from, to)) this.#edges.add(this.#numberOf(tree, part), step);
  }

  /** The number of a part of a tree: a step itself, or a barrier behind its two halves. */
  #numberOf(tree: RangeTree, part: number): number {
    if (part >= tree.size) return tree.firstStep + part - tree.size;
    const known = tree.barriers.get(part);
    if (known !== undefined) return known;
    const barrier = this.#next++;
    tree.barriers.set(part, barrier);
    this.#edges.add(this.#numberOf(tree, part * 2), barrier);
    this.#edges.add(this.#numberOf(tree, part * 2 + 1), barrier);
    return barrier;
  }
}

/** A segment tree over the steps of a node: part `i` has the halves `2i` and `2i + 1`, the leaves are the last. */
class RangeTree {
  readonly firstStep: number;
  /** How many leaves; their parts are `size..2*size-1`. */
  readonly size: number;
  /** The barriers of the inner parts that were asked for. */
  readonly barriers: Map<number, number> = new Map();

  constructor(firstStep: number, size: number) {
    this.firstStep = firstStep;
    this.size = size;
  }

  /** The fewest parts that make up the steps `[from, to)`. */
  partsOf(from: number, to: number): number[] {
    const parts: number[] = [];
    let low = from - this.firstStep + this.size;
    let high = to - this.firstStep + this.size;
    for (; low < high; low >>= 1, high >>= 1) {
      if (low & 1) parts.push(low++);
      if (high & 1) parts.push(--high);
    }
    return parts;
  }
}
