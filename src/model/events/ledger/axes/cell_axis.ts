/** Cells over several dimensions, numbered. */
import type { PartitionIdentity, StoredCells, StoredSubset } from "../../../partitions/stored.ts";
import type { Axis, LeafAxis, Shape } from "./axis.ts";
import { IntList } from "./numbers.ts";
import { type Ordinals, OrdinalsBuilder } from "./ordinals.ts";

/** Ordinals of a dimension are below this, so that a pair of numbers is one exact number. */
const MOST_ORDINALS = 2 ** 26;

/** Pairs of numbers, numbered. */
class PairTable {
  readonly firsts: IntList = new IntList();
  readonly seconds: IntList = new IntList();
  readonly #numbers: Map<number, number> = new Map();

  find(first: number, second: number): number {
    return this.#numbers.get(first * MOST_ORDINALS + second) ?? -1;
  }

  intern(first: number, second: number): number {
    const pair = first * MOST_ORDINALS + second;
    const known = this.#numbers.get(pair);
    if (known !== undefined) return known;
    const number = this.firsts.size;
    this.firsts.push(first);
    this.seconds.push(second);
    this.#numbers.set(pair, number);
    return number;
  }
}

/**
 * Tuples of ordinals. The first two dimensions are a table of pairs, each further one pairs the number of what
 * comes before it with its own ordinal; the last table numbers the cells.
 */
export class CellAxis implements Axis {
  readonly kind = "multi";
  readonly id: number;
  readonly name: string;
  readonly shape: Shape;
  readonly dimensions: readonly LeafAxis[];
  readonly #tables: readonly PairTable[];

  constructor(id: number, name: string, dimensions: readonly LeafAxis[]) {
    this.id = id;
    this.name = name;
    this.dimensions = dimensions;
    this.shape = `multi:${dimensions.map((axis) => axis.kind).join(",")}`;
    this.#tables = dimensions.slice(1).map(() => new PairTable());
  }

  get size(): number {
    return this.#tables.at(-1)?.firsts.size ?? this.dimensions[0].size;
  }

  identityAt(ordinal: number): PartitionIdentity {
    return this.coordinatesOf(ordinal).map((coordinate, level) =>
      this.dimensions[level].identityAt(coordinate)
    );
  }

  /** The ordinals of a cell's coordinates on their own axes. */
  coordinatesOf(ordinal: number): readonly number[] {
    const coordinates: number[] = [];
    let rest = ordinal;
    for (const { firsts, seconds } of this.#tables.toReversed()) {
      coordinates.push(seconds.values[rest]);
      rest = firsts.values[rest];
    }
    return [...coordinates, rest].reverse();
  }

  find(identity: PartitionIdentity): number {
    const parts = identity as readonly (number | string)[];
    return this.findCoordinates(parts.map((part, level) => this.dimensions[level].find(part)));
  }

  /** The ordinal of a cell by its coordinates; -1 when there is none, or one of them is -1. */
  findCoordinates(coordinates: readonly number[]): number {
    let number = coordinates[0];
    for (let level = 1; level < coordinates.length && number >= 0; level++) {
      number = coordinates[level] < 0 ? -1 : this.#tables[level - 1].find(number, coordinates[level]);
    }
    return number;
  }

  intern(identity: PartitionIdentity): number {
    const parts = identity as readonly (number | string)[];
    return this.internCoordinates(parts.map((part, level) => this.dimensions[level].intern(part)));
  }

  /** The ordinal of a cell by its coordinates, a new one if need be. */
  internCoordinates(coordinates: readonly number[]): number {
    return coordinates.reduce((number, coordinate, level) =>
      this.#tables[level - 1].intern(number, coordinate)
    );
  }

  ordinalsOf(stored: StoredSubset): Ordinals {
    const builder = new OrdinalsBuilder();
    if (stored.kind === "multi") this.#addCells(builder, stored, 0, 0);
    return builder.build();
  }

  #addCells(builder: OrdinalsBuilder, stored: StoredCells, level: number, before: number): void {
    for (const { outer, inner } of stored.runs) {
      const rows = this.dimensions[level].ordinalsOf(outer);
      const columns = inner.kind === "multi" || inner.kind === "unit"
        ? undefined
        : this.dimensions[level + 1].ordinalsOf(inner);
      for (let place = 0; place < rows.count; place++) {
        const row = rows.at(place);
        const number = level === 0 ? row : this.#tables[level - 1].intern(before, row);
        if (inner.kind === "multi") this.#addCells(builder, inner, level + 1, number);
        else if (columns) this.#addColumns(builder, level, number, columns);
        else builder.add(number);
      }
    }
  }

  #addColumns(builder: OrdinalsBuilder, level: number, before: number, columns: Ordinals): void {
    const table = this.#tables[level];
    for (let place = 0; place < columns.count; place++) builder.add(table.intern(before, columns.at(place)));
  }
}
