/** The same upstream set for every downstream partition: all, last, specific, and upstreams without partitions. */
import type { MappedUpstream, ResolvedMapping } from "../mapping.ts";
import type { PartitionSpace } from "../space.ts";
import { emptySubset, fullSubset } from "../subset.ts";
import type { Subset } from "../subset.ts";
import { completely, incompletely } from "./mapped.ts";

export class ConstantMapping implements ResolvedMapping {
  readonly downstream: PartitionSpace;
  readonly upstream: PartitionSpace;
  readonly isIdentity = false;
  readonly constant: Subset;
  readonly #mapped: MappedUpstream;

  constructor(
    downstream: PartitionSpace,
    upstream: PartitionSpace,
    constant: Subset,
    missing: readonly string[] = [],
  ) {
    this.downstream = downstream;
    this.upstream = upstream;
    this.constant = constant;
    this.#mapped = missing.length === 0 ? completely(constant) : incompletely(constant, () => missing);
  }

  toUpstream(downstream: Subset): MappedUpstream {
    return downstream.size > 0 ? this.#mapped : completely(emptySubset());
  }

  toDownstream(upstream: Subset): Subset {
    return upstream.intersect(this.constant).size > 0 ? fullSubset(this.downstream.size) : emptySubset();
  }

  eachUpstreamRange(_downstreamIndex: number, visit: (start: number, end: number) => void): void {
    this.constant.eachRange(visit);
  }

  firstAlike(): number {
    return 0;
  }
}
