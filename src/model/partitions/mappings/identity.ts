/** Index to index: both sides are the same space. */
import type { MappedUpstream, ResolvedMapping } from "../mapping.ts";
import type { PartitionSpace } from "../space.ts";
import type { Subset } from "../subset.ts";
import { completely } from "./mapped.ts";

export class IndexIdentity implements ResolvedMapping {
  readonly downstream: PartitionSpace;
  readonly upstream: PartitionSpace;
  readonly isIdentity = true;
  readonly constant = undefined;

  constructor(downstream: PartitionSpace, upstream: PartitionSpace) {
    this.downstream = downstream;
    this.upstream = upstream;
  }

  toUpstream(downstream: Subset): MappedUpstream {
    return completely(downstream);
  }

  toDownstream(upstream: Subset): Subset {
    return upstream;
  }

  eachUpstreamRange(downstreamIndex: number, visit: (start: number, end: number) => void): void {
    visit(downstreamIndex, downstreamIndex + 1);
  }

  firstAlike(downstreamIndex: number): number {
    return downstreamIndex;
  }
}
