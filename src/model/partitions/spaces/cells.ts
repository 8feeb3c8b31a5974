/** The product of spaces of one dimension, as a space. */
import { DIMENSION_SEPARATOR, invalid } from "../key_text.ts";
import { quote } from "../../quote.ts";
import { checkIndex } from "./index.ts";

/** What a dimension must know of itself. */
interface Line {
  readonly size: number;
  keyAt(index: number): string;
  indexOf(key: string): number;
}

/** One dimension, and how many cells one step along it skips. */
interface PlacedDimension<Space extends Line> {
  readonly name: string;
  readonly space: Space;
  readonly stride: number;
}

/** No number of cells above this is exact. */
const MAX_CELLS = 2 ** 53;

/** Cells in mixed radix: the last dimension varies fastest. */
export class CellSpace<Space extends Line> {
  readonly kind = "multi";
  readonly size: number;
  readonly dimensions: readonly PlacedDimension<Space>[];

  /** Takes the dimensions in the order of their names. Throws PARTITIONS_INVALID when there are too many cells. */
  constructor(dimensions: readonly (readonly [name: string, space: Space])[]) {
    const placed: PlacedDimension<Space>[] = [];
    let stride = 1;
    for (const [name, space] of dimensions.toReversed()) {
      placed.unshift(Object.freeze({ name, space, stride }));
      stride *= space.size;
    }
    if (stride > MAX_CELLS) throw tooManyCells(dimensions);
    this.size = stride;
    this.dimensions = Object.freeze(placed);
  }

  keyAt(index: number): string {
    checkIndex(index, this.size);
    let rest = index;
    const keys = this.dimensions.map(({ space, stride }) => {
      const coordinate = Math.floor(rest / stride);
      rest -= coordinate * stride;
      return space.keyAt(coordinate);
    });
    return keys.join(DIMENSION_SEPARATOR);
  }

  indexOf(key: string): number {
    const parts = key.split(DIMENSION_SEPARATOR);
    if (parts.length !== this.dimensions.length) return -1;
    let index = 0;
    for (const [position, { space, stride }] of this.dimensions.entries()) {
      const coordinate = space.indexOf(parts[position]);
      if (coordinate < 0) return -1;
      index += coordinate * stride;
    }
    return index;
  }
}

/** Refuses names that would make keys of several dimensions ambiguous. */
export function checkCellNames(dimension: string, names: Line): void {
  for (let index = 0; index < names.size; index++) {
    const name = names.keyAt(index);
    if (!name.includes(DIMENSION_SEPARATOR)) continue;
    const message = `The dynamic key ${quote(name)} of the dimension ${
      quote(dimension)
    } holds "${DIMENSION_SEPARATOR}".`;
    throw invalid(message, ["dimensions", dimension], "Remove the key, and add it without that character.");
  }
}

function tooManyCells(dimensions: readonly (readonly [name: string, space: Line])[]) {
  const sizes = dimensions.map(([name, space]) => `${name} (${space.size})`).join(" x ");
  return invalid(
    `There are more than 2^53 partitions: ${sizes}.`,
    ["dimensions"],
    "Use fewer or smaller dimensions.",
  );
}
