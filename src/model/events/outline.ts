/** Step tables as columns, and back. */
import { type Identities, openIdentities } from "../partitions/identities.ts";
import type { PartitionIdentity, StoredSubset } from "../partitions/stored.ts";
import type { Catalogue, CatalogueNode, PlannedNode, StepOutline, StepSet, StepTable } from "./step_table.ts";

const UNIT: StoredSubset = Object.freeze({ kind: "unit" });
const NOTHING: readonly never[] = Object.freeze([]);

/** The columns of a table: its own, or made by reading its nodes one by one. */
export function outlineOf(table: StepTable): StepOutline {
  return table.outline ?? readOutline(table);
}

function readOutline(table: StepTable): StepOutline {
  const nodes: CatalogueNode[] = [];
  const sets = new Map<number, StepSet>();
  for (let position = 0; position < table.nodeCount; position++) {
    const node = table.node(position);
    nodes.push(node);
    if (node.partitions.kind === "unit") continue;
    sets.set(position, {
      partitions: node.partitions,
      count: node.partitionCount,
      chunkSize: node.chunkSize,
    });
  }
  const rows = Int32Array.from(nodes, (_, row) => row);
  return { catalogue: listCatalogue(nodes), rows, sets, outputs: new Map() };
}

/** A catalogue of the given nodes. */
export function listCatalogue(nodes: readonly CatalogueNode[]): Catalogue {
  return { size: nodes.length, node: (row) => nodes[row] };
}

/** A step table over columns. */
export class OutlinedSteps implements StepTable {
  readonly count: number;
  readonly nodeCount: number;
  readonly outline: StepOutline;
  /** The first step of each node, and the count behind them; undefined where every node is one step. */
  readonly #firstSteps: Int32Array | undefined;
  /** The members of the sets in use, opened when first read. */
  readonly #identities: Map<StoredSubset, Identities> = new Map();

  constructor(outline: StepOutline) {
    this.outline = outline;
    this.nodeCount = outline.rows.length;
    this.#firstSteps = outline.sets.size === 0 ? undefined : placeNodes(outline);
    this.count = this.#firstSteps?.[this.nodeCount] ?? this.nodeCount;
  }

  nodeOf(step: number): number {
    const firstSteps = this.#firstSteps;
    if (!firstSteps) return step;
    let low = 0;
    let high = this.nodeCount;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (firstSteps[middle] <= step) low = middle;
      else high = middle;
    }
    return low;
  }

  node(position: number): PlannedNode {
    const { catalogue, rows, sets, outputs } = this.outline;
    const { step, kind, outputs: all } = catalogue.node(rows[position]);
    const set = sets.get(position);
    return {
      step,
      kind,
      outputs: outputs.get(position)?.map((output) => all[output]) ?? all,
      firstStep: this.#firstSteps?.[position] ?? position,
      stepCount: set ? stepCountOf(set) : 1,
      chunkSize: set?.chunkSize ?? 1,
      partitions: set?.partitions ?? UNIT,
      partitionCount: set?.count ?? 1,
    };
  }

  partitionKeys(step: number): readonly string[] {
    return this.#perPartition(step, (identities, place) => identities.keyAt(place));
  }

  identities(step: number): readonly PartitionIdentity[] {
    return this.#perPartition(step, (identities, place) => identities.at(place));
  }

  #perPartition<T>(step: number, read: (identities: Identities, place: number) => T): readonly T[] {
    const position = this.nodeOf(step);
    const set = this.outline.sets.get(position);
    if (!set) return NOTHING;
    const first = (step - (this.#firstSteps as Int32Array)[position]) * set.chunkSize;
    const count = Math.min(set.chunkSize, set.count - first);
    const identities = this.#open(set.partitions);
    return Array.from({ length: count }, (_, nth) => read(identities, first + nth));
  }

  #open(stored: StoredSubset): Identities {
    let identities = this.#identities.get(stored);
    if (!identities) this.#identities.set(stored, identities = openIdentities(stored));
    return identities;
  }
}

/** How many steps the partitions of a node make. */
export function stepCountOf({ count, chunkSize }: StepSet): number {
  return Math.ceil(count / chunkSize);
}

function placeNodes({ rows, sets }: StepOutline): Int32Array {
  const firstSteps = new Int32Array(rows.length + 1);
  for (let position = 0; position < rows.length; position++) {
    const set = sets.get(position);
    firstSteps[position + 1] = firstSteps[position] + (set ? stepCountOf(set) : 1);
  }
  return firstSteps;
}
