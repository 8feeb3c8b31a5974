/** All axes of a ledger, by name. */
import type { PartitionIdentity, StoredLeaf, StoredSubset } from "../../../partitions/stored.ts";
import { type Axis, type LeafAxis, leavesOf } from "./axis.ts";
import { CellAxis } from "./cell_axis.ts";
import { NameAxis } from "./name_axis.ts";
import type { Ordinals } from "./ordinals.ts";
import { TimeAxis } from "./time_axis.ts";

const NAMES = "names";
/** The axis of windows that were told of without their cadence. */
const ANY_TIME = "time";

/** Opens axes and keeps them. Axes are only added, and only grow. */
export class Axes {
  readonly list: Axis[] = [];
  readonly #byName: Map<string, Axis> = new Map();
  readonly #ordinals: WeakMap<StoredSubset, { readonly axis: Axis; readonly ordinals: Ordinals }> =
    new WeakMap();

  /** The axis that a stored set lies on; undefined for the unit and for no cells at all. */
  ofStored(stored: StoredSubset): Axis | undefined {
    if (stored.kind === "unit") return undefined;
    if (stored.kind !== "multi") return this.open(nameOfLeaf(stored));
    return stored.runs.length === 0 ? undefined : this.open(nameOfCells(leavesOf(stored).map(nameOfLeaf)));
  }

  /** An axis for an identity that came without its definition. */
  ofIdentity(identity: PartitionIdentity): Axis {
    return this.open(
      typeof identity === "object" ? nameOfCells(identity.map(nameOfPart)) : nameOfPart(identity),
    );
  }

  /** The ordinals of a stored set on its axis, worked out once for each set. */
  ordinalsOf(axis: Axis, stored: StoredSubset): Ordinals {
    const known = this.#ordinals.get(stored);
    if (known?.axis === axis) return known.ordinals;
    const ordinals = axis.ordinalsOf(stored);
    this.#ordinals.set(stored, { axis, ordinals });
    return ordinals;
  }

  /** The axis of a name, a new one if need be. Names are what {@linkcode Axis.name} says. */
  open(name: string): Axis {
    const known = this.#byName.get(name);
    if (known) return known;
    const dimensions = dimensionsOf(name)?.map((leaf) => this.open(leaf) as LeafAxis);
    const id = this.list.length;
    const axis = dimensions
      ? new CellAxis(id, name, dimensions)
      : name === NAMES
      ? new NameAxis(id, name)
      : new TimeAxis(id, name);
    this.list.push(axis);
    this.#byName.set(name, axis);
    return axis;
  }
}

function nameOfLeaf(leaf: StoredLeaf): string {
  return leaf.kind === "names" ? NAMES : `${ANY_TIME} ${leaf.timezone} ${leaf.cron}`;
}

function nameOfPart(identity: number | string): string {
  return typeof identity === "number" ? ANY_TIME : NAMES;
}

function nameOfCells(leaves: readonly string[]): string {
  return JSON.stringify(leaves);
}

function dimensionsOf(name: string): readonly string[] | undefined {
  return name.startsWith("[") ? JSON.parse(name) as string[] : undefined;
}
