/**
 * Step tables as JSON. The declarations lie in parts of a catalogue, which runs over the same definitions share;
 * a run itself says in a few numbers which rows it takes, and which partitions of them.
 */
import type { StoredSubset } from "../partitions/stored.ts";
import { OutlinedSteps, outlineOf } from "./outline.ts";
import type {
  Catalogue,
  CatalogueNode,
  PlannedOutput,
  StepOutline,
  StepSet,
  StepTable,
} from "./step_table.ts";

/** How many rows of a catalogue are stored together. A change of one declaration writes one part again. */
export const PART_ROWS = 128;

/** A step table as JSON. */
export interface StoredStepTable {
  /** The parts of the catalogue in use: number of the part, and its text or what a store calls it. */
  readonly parts: readonly (readonly [part: number, reference: string])[];
  readonly nodes: readonly StoredNodes[];
  /** Sets of partitions, by their place in `nodes`. */
  readonly sets: readonly StoredPartitions[];
}

/**
 * Nodes that follow each other with rows that follow each other: first row, how many, and where they are
 * partitioned the place of their set, the size of their chunks and their partition count. Outputs stand only where
 * not all are made.
 */
export type StoredNodes = readonly [
  row: number,
  count: number,
  set?: number,
  chunkSize?: number,
  outputs?: readonly number[],
];

/** One set with its size. */
export interface StoredPartitions {
  readonly count: number;
  readonly partitions: StoredSubset;
}

/** Gives the text of a part of a catalogue, or a name by which it can be found again. */
export type PartReference = (catalogue: Catalogue, part: number) => string;

const NO_SET = -1;

/** Codes a step table; `referTo` says how parts of its catalogue are referred to. Default: by their text. */
export function encodeStepTable(
  table: StepTable,
  referTo: PartReference = encodeCataloguePart,
): StoredStepTable {
  const outline = outlineOf(table);
  const sets = new SetList();
  const nodes = encodeNodes(outline, sets);
  const parts = partsOf(outline.rows).map((part) => [part, referTo(outline.catalogue, part)] as const);
  return { parts, nodes, sets: sets.list };
}

/** The parts in which rows lie. */
export function partsOf(rows: Int32Array): readonly number[] {
  const parts = new Set<number>();
  let last = -1;
  for (let position = 0; position < rows.length; position++) {
    const part = Math.floor(rows[position] / PART_ROWS);
    if (part !== last) parts.add(last = part);
  }
  return [...parts];
}

function encodeNodes({ rows, sets, outputs }: StepOutline, list: SetList): readonly StoredNodes[] {
  if (sets.size === 0 && outputs.size === 0) return encodeRows(rows);
  const runs = new NodeRuns();
  for (let position = 0; position < rows.length; position++) {
    const set = sets.get(position);
    const slot = set ? list.slotOf(set) : NO_SET;
    runs.add(rows[position], slot, set?.chunkSize ?? 1, outputs.get(position));
  }
  return runs.close();
}

/** Nodes of which there is nothing to say but their rows. */
function encodeRows(rows: Int32Array): readonly StoredNodes[] {
  const runs: StoredNodes[] = [];
  for (let start = 0, end = 0; start < rows.length; start = end) {
    const row = rows[start];
    do end++; while (end < rows.length && rows[end] === row + end - start);
    runs.push([row, end - start]);
  }
  return runs;
}

/** Joins nodes that follow each other. */
class NodeRuns {
  readonly #runs: StoredNodes[] = [];
  #row = 0;
  #count = 0;
  #slot = NO_SET;
  #chunkSize = 1;

  add(row: number, slot: number, chunkSize: number, outputs?: readonly number[]): void {
    const follows = row === this.#row + this.#count && slot === this.#slot && chunkSize === this.#chunkSize;
    if (!follows || outputs) this.close();
    if (outputs) {
      this.#runs.push([row, 1, slot, chunkSize, outputs]);
      return;
    }
    if (this.#count === 0) this.#row = row;
    this.#slot = slot;
    this.#chunkSize = chunkSize;
    this.#count++;
  }

  close(): readonly StoredNodes[] {
    if (this.#count > 0) {
      const run = [this.#row, this.#count] as const;
      if (this.#slot === NO_SET) this.#runs.push(run);
      else if (this.#chunkSize === 1) this.#runs.push([...run, this.#slot]);
      else this.#runs.push([...run, this.#slot, this.#chunkSize]);
      this.#count = 0;
    }
    return this.#runs;
  }
}

/** Sets without repetition. */
class SetList {
  readonly list: StoredPartitions[] = [];
  readonly #byObject: Map<StoredSubset, number> = new Map();
  readonly #byText: Map<string, number> = new Map();

  slotOf({ partitions, count }: StepSet): number {
    const known = this.#byObject.get(partitions);
    if (known !== undefined) return known;
    const text = JSON.stringify(partitions);
    const slot = this.#byText.get(text) ?? this.list.push({ count, partitions }) - 1;
    this.#byText.set(text, slot);
    this.#byObject.set(partitions, slot);
    return slot;
  }
}

/** Gives the text of a part of a catalogue by its reference. */
export type PartText = (reference: string) => string;

/** Reads a step table; `textOf` gives the text of a part by its reference. Default: the reference is the text. */
export function decodeStepTable(
  stored: StoredStepTable,
  textOf: PartText = (reference) => reference,
): OutlinedSteps {
  return decodeSteps(stored, openCatalogue(stored.parts, textOf));
}

/** Reads a step table over a catalogue that was opened before. */
export function decodeSteps(
  { nodes, sets: stored }: Pick<StoredStepTable, "nodes" | "sets">,
  catalogue: Catalogue,
): OutlinedSteps {
  const nodeCount = nodes.reduce((sum, [, count]) => sum + count, 0);
  const rows = new Int32Array(nodeCount);
  const sets = new Map<number, StepSet>();
  const outputs = new Map<number, readonly number[]>();
  let position = 0;
  for (const [firstRow, count, slot = NO_SET, chunkSize = 1, chosen] of nodes) {
    const set = slot === NO_SET ? undefined : { ...stored[slot], chunkSize };
    for (let row = firstRow; row < firstRow + count; row++) {
      if (set) sets.set(position, set);
      if (chosen) outputs.set(position, chosen);
      rows[position++] = row;
    }
  }
  return new OutlinedSteps({ catalogue, rows, sets, outputs });
}

/** Opens a catalogue of which only some parts are there, each read when first asked for. */
export function openCatalogue(parts: StoredStepTable["parts"], textOf: PartText): Catalogue {
  const references = new Map(parts);
  const opened = new Map<number, readonly CatalogueNode[]>();
  const open = (part: number): readonly CatalogueNode[] => {
    let nodes = opened.get(part);
    if (!nodes) opened.set(part, nodes = decodeCataloguePart(textOf(references.get(part) as string)));
    return nodes;
  };
  const last = Math.max(...references.keys());
  return {
    size: parts.length === 0 ? 0 : last * PART_ROWS + open(last).length,
    node(row: number): CatalogueNode {
      const part = Math.floor(row / PART_ROWS);
      return open(part)[row - part * PART_ROWS];
    },
  };
}

/** A node in a part: name alone, name and code version, or everything. Assets that make themselves are most. */
type StoredNode =
  | string
  | readonly [name: string, codeVersion: string]
  | readonly [name: string, kind: CatalogueNode["kind"], outputs: readonly StoredOutput[]];

type StoredOutput = readonly [asset: string, codeVersion?: string];

/** The text of one part of a catalogue. The same declarations give the same text. */
export function encodeCataloguePart(catalogue: Catalogue, part: number): string {
  const nodes: StoredNode[] = [];
  const end = Math.min(catalogue.size, (part + 1) * PART_ROWS);
  for (let row = part * PART_ROWS; row < end; row++) nodes.push(encodeNode(catalogue.node(row)));
  return JSON.stringify(nodes);
}

/** The nodes of one part of a catalogue. */
export function decodeCataloguePart(text: string): readonly CatalogueNode[] {
  return (JSON.parse(text) as readonly StoredNode[]).map(decodeNode);
}

function encodeNode({ step, kind, outputs }: CatalogueNode): StoredNode {
  if (kind !== "asset" || outputs.length !== 1 || outputs[0].asset !== step) {
    return [step, kind, outputs.map(encodeOutput)];
  }
  const { codeVersion } = outputs[0];
  return codeVersion === undefined ? step : [step, codeVersion];
}

function encodeOutput({ asset, codeVersion }: PlannedOutput): StoredOutput {
  return codeVersion === undefined ? [asset] : [asset, codeVersion];
}

function decodeNode(stored: StoredNode): CatalogueNode {
  if (typeof stored === "string") return selfMade(stored, undefined);
  const [step, kind, outputs] = stored;
  if (outputs === undefined) return selfMade(step, kind);
  return {
    step,
    kind: kind as CatalogueNode["kind"],
    outputs: outputs.map(([asset, codeVersion]) => ({ asset, codeVersion })),
  };
}

function selfMade(name: string, codeVersion: string | undefined): CatalogueNode {
  return { step: name, kind: "asset", outputs: [{ asset: name, codeVersion }] };
}
