/** Values in the memory of this process. */
import { FLAG, requireOptions, type Shapes, TEXT } from "../model/validate/options.ts";
import { KeyIndex } from "../model/key_index.ts";
import type { IOManager, Receipt, ValueAddress, ValueTable } from "./manager.ts";
import { missingValue } from "./missing.ts";

/** Where the values of one asset are. Nothing is copied, and replacing a value allocates nothing. */
export interface MemorySlot {
  /** Keeps a value; without a receipt, `receipt` gives none for it. */
  set(partition: string | undefined, value: unknown, receipt?: Receipt): void;
  /** Gives a value back. Throws VALUE_MISSING when there is none. */
  get(partition: string | undefined): unknown;
  /** Removes one value; nothing happens when there is none. */
  remove(partition: string | undefined): void;
  /** Whether there is a value. */
  has(partition: string | undefined): boolean;
  /** The receipt that the value was kept with. */
  receipt(partition: string | undefined): Receipt | undefined;
}

/** The manager that {@linkcode memoryIO} makes. All of its methods return plain values, never promises. */
export interface MemoryIO extends IOManager {
  /** Keeps a value; without a receipt, `receipt` gives none for it. */
  store(address: ValueAddress, value: unknown, receipt?: Receipt): void;
  /** Gives the very value that was kept. */
  load(address: ValueAddress): unknown;
  /** Whether there is a value. */
  has(address: ValueAddress): boolean;
  /** The receipt that the value was kept with. */
  receipt(address: ValueAddress): Receipt | undefined;
  /** Removes one value. */
  remove(address: ValueAddress): void;
  /** Where values lie by number. */
  readonly table: ValueTable;
  /** The place of one asset's values, the same one for as long as the manager lives. */
  slot(asset: string): MemorySlot;
  /** Removes everything. */
  clear(): void;
}

/** How {@linkcode memoryIO} keeps values. */
export interface MemoryOptions {
  /** The name by which assets choose it. Default `"memory"`. */
  readonly name?: string;
  /** Whether a run drops each value when the last of its steps that reads it is done. Default false. */
  readonly ephemeral?: boolean;
}

const OPTIONS: Shapes<MemoryOptions> = Object.freeze({ name: TEXT, ephemeral: FLAG });

/**
 * Keeps values in memory, as they are: what a consumer changes, others see changed. They are gone with the process,
 * so an asset chooses it by name (`io: "memory"`) for values that are cheap to make again.
 *
 * @example
 * ```ts
 * import { memoryIO } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const io = memoryIO();
 * io.slot("raw/orders").set("2026-01-01", [1, 2, 3]);
 * assert.deepEqual(io.load({ asset: "raw/orders", partition: "2026-01-01" }), [1, 2, 3]);
 * assert.equal(io.has({ asset: "raw/orders", partition: "2026-01-02" }), false);
 * ```
 */
export function memoryIO(options: MemoryOptions = {}): MemoryIO {
  requireOptions(options, OPTIONS, { what: "memoryIO()", code: "DEFINITION_INVALID", path: ["io"] });
  const { name = "memory", ephemeral = false } = options;
  const table = new MemoryTable();
  const slots = new Map<string, Slot>();
  const slot = (asset: string): Slot => {
    const known = slots.get(asset);
    if (known) return known;
    const made = new Slot(table, asset);
    slots.set(asset, made);
    return made;
  };
  return Object.freeze({
    name,
    shared: false,
    ephemeral,
    table,
    slot,
    store: ({ asset, partition }: ValueAddress, value: unknown, receipt?: Receipt) =>
      table.keep(table.placeOf(asset), partition, value, receipt),
    load: ({ asset, partition }: ValueAddress) => table.load(table.placeOf(asset), partition),
    has: ({ asset, partition }: ValueAddress) =>
      table.knows(asset) && table.has(table.placeOf(asset), partition),
    receipt: ({ asset, partition }: ValueAddress) =>
      table.knows(asset) ? table.receipt(table.placeOf(asset), partition) : undefined,
    remove: ({ asset, partition }: ValueAddress) => {
      if (table.knows(asset)) table.drop(table.placeOf(asset), partition);
    },
    locate: () => undefined,
    clear: () => table.clear(),
  });
}

/** Stands where there is no value: `undefined` is one. */
const NOTHING: unique symbol = Symbol("nothing");

/** One value of a partition. */
interface Cell {
  value: unknown;
  receipt: Receipt | undefined;
}

/**
 * Values in a list, so that those of a million assets lie side by side. The number of an asset is looked up once and
 * stays; partitions and receipts, which few values have, lie elsewhere.
 */
class MemoryTable implements ValueTable {
  readonly #places: KeyIndex = new KeyIndex();
  readonly #values: unknown[] = [];
  readonly #receipts: Map<number, Receipt> = new Map();
  readonly #partitions: Map<number, Map<string, Cell>> = new Map();

  /** Whether an asset has a number. */
  knows(asset: string): boolean {
    return this.#places.find(asset) >= 0;
  }

  placeOf(asset: string): number {
    const place = this.#places.numberOf(asset);
    if (place === this.#values.length) this.#values.push(NOTHING);
    return place;
  }

  set(place: number, value: unknown): void {
    this.#values[place] = value;
    if (this.#receipts.size > 0) this.#receipts.delete(place);
  }

  get(place: number): unknown {
    const value = this.#values[place];
    if (value === NOTHING) throw this.#missing(place, undefined);
    return value;
  }

  remove(place: number): void {
    this.set(place, NOTHING);
  }

  keep(place: number, partition: string | undefined, value: unknown, receipt: Receipt | undefined): void {
    if (partition !== undefined) {
      this.#keepPart(place, partition, value, receipt);
      return;
    }
    this.set(place, value);
    if (receipt) this.#receipts.set(place, receipt);
  }

  load(place: number, partition: string | undefined): unknown {
    if (partition === undefined) return this.get(place);
    const cell = this.#partitions.get(place)?.get(partition);
    if (!cell) throw this.#missing(place, partition);
    return cell.value;
  }

  has(place: number, partition: string | undefined): boolean {
    if (partition === undefined) return this.#values[place] !== NOTHING;
    return this.#partitions.get(place)?.has(partition) ?? false;
  }

  receipt(place: number, partition: string | undefined): Receipt | undefined {
    if (partition === undefined) return this.#receipts.get(place);
    return this.#partitions.get(place)?.get(partition)?.receipt;
  }

  drop(place: number, partition: string | undefined): void {
    if (partition === undefined) this.remove(place);
    else this.#partitions.get(place)?.delete(partition);
  }

  clear(): void {
    this.#values.fill(NOTHING);
    this.#receipts.clear();
    this.#partitions.clear();
  }

  #keepPart(place: number, partition: string, value: unknown, receipt: Receipt | undefined): void {
    let cells = this.#partitions.get(place);
    if (!cells) this.#partitions.set(place, cells = new Map());
    const cell = cells.get(partition);
    if (!cell) cells.set(partition, { value, receipt });
    else {
      cell.value = value;
      cell.receipt = receipt;
    }
  }

  #missing(place: number, partition: string | undefined): Error {
    return missingValue({ asset: this.#places.keys[place], partition }, "this process holds none in memory");
  }
}

/** One asset of a table. */
class Slot implements MemorySlot {
  readonly #table: MemoryTable;
  readonly #place: number;

  constructor(table: MemoryTable, asset: string) {
    this.#table = table;
    this.#place = table.placeOf(asset);
  }

  set(partition: string | undefined, value: unknown, receipt?: Receipt): void {
    this.#table.keep(this.#place, partition, value, receipt);
  }

  get(partition: string | undefined): unknown {
    return this.#table.load(this.#place, partition);
  }

  has(partition: string | undefined): boolean {
    return this.#table.has(this.#place, partition);
  }

  receipt(partition: string | undefined): Receipt | undefined {
    return this.#table.receipt(this.#place, partition);
  }

  remove(partition: string | undefined): void {
    this.#table.drop(this.#place, partition);
  }
}
