/** Two functions over keys; what they give is worked out once for each key that is asked for. */
import type { CustomMapping, MappedUpstream, ResolvedMapping } from "../mapping.ts";
import type { PartitionSpace } from "../space.ts";
import { createSubsetBuilder, subsetOf } from "../subset.ts";
import type { Subset } from "../subset.ts";
import { completely, incompletely } from "./mapped.ts";

/** What one key goes with on the other side. */
interface Row {
  readonly existing: Subset;
  readonly missing: readonly string[];
}

export class FunctionMapping implements ResolvedMapping {
  readonly downstream: PartitionSpace;
  readonly upstream: PartitionSpace;
  readonly isIdentity = false;
  readonly constant = undefined;
  readonly #mapping: CustomMapping;
  readonly #up = new Map<number, Row>();
  readonly #down = new Map<number, Row>();

  constructor(mapping: CustomMapping, downstream: PartitionSpace, upstream: PartitionSpace) {
    this.#mapping = mapping;
    this.downstream = downstream;
    this.upstream = upstream;
  }

  toUpstream(downstream: Subset): MappedUpstream {
    const builder = createSubsetBuilder();
    const missing = new Set<string>();
    for (const index of downstream.indices()) {
      const row = this.#upstreamRow(index);
      builder.addAll(row.existing);
      for (const key of row.missing) missing.add(key);
    }
    const existing = builder.build();
    return missing.size === 0 ? completely(existing) : incompletely(existing, () => [...missing]);
  }

  toDownstream(upstream: Subset): Subset {
    const builder = createSubsetBuilder();
    for (const index of upstream.indices()) builder.addAll(this.#downstreamRow(index).existing);
    return builder.build();
  }

  eachUpstreamRange(downstreamIndex: number, visit: (start: number, end: number) => void): void {
    this.#upstreamRow(downstreamIndex).existing.eachRange(visit);
  }

  firstAlike(downstreamIndex: number): number {
    return downstreamIndex;
  }

  #upstreamRow(index: number): Row {
    return this.#up.get(index) ??
      remember(this.#up, index, this.#mapping.upstream(this.downstream.keyAt(index)), this.upstream);
  }

  #downstreamRow(index: number): Row {
    return this.#down.get(index) ??
      remember(this.#down, index, this.#mapping.downstream(this.upstream.keyAt(index)), this.downstream);
  }
}

function remember(
  rows: Map<number, Row>,
  index: number,
  keys: readonly string[],
  space: PartitionSpace,
): Row {
  const indices = keys.map((key) => space.indexOf(key));
  const row = {
    existing: subsetOf(indices.filter((found) => found >= 0)),
    missing: keys.filter((_, position) => indices[position] < 0),
  };
  rows.set(index, row);
  return row;
}
