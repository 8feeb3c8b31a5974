/** The upstream cells of one downstream cell, run by run. */
import type { ResolvedMapping } from "../mapping.ts";
import { type Axis, coordinateOf } from "../sets/product.ts";

/** An upstream dimension that follows a downstream one; both by position. */
export interface DimensionLink {
  readonly downstream: number;
  readonly upstream: number;
  readonly mapping: ResolvedMapping;
}

/** The upstream runs along one axis that a cell reads; kept and filled again for the next cell. */
class AxisRuns {
  readonly runs: number[] = [];
  /** How many boundaries in `runs` count: emptying the array itself would give its memory back. */
  length = 0;
  readonly collect = (start: number, end: number): void => {
    this.runs[this.length++] = start;
    this.runs[this.length++] = end;
  };
}

/** Walks the upstream cells of one downstream cell in buffers that it keeps, so that a walk allocates nothing. */
export class CellWalker {
  readonly #below: readonly Axis[];
  readonly #above: readonly Axis[];
  readonly #links: readonly DimensionLink[];
  /** Taken out while a walk is under way: a walk within a walk gets its own. */
  #buffers: readonly AxisRuns[] | undefined;

  constructor(below: readonly Axis[], above: readonly Axis[], links: readonly DimensionLink[]) {
    this.#below = below;
    this.#above = above;
    this.#links = links;
  }

  walk(cell: number, visit: (start: number, end: number) => void): void {
    const buffers = this.#buffers ?? this.#newBuffers();
    this.#buffers = undefined;
    for (const link of this.#links) {
      const axis = buffers[link.upstream];
      axis.length = 0;
      link.mapping.eachUpstreamRange(coordinateOf(cell, this.#below[link.downstream]), axis.collect);
    }
    try {
      this.#emit(buffers, 0, this.#wholeFrom(buffers), 0, visit);
    } finally {
      this.#buffers = buffers;
    }
  }

  /** Axes that no link leads to are whole, once and for all. */
  #newBuffers(): readonly AxisRuns[] {
    return this.#above.map(({ size }, position) => {
      const axis = new AxisRuns();
      if (size > 0 && !this.#links.some((link) => link.upstream === position)) axis.collect(0, size);
      return axis;
    });
  }

  /** The first axis from which on all are whole. */
  #wholeFrom(buffers: readonly AxisRuns[]): number {
    let level = buffers.length;
    while (level > 0) {
      const { runs, length } = buffers[level - 1];
      if (length !== 2 || runs[0] !== 0 || runs[1] !== this.#above[level - 1].size) break;
      level--;
    }
    return level;
  }

  #emit(
    buffers: readonly AxisRuns[],
    level: number,
    wholeFrom: number,
    base: number,
    visit: (start: number, end: number) => void,
  ): void {
    const { stride, size } = this.#above[level];
    if (level >= wholeFrom) return visit(base, base + stride * size);
    const { runs, length } = buffers[level];
    for (let i = 0; i < length; i += 2) {
      if (level + 1 >= wholeFrom) {
        visit(base + runs[i] * stride, base + runs[i + 1] * stride);
        continue;
      }
      for (let at = runs[i]; at < runs[i + 1]; at++) {
        this.#emit(buffers, level + 1, wholeFrom, base + at * stride, visit);
      }
    }
  }
}
