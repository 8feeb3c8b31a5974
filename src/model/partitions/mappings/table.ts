/** A table from upstream keys to downstream keys, as rows of indices in both directions. */
import type { MappedUpstream, ResolvedMapping, StaticMapping } from "../mapping.ts";
import type { PartitionSpace } from "../space.ts";
import { createSubsetBuilder, subsetOf } from "../subset.ts";
import type { Subset } from "../subset.ts";
import { completely } from "./mapped.ts";

/** For each index of one side what it goes with on the other; sparse. */
type Rows = ReadonlyMap<number, Subset>;

export class TableMapping implements ResolvedMapping {
  readonly downstream: PartitionSpace;
  readonly upstream: PartitionSpace;
  readonly isIdentity = false;
  readonly constant = undefined;
  readonly #up: Rows;
  readonly #down: Rows;

  constructor(mapping: StaticMapping, downstream: PartitionSpace, upstream: PartitionSpace) {
    this.downstream = downstream;
    this.upstream = upstream;
    const pairs = Object.entries(mapping.downstreamByUpstream).flatMap(([key, readers]) =>
      readers.map((reader) => [downstream.indexOf(reader), upstream.indexOf(key)] as const)
    );
    this.#up = rowsOf(pairs);
    this.#down = rowsOf(pairs.map(([down, up]) => [up, down]));
  }

  toUpstream(downstream: Subset): MappedUpstream {
    return completely(unionOfRows(this.#up, downstream));
  }

  toDownstream(upstream: Subset): Subset {
    return unionOfRows(this.#down, upstream);
  }

  eachUpstreamRange(downstreamIndex: number, visit: (start: number, end: number) => void): void {
    this.#up.get(downstreamIndex)?.eachRange(visit);
  }

  firstAlike(downstreamIndex: number): number {
    return downstreamIndex;
  }
}

function rowsOf(pairs: readonly (readonly [from: number, to: number])[]): Rows {
  const targets = new Map<number, number[]>();
  for (const [from, to] of pairs) {
    const row = targets.get(from);
    if (row) row.push(to);
    else targets.set(from, [to]);
  }
  return new Map(Array.from(targets, ([from, row]) => [from, subsetOf(row)]));
}

function unionOfRows(rows: Rows, set: Subset): Subset {
  const builder = createSubsetBuilder();
  set.eachRange((start, end) => {
    for (let index = start; index < end; index++) {
      const row = rows.get(index);
      if (row) builder.addAll(row);
    }
  });
  return builder.build();
}
