/** The graph in the form in which it is walked: nodes numbered in an order of work, edges as runs of integers. */

/** For each node the nodes it waits for, by number, in compressed rows: those of `i` end where those of `i + 1` start. */
export interface PackedDependencies {
  /** One more than there are nodes. */
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
}

/** Dependencies as a list for each node, or packed. Repeated ones count once. */
export type Dependencies = readonly (readonly number[])[] | PackedDependencies;

/**
 * An immutable graph without cycles. Nodes are known by **rank**: every node has a greater rank than what it waits
 * for, and ranks ascend by level. The children of rank `r` are `children[childOffsets[r]]` up to but not including
 * `children[childOffsets[r + 1]]`, in ascending order; parents likewise. None of the arrays may be written to.
 */
export interface AssetGraph {
  /** How many nodes. */
  readonly size: number;
  /** Keys by rank. */
  readonly keys: readonly string[];
  /** Where the children of each rank start. */
  readonly childOffsets: Int32Array;
  /** Ranks that wait for a rank. */
  readonly children: Int32Array;
  /** Where the parents of each rank start. */
  readonly parentOffsets: Int32Array;
  /** Ranks that a rank waits for. */
  readonly parents: Int32Array;
  /** By rank, the number of edges on the longest way from a root: 0 for nodes that wait for nothing. */
  readonly level: Int32Array;
  /** By rank, the number of the node as it was given. */
  readonly userIndex: Int32Array;
  /** By number as given, the rank. */
  readonly rankOfUser: Int32Array;
  /** The rank of a normalised key; undefined when no node has it. */
  rankOf(key: string): number | undefined;
}

/** What stands in the way of a graph. */
export interface GraphCycle {
  /** Node numbers as given, each a dependency of the next and the last of the first. The smallest comes first. */
  readonly cycle: readonly number[];
}

/**
 * Compiles nodes and dependencies into a graph, or finds a cycle: a shortest one through one of its nodes.
 *
 * The time grows with nodes and edges together; nothing recurs, so depth does not matter. The result depends on the
 * order of the nodes and not on that of a node's dependencies.
 *
 * @param keys The nodes, in the user's order; the number of a node is its place in this list.
 * @param dependencies For each node the numbers of the nodes it waits for.
 * @param numbers The number of each key, where that is known already.
 * @throws {RangeError} When a dependency is not the number of a node.
 */
export function compileGraph(
  keys: readonly string[],
  dependencies: Dependencies,
  numbers?: ReadonlyMap<string, number>,
): AssetGraph | GraphCycle {
  const given = "offsets" in dependencies ? dependencies : packDependencies(dependencies);
  const size = keys.length;
  const waiting = transpose(given, size);
  const sorted = sortByWork(given.offsets, waiting, size);
  if (sorted.count < size) return { cycle: findCycle(given, sorted.inDegree) };
  const rankOfUser = new Int32Array(size);
  for (let rank = 0; rank < size; rank++) rankOfUser[sorted.order[rank]] = rank;
  const { offsets, targets } = sorted.children;
  for (let edge = 0; edge < targets.length; edge++) targets[edge] = rankOfUser[targets[edge]];
  const parents = transpose({ offsets, targets }, size);
  return new CompiledGraph(keys, sorted, rankOfUser, transpose(parents, size), parents, numbers);
}

/** Packs lists of dependencies into rows. */
export function packDependencies(lists: readonly (readonly number[])[]): PackedDependencies {
  const offsets = new Int32Array(lists.length + 1);
  for (let node = 0; node < lists.length; node++) offsets[node + 1] = offsets[node] + lists[node].length;
  const targets = new Int32Array(offsets[lists.length]);
  let next = 0;
  for (const list of lists) {
    for (let index = 0; index < list.length; index++) targets[next++] = list[index];
  }
  return { offsets, targets };
}

class CompiledGraph implements AssetGraph {
  readonly size: number;
  readonly keys: readonly string[];
  readonly childOffsets: Int32Array;
  readonly children: Int32Array;
  readonly parentOffsets: Int32Array;
  readonly parents: Int32Array;
  readonly level: Int32Array;
  readonly userIndex: Int32Array;
  readonly rankOfUser: Int32Array;
  #numbers: ReadonlyMap<string, number> | undefined;

  constructor(
    keys: readonly string[],
    sorted: WorkOrder,
    rankOfUser: Int32Array,
    children: PackedDependencies,
    parents: PackedDependencies,
    numbers: ReadonlyMap<string, number> | undefined,
  ) {
    this.size = keys.length;
    this.keys = inOrder(keys, sorted.order);
    this.childOffsets = children.offsets;
    this.children = children.targets;
    this.parentOffsets = parents.offsets;
    this.parents = parents.targets;
    this.level = sorted.level;
    this.userIndex = sorted.order;
    this.rankOfUser = rankOfUser;
    this.#numbers = numbers;
  }

  /** An index costs more than all the rest: where none is given, it waits for the first question. */
  rankOf(key: string): number | undefined {
    this.#numbers ??= indexKeys(this);
    const number = this.#numbers.get(key);
    return number === undefined ? undefined : this.rankOfUser[number];
  }
}

function inOrder(keys: readonly string[], order: Int32Array): readonly string[] {
  const ordered = new Array<string>(order.length);
  for (let rank = 0; rank < order.length; rank++) ordered[rank] = keys[order[rank]];
  return ordered;
}

function indexKeys({ keys, userIndex }: Pick<AssetGraph, "keys" | "userIndex">): Map<string, number> {
  const numbers = new Map<string, number>();
  for (let rank = 0; rank < keys.length; rank++) numbers.set(keys[rank], userIndex[rank]);
  return numbers;
}

/** Turns every edge around. Since the rows are read in order, the new ones come out sorted. */
function transpose({ offsets, targets }: PackedDependencies, size: number): PackedDependencies {
  const turnedOffsets = new Int32Array(size + 1);
  const edges = offsets[size];
  for (let edge = 0; edge < edges; edge++) {
    const target = targets[edge];
    if (target >>> 0 >= size) throw new RangeError(`A dependency is ${target}, and there are ${size} nodes.`);
    turnedOffsets[target + 1]++;
  }
  for (let node = 0; node < size; node++) turnedOffsets[node + 1] += turnedOffsets[node];
  const cursor = turnedOffsets.slice(0, size);
  const turned = new Int32Array(edges);
  for (let node = 0, edge = 0; node < size; node++) {
    for (const end = offsets[node + 1]; edge < end; edge++) turned[cursor[targets[edge]]++] = node;
  }
  return { offsets: turnedOffsets, targets: turned };
}

/** Nodes in an order of work; complete when `count` is the number of nodes. */
interface WorkOrder {
  /** Nodes in an order in which each comes after all it waits for. */
  readonly order: Int32Array;
  /** The level of each node of `order`. */
  readonly level: Int32Array;
  readonly count: number;
  /** By node, how many dependencies are left: not 0 for nodes on a cycle or behind one. */
  readonly inDegree: Int32Array;
  /** Who waits for each node of `order`, by number as given and without repetitions. */
  readonly children: PackedDependencies;
}

/**
 * Kahn's algorithm. Its queue is first in first out, so the last dependency to be done is one of the deepest.
 *
 * The rows of children are copied out as they are passed: reading them again later, out of order, would cost more.
 */
function sortByWork(offsets: Int32Array, waiting: PackedDependencies, size: number): WorkOrder {
  const { offsets: rows, targets } = waiting;
  const inDegree = new Int32Array(size);
  const order = new Int32Array(size);
  const level = new Int32Array(size);
  const childOffsets = new Int32Array(size + 1);
  const children = new Int32Array(targets.length);
  let count = 0;
  let copied = 0;
  for (let node = 0; node < size; node++) {
    const degree = offsets[node + 1] - offsets[node];
    inDegree[node] = degree;
    if (degree === 0) order[count++] = node;
  }
  for (let done = 0; done < count; done++) {
    const node = order[done];
    const end = rows[node + 1];
    const below = level[done] + 1;
    for (let edge = rows[node], last = -1; edge < end; edge++) {
      const child = targets[edge];
      const left = inDegree[child] - 1;
      inDegree[child] = left;
      if (left === 0) {
        level[count] = below;
        order[count++] = child;
      }
      if (child !== last) children[copied++] = child;
      last = child;
    }
    childOffsets[done + 1] = copied;
  }
  const copies = { offsets: childOffsets, targets: children.subarray(0, copied) };
  return { order, level, count, inDegree, children: copies };
}

/** A cycle among the nodes that could not be ordered. */
function findCycle(given: PackedDependencies, inDegree: Int32Array): number[] {
  const start = findNodeOnCycle(given, inDegree);
  const next = nextOnWayBack(given, inDegree, start);
  const cycle = [start];
  for (let node = next[start]; node !== start; node = next[node]) cycle.push(node);
  const first = cycle.indexOf(cycle.reduce((least, node) => Math.min(least, node)));
  return [...cycle.slice(first), ...cycle.slice(0, first)];
}

/** Every unordered node waits for an unordered one: walking up from any of them comes to a cycle. */
function findNodeOnCycle({ offsets, targets }: PackedDependencies, inDegree: Int32Array): number {
  const isSeen = new Uint8Array(inDegree.length);
  let node = inDegree.findIndex((degree) => degree > 0);
  while (!isSeen[node]) {
    isSeen[node] = 1;
    let edge = offsets[node];
    while (inDegree[targets[edge]] === 0) edge++;
    node = targets[edge];
  }
  return node;
}

/** Searches upstream in breadth from `start` until it is met again: for each node met, the next one on a way back. */
function nextOnWayBack(
  { offsets, targets }: PackedDependencies,
  inDegree: Int32Array,
  start: number,
): Int32Array {
  const next = new Int32Array(inDegree.length).fill(-1);
  const queue = [start];
  for (let head = 0; next[start] === -1; head++) {
    const node = queue[head];
    for (let edge = offsets[node]; edge < offsets[node + 1]; edge++) {
      const parent = targets[edge];
      if (inDegree[parent] === 0 || next[parent] !== -1) continue;
      next[parent] = node;
      queue.push(parent);
    }
  }
  return next;
}
