/** Projections: where the partitions of a space lie on an axis. */
import type {
  Dimension,
  LeafSpace,
  MultiSpace,
  PartitionSpace,
  TimeSpace,
} from "../../../partitions/space.ts";
import type { Axis } from "./axis.ts";
import { CellAxis } from "./cell_axis.ts";
import { lowerBound } from "./numbers.ts";
import { TimeAxis } from "./time_axis.ts";

/**
 * Pieces of a space in ascending order of their indices: `lengths[i]` partitions from `indices[i]` on have the
 * ordinals from `ordinals[i]` on. Partitions that the axis has not heard of lie in no piece.
 */
export class Projection {
  readonly indices: readonly number[];
  readonly ordinals: readonly number[];
  readonly lengths: readonly number[];

  constructor(indices: readonly number[], ordinals: readonly number[], lengths: readonly number[]) {
    this.indices = indices;
    this.ordinals = ordinals;
    this.lengths = lengths;
  }

  /** The ordinal of the partition at an index, or -1. */
  ordinalOf(index: number): number {
    const { indices } = this;
    const piece = lowerBound(indices, indices.length, index + 1) - 1;
    if (piece < 0) return -1;
    const offset = index - indices[piece];
    return offset < this.lengths[piece] ? this.ordinals[piece] + offset : -1;
  }
}

/** Finds the partitions of a space on an axis of the same shape. */
export function project(axis: Axis, space: PartitionSpace): Projection {
  const pieces = new PieceList();
  if (space.kind === "time" && axis instanceof TimeAxis) projectWindows(axis, space, pieces);
  else if (space.kind === "names") projectNames(axis, space, pieces);
  else if (space.kind === "multi" && axis instanceof CellAxis) projectCells(axis, space, pieces);
  return pieces.build();
}

/** Collects pairs in ascending order of their indices. */
class PieceList {
  readonly #indices: number[] = [];
  readonly #ordinals: number[] = [];
  readonly #lengths: number[] = [];
  #nextIndex = -1;
  #nextOrdinal = -1;

  add(index: number, ordinal: number): void {
    if (index === this.#nextIndex && ordinal === this.#nextOrdinal) {
      this.#lengths[this.#lengths.length - 1]++;
    } else {
      this.#indices.push(index);
      this.#ordinals.push(ordinal);
      this.#lengths.push(1);
    }
    this.#nextIndex = index + 1;
    this.#nextOrdinal = ordinal + 1;
  }

  build(): Projection {
    return new Projection(this.#indices, this.#ordinals, this.#lengths);
  }
}

/** Both are in the order of time: one walk over the windows that both have. */
function projectWindows(axis: TimeAxis, space: TimeSpace, pieces: PieceList): void {
  const { size } = space;
  if (size === 0 || axis.size === 0) return;
  const starts = axis.ascending.values;
  let position = lowerBound(starts, axis.size, space.startAt(0));
  let index = position < axis.size ? space.indexFrom(starts[position]) : size;
  while (position < axis.size && index < size) {
    const start = space.startAt(index);
    if (starts[position] === start) pieces.add(index++, axis.ordinals.values[position++]);
    else if (starts[position] < start) position++;
    else index++;
  }
}

/** Goes over whichever has fewer names. */
function projectNames(axis: Axis, space: LeafSpace, pieces: PieceList): void {
  if (space.size <= axis.size) {
    for (let index = 0; index < space.size; index++) {
      const ordinal = axis.find(space.keyAt(index));
      if (ordinal >= 0) pieces.add(index, ordinal);
    }
    return;
  }
  const found: [number, number][] = [];
  for (let ordinal = 0; ordinal < axis.size; ordinal++) {
    const index = space.indexOf(axis.identityAt(ordinal) as string);
    if (index >= 0) found.push([index, ordinal]);
  }
  addSorted(found, pieces);
}

function addSorted(found: [number, number][], pieces: PieceList): void {
  found.sort(([a], [b]) => a - b);
  for (const [index, ordinal] of found) pieces.add(index, ordinal);
}

function projectCells(axis: CellAxis, space: MultiSpace, pieces: PieceList): void {
  const { dimensions } = space;
  if (space.size > axis.size * 2) return projectKnownCells(axis, dimensions, pieces);
  const ordinals = dimensions.map((dimension, level) =>
    ordinalsByIndex(axis.dimensions[level], dimension.space)
  );
  const coordinates = dimensions.map(() => 0);
  const walk = (level: number, base: number): void => {
    const { stride } = dimensions[level];
    for (let index = 0; index < ordinals[level].length; index++) {
      coordinates[level] = ordinals[level][index];
      if (coordinates[level] < 0) continue;
      if (level + 1 < dimensions.length) {
        walk(level + 1, base + index * stride);
        continue;
      }
      const ordinal = axis.findCoordinates(coordinates);
      if (ordinal >= 0) pieces.add(base + index, ordinal);
    }
  };
  walk(0, 0);
}

/** Goes over the cells of the axis: few of a large space. */
function projectKnownCells(axis: CellAxis, dimensions: readonly Dimension[], pieces: PieceList): void {
  const indices = dimensions.map(({ space }, level) => indexByOrdinal(axis.dimensions[level], space));
  const found: [number, number][] = [];
  for (let ordinal = 0; ordinal < axis.size; ordinal++) {
    let index = 0;
    axis.coordinatesOf(ordinal).forEach((coordinate, level) => {
      index += (indices[level].get(coordinate) ?? NaN) * dimensions[level].stride;
    });
    if (!Number.isNaN(index)) found.push([index, ordinal]);
  }
  addSorted(found, pieces);
}

function ordinalsByIndex(axis: Axis, space: LeafSpace): Int32Array {
  const ordinals = new Int32Array(space.size).fill(-1);
  eachPair(axis, space, (index, ordinal) => {
    ordinals[index] = ordinal;
  });
  return ordinals;
}

function indexByOrdinal(axis: Axis, space: LeafSpace): Map<number, number> {
  const indices = new Map<number, number>();
  eachPair(axis, space, (index, ordinal) => indices.set(ordinal, index));
  return indices;
}

function eachPair(axis: Axis, space: LeafSpace, visit: (index: number, ordinal: number) => void): void {
  const { indices, ordinals, lengths } = project(axis, space);
  indices.forEach((index, piece) => {
    for (let offset = 0; offset < lengths[piece]; offset++) visit(index + offset, ordinals[piece] + offset);
  });
}
