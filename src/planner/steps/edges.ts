/** Edges between steps: collected as pairs, then packed into rows in both directions. */
import type { Cooperative } from "../cooperative.ts";

/** How many edges are handled between two pauses. */
const SLICE = 1 << 15;

/** For each node its neighbours, in compressed rows: those of `i` end where those of `i + 1` start. */
export interface Rows {
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
}

/** A list of edges that grows. Repetitions are allowed, and count. */
export class EdgeList {
  #from: Int32Array = new Int32Array(64);
  #to: Int32Array = new Int32Array(64);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(from: number, to: number): void {
    if (this.#size === this.#from.length) this.#grow();
    this.#from[this.#size] = from;
    this.#to[this.#size++] = to;
  }

  /** The edges by source and by target, over nodes `0..nodeCount-1`. */
  *pack(nodeCount: number): Cooperative<{ readonly children: Rows; readonly parents: Rows }> {
    const children = yield* packRows(this.#from, this.#to, this.#size, nodeCount);
    const parents = yield* packRows(this.#to, this.#from, this.#size, nodeCount);
    return { children, parents };
  }

  #grow(): void {
    const capacity = this.#size * 2;
    const from = new Int32Array(capacity);
    const to = new Int32Array(capacity);
    from.set(this.#from);
    to.set(this.#to);
    this.#from = from;
    this.#to = to;
  }
}

/** Rows by the first column, in the order of the list. */
function* packRows(
  rows: Int32Array,
  targets: Int32Array,
  edgeCount: number,
  nodeCount: number,
): Cooperative<Rows> {
  const offsets = new Int32Array(nodeCount + 1);
  for (let edge = 0; edge < edgeCount; edge += SLICE, yield) {
    countRows(rows, edge, Math.min(edge + SLICE, edgeCount), offsets);
  }
  for (let node = 0; node < nodeCount; node++) offsets[node + 1] += offsets[node];
  const cursor = offsets.slice(0, nodeCount);
  const packed = new Int32Array(edgeCount);
  for (let edge = 0; edge < edgeCount; edge += SLICE, yield) {
    const end = Math.min(edge + SLICE, edgeCount);
    for (let next = edge; next < end; next++) packed[cursor[rows[next]]++] = targets[next];
  }
  return { offsets, targets: packed };
}

function countRows(rows: Int32Array, start: number, end: number, offsets: Int32Array): void {
  for (let edge = start; edge < end; edge++) offsets[rows[edge] + 1]++;
}
