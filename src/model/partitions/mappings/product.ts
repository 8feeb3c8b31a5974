/** Several dimensions on at least one side: dimensions that follow each other, and the others whole. */
import type { MappedUpstream, ResolvedMapping } from "../mapping.ts";
import type { PartitionSpace } from "../space.ts";
import { addBlock, type Axis, type Block, coordinateOf, eachBlock } from "../sets/product.ts";
import { createSubsetBuilder } from "../subset.ts";
import type { Subset } from "../subset.ts";
import { completely, incompletely } from "./mapped.ts";

/** An upstream dimension that follows a downstream one; both by position. */
export interface DimensionLink {
  readonly downstream: number;
  readonly upstream: number;
  readonly mapping: ResolvedMapping;
}

/** A way through the links: from the axes of one side to those of the other. */
interface Direction {
  readonly from: readonly Axis[];
  readonly to: readonly Axis[];
  readonly matters: readonly boolean[];
}

export class ProductMapping implements ResolvedMapping {
  readonly downstream: PartitionSpace;
  readonly upstream: PartitionSpace;
  readonly isIdentity = false;
  readonly constant = undefined;
  readonly #links: readonly DimensionLink[];
  readonly #up: Direction;
  readonly #down: Direction;
  readonly #walker: CellWalker;

  constructor(downstream: PartitionSpace, upstream: PartitionSpace, links: readonly DimensionLink[]) {
    this.downstream = downstream;
    this.upstream = upstream;
    this.#links = links;
    const [below, above] = [axesOf(downstream), axesOf(upstream)];
    this.#up = {
      from: below,
      to: above,
      matters: below.map((_, at) => links.some((link) => link.downstream === at)),
    };
    this.#down = {
      from: above,
      to: below,
      matters: above.map((_, at) => links.some((link) => link.upstream === at)),
    };
    this.#walker = new CellWalker(below, above, links);
  }

  toUpstream(downstream: Subset): MappedUpstream {
    const builder = createSubsetBuilder();
    let complete = true;
    this.#eachUpstreamBlock(downstream, (mapped) => {
      addBlock(builder, this.#up.to, mapped.map((part) => part?.existing));
      complete &&= !lacksCells(mapped);
    });
    const existing = builder.build();
    return complete ? completely(existing) : incompletely(existing, () => this.#listMissing(downstream));
  }

  toDownstream(upstream: Subset): Subset {
    const builder = createSubsetBuilder();
    eachBlock(upstream, this.#down.from, this.#down.matters, (block) => {
      const mapped: (Subset | undefined)[] = this.#down.to.map(() => undefined);
      for (const link of this.#links) {
        mapped[link.downstream] = link.mapping.toDownstream(block[link.upstream] as Subset);
      }
      addBlock(builder, this.#down.to, mapped);
    });
    return builder.build();
  }

  eachUpstreamRange(downstreamIndex: number, visit: (start: number, end: number) => void): void {
    this.#walker.walk(downstreamIndex, visit);
  }

  #eachUpstreamBlock(
    downstream: Subset,
    visit: (mapped: readonly (MappedUpstream | undefined)[]) => void,
  ): void {
    eachBlock(downstream, this.#up.from, this.#up.matters, (block: Block) => {
      const mapped: (MappedUpstream | undefined)[] = this.#up.to.map(() => undefined);
      for (const link of this.#links) {
        mapped[link.upstream] = link.mapping.toUpstream(block[link.downstream] as Subset);
      }
      visit(mapped);
    });
  }

  #listMissing(downstream: Subset): readonly string[] {
    const spaces = this.upstream.kind === "multi"
      ? this.upstream.dimensions.map((dimension) => dimension.space)
      : [this.upstream];
    const missing = new Set<string>();
    this.#eachUpstreamBlock(downstream, (mapped) => {
      if (lacksCells(mapped)) listCells(mapped, spaces, "", true, missing);
    });
    return [...missing];
  }
}

/** The axes of a space in the order of its indices. */
export function axesOf(space: PartitionSpace): readonly Axis[] {
  if (space.kind !== "multi") return [{ size: space.size, stride: 1 }];
  return space.dimensions.map((dimension) => ({ size: dimension.space.size, stride: dimension.stride }));
}

/** Whether a block asks for cells that do not exist: a key is missing along one axis, and none is empty. */
function lacksCells(mapped: readonly (MappedUpstream | undefined)[]): boolean {
  return mapped.some((part) => part?.complete === false) &&
    mapped.every((part) => part === undefined || !part.complete || part.existing.size > 0);
}

/** Adds the keys of a block's cells that lack at least one coordinate. */
function listCells(
  mapped: readonly (MappedUpstream | undefined)[],
  spaces: readonly PartitionSpace[],
  prefix: string,
  exists: boolean,
  into: Set<string>,
): void {
  const level = spaces.length - mapped.length;
  if (mapped.length === 0) {
    if (!exists) into.add(prefix);
    return;
  }
  const [part, ...rest] = mapped;
  const space = spaces[level];
  const joined = level === 0 ? "" : `${prefix}|`;
  for (const index of part ? part.existing.indices() : indicesBelow(space.size)) {
    listCells(rest, spaces, joined + space.keyAt(index), exists, into);
  }
  for (const key of part ? part.missing : []) listCells(rest, spaces, joined + key, false, into);
}

function* indicesBelow(size: number): IterableIterator<number> {
  for (let index = 0; index < size; index++) yield index;
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
class CellWalker {
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
