/** When the partitions of one asset changed, asked about whole runs of them. */
import type { AssetFacts } from "../../model/events/facts.ts";

/** Runs of up to so many partitions are looked through. */
const SHORT = 32;

/** Finds the partition of a run that changed last, without a look at each where the run is long. */
export class Changes {
  readonly facts: AssetFacts;
  #tree: LatestTree | undefined;

  constructor(facts: AssetFacts) {
    this.facts = facts;
  }

  /** The partition of `[start, end)` that changed last, or -1 when none has a value. */
  latestIn(start: number, end: number): number {
    if (end - start <= SHORT) return this.#lookThrough(start, end);
    const { materialized } = this.facts;
    this.#tree ??= new LatestTree(this.facts);
    const place = this.#tree.latestIn(materialized.rank(start), materialized.rank(end));
    return place < 0 ? -1 : materialized.at(place);
  }

  #lookThrough(start: number, end: number): number {
    let latest = -1;
    let latestSeq = 0;
    for (let index = start; index < end; index++) {
      const seq = this.facts.changedSeqAt(index);
      if (seq > latestSeq) [latest, latestSeq] = [index, seq];
    }
    return latest;
  }
}

/**
 * A binary tree over the partitions that have a value, by their places among these: leaves from `size` on, the parent
 * of `n` at `n >> 1`, and in each node the place of the latest change below it.
 */
class LatestTree {
  readonly #size: number;
  readonly #seqs: Float64Array;
  readonly #nodes: Int32Array;

  constructor(facts: AssetFacts) {
    const { size } = facts.materialized;
    this.#size = size;
    this.#seqs = new Float64Array(size);
    this.#nodes = new Int32Array(2 * size);
    let place = 0;
    facts.materialized.eachRange((start, end) => {
      for (let index = start; index < end; index++) this.#seqs[place++] = facts.changedSeqAt(index);
    });
    for (let leaf = 0; leaf < size; leaf++) this.#nodes[size + leaf] = leaf;
    for (let node = size - 1; node > 0; node--) {
      this.#nodes[node] = this.#later(this.#nodes[2 * node], this.#nodes[2 * node + 1]);
    }
  }

  /** The place in `[from, to)` of the latest change, or -1 when there is no place. */
  latestIn(from: number, to: number): number {
    let latest = -1;
    let low = from + this.#size;
    let high = to + this.#size;
    while (low < high) {
      if (low & 1) latest = this.#later(latest, this.#nodes[low++]);
      if (high & 1) latest = this.#later(latest, this.#nodes[--high]);
      low >>= 1;
      high >>= 1;
    }
    return latest;
  }

  #later(a: number, b: number): number {
    return a >= 0 && this.#seqs[a] >= this.#seqs[b] ? a : b;
  }
}
