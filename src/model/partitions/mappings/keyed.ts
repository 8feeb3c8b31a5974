/** The same key on both sides: a one-to-one relation, kept as pieces in which both sides count up together. */
import type { MappedUpstream, ResolvedMapping } from "../mapping.ts";
import type { PartitionSpace } from "../space.ts";
import { createSubsetBuilder, subsetFromRanges } from "../subset.ts";
import type { Subset } from "../subset.ts";
import { completely, incompletely } from "./mapped.ts";

/** The indices `from..from + count - 1` of one side are `to..to + count - 1` of the other. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export class KeyedMapping implements ResolvedMapping {
  readonly downstream: PartitionSpace;
  readonly upstream: PartitionSpace;
  readonly isIdentity = false;
  readonly constant = undefined;
  /** From downstream to upstream, in ascending order of `from`; and the other way. */
  readonly #up: readonly Piece[];
  readonly #down: readonly Piece[];
  readonly #matched: Subset;

  constructor(downstream: PartitionSpace, upstream: PartitionSpace, pieces: readonly Piece[]) {
    this.downstream = downstream;
    this.upstream = upstream;
    this.#up = pieces;
    this.#down = pieces
      .map(({ from, to, count }) => ({ from: to, to: from, count }))
      .sort((a, b) => a.from - b.from);
    this.#matched = subsetFromRanges(pieces.map(({ from, count }) => [from, from + count]));
  }

  toUpstream(downstream: Subset): MappedUpstream {
    const existing = moveThrough(this.#up, downstream);
    const unmatched = downstream.minus(this.#matched);
    if (unmatched.size === 0) return completely(existing);
    return incompletely(
      existing,
      () => Array.from(unmatched.indices(), (index) => this.downstream.keyAt(index)),
    );
  }

  toDownstream(upstream: Subset): Subset {
    return moveThrough(this.#down, upstream);
  }

  eachUpstreamRange(downstreamIndex: number, visit: (start: number, end: number) => void): void {
    const piece = this.#up[pieceFrom(this.#up, downstreamIndex)];
    if (piece === undefined || downstreamIndex < piece.from) return;
    const index = piece.to + downstreamIndex - piece.from;
    visit(index, index + 1);
  }

  firstAlike(downstreamIndex: number): number {
    return downstreamIndex;
  }
}

/** Finds the pieces of a one-to-one relation: `targetOf` gives the other side's index, or -1. */
export function findPieces(size: number, targetOf: (index: number) => number): readonly Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  let to = -1;
  for (let index = 0; index < size; index++) {
    const target = targetOf(index);
    if (to >= 0 && target === to + index - from) continue;
    if (to >= 0) pieces.push({ from, to, count: index - from });
    from = index;
    to = target;
  }
  if (to >= 0) pieces.push({ from, to, count: size - from });
  return pieces;
}

function moveThrough(pieces: readonly Piece[], set: Subset): Subset {
  const builder = createSubsetBuilder();
  set.eachRange((start, end) => {
    for (let i = pieceFrom(pieces, start); i < pieces.length && pieces[i].from < end; i++) {
      const { from, to, count } = pieces[i];
      const low = Math.max(start, from);
      const high = Math.min(end, from + count);
      builder.addRange(to + low - from, to + high - from);
    }
  });
  return builder.build();
}

/** The first piece that ends after `index`. */
function pieceFrom(pieces: readonly Piece[], index: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (pieces[middle].from + pieces[middle].count <= index) low = middle + 1;
    else high = middle;
  }
  return low;
}
