/** What Dagster can hold of a partition definition: itself, or the keys of its cells as a list. */
import {
  dimensionNames,
  type LeafPartitions,
  type MultiPartitions,
  type Partitions,
} from "../../../src/model/partitions/definition.ts";
import { openSpace } from "../../../src/model/partitions/space.ts";
import { shortHash } from "../../python/identifier.ts";

/** How a definition is carried. */
export interface Encoding {
  /** What Dagster is given. */
  readonly partitions: Partitions;
  /**
   * - `same`: the definition itself.
   * - `dimension`: the one dimension by itself; keys are the same.
   * - `cells`: a fixed list of the keys of all cells.
   * - `growing`: dynamic partitions, to which a sensor adds the keys of cells as they come to be.
   */
  readonly kind: "same" | "dimension" | "cells" | "growing";
}

/** More cells than this are not listed in a file. */
const MOST_CELLS = 5_000;

/** How Dagster is given a definition. Its definitions of several dimensions have exactly two. */
export function encode(partitions: Partitions): Encoding {
  if (partitions.kind !== "multi") return { partitions, kind: "same" };
  const names = dimensionNames(partitions);
  const [first] = names;
  if (names.length === 2) return { partitions, kind: "same" };
  if (names.length === 1) return { partitions: partitions.dimensions[first], kind: "dimension" };
  const keys = cellKeys(partitions);
  return keys
    ? { partitions: { kind: "static", keys }, kind: "cells" }
    : { partitions: { kind: "dynamic", name: growingName(partitions) }, kind: "growing" };
}

/** The definition that Dagster is given; nothing without partitions. */
export function encoded(partitions: Partitions | undefined): Partitions | undefined {
  return partitions && encode(partitions).partitions;
}

/** The dimensions of a definition, in the order of their names. */
export function leavesOf(partitions: MultiPartitions): readonly (readonly [string, LeafPartitions])[] {
  return dimensionNames(partitions).map((name) => [name, partitions.dimensions[name]]);
}

/** The names of the dynamic definitions in a definition. */
export function dynamicNames(partitions: Partitions | undefined): readonly string[] {
  if (partitions?.kind === "dynamic") return [partitions.name];
  if (partitions?.kind !== "multi") return [];
  return leavesOf(partitions).flatMap(([, leaf]) => dynamicNames(leaf));
}

/** The keys of all cells, where they are few and never change. */
function cellKeys(partitions: MultiPartitions): readonly string[] | undefined {
  const sizes = leavesOf(partitions).map(([, leaf]) => leaf.kind === "static" ? leaf.keys.length : Infinity);
  if (sizes.reduce((product, size) => product * size, 1) > MOST_CELLS || sizes.includes(Infinity)) {
    return undefined;
  }
  const space = openSpace(partitions, { nowMs: 0, dynamicKeys: () => [] });
  return Array.from({ length: space.size }, (_, index) => space.keyAt(index));
}

/** A name for the keys of all cells: equal definitions share it. */
function growingName(partitions: MultiPartitions): string {
  const names = dimensionNames(partitions).join("|");
  return `${names} ${shortHash(JSON.stringify(leavesOf(partitions)))}`;
}
