/** Several dimensions on at least one side: dimensions that follow each other, and the others whole. */
import type { MappedUpstream, ResolvedMapping } from "../mapping.ts";
import type { PartitionSpace } from "../space.ts";
import { addBlock, type Axis, type Block, coordinateOf, eachBlock } from "../sets/product.ts";
import { createSubsetBuilder } from "../subset.ts";
import type { Subset } from "../subset.ts";
import { CellWalker, type DimensionLink } from "./cell_walker.ts";
import { completely, incompletely } from "./mapped.ts";

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

  firstAlike(downstreamIndex: number): number {
    let alike = 0;
    for (const { downstream, mapping } of this.#links) {
      const axis = this.#up.from[downstream];
      alike += mapping.firstAlike(coordinateOf(downstreamIndex, axis)) * axis.stride;
    }
    return alike;
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
