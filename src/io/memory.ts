/** Values in the memory of this process. */
import type { IOManager, Receipt, ValueAddress, ValueSlot } from "./manager.ts";
import { missingValue } from "./missing.ts";

/** Where the values of one asset are. Nothing is copied, and replacing a value allocates nothing. */
export interface MemorySlot extends ValueSlot {
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
  const { name = "memory", ephemeral = false } = options;
  const slots = new Map<string, Slot>();
  const slot = (asset: string): Slot => {
    const known = slots.get(asset);
    if (known) return known;
    const made = new Slot(asset);
    slots.set(asset, made);
    return made;
  };
  return Object.freeze({
    name,
    shared: false,
    ephemeral,
    slot,
    store: ({ asset, partition }: ValueAddress, value: unknown, receipt?: Receipt) =>
      slot(asset).set(partition, value, receipt),
    load: ({ asset, partition }: ValueAddress) => slot(asset).get(partition),
    has: ({ asset, partition }: ValueAddress) => slots.get(asset)?.has(partition) ?? false,
    receipt: ({ asset, partition }: ValueAddress) => slots.get(asset)?.receipt(partition),
    remove: ({ asset, partition }: ValueAddress) => slots.get(asset)?.remove(partition),
    locate: () => undefined,
    clear: () => {
      for (const held of slots.values()) held.clear();
    },
  });
}

/** One value; `isHeld` tells a kept `undefined` from nothing. */
class Cell {
  value: unknown = undefined;
  kept: Receipt | undefined = undefined;
  isHeld = false;
}

/** The value of an asset without partitions lies in the slot itself, so that it costs neither look-up nor object. */
class Slot extends Cell implements MemorySlot {
  readonly #asset: string;
  #byPartition: Map<string, Cell> | undefined = undefined;

  constructor(asset: string) {
    super();
    this.#asset = asset;
  }

  set(partition: string | undefined, value: unknown, receipt?: Receipt): void {
    const cell = partition === undefined ? this : this.#cell(partition);
    cell.value = value;
    cell.kept = receipt;
    cell.isHeld = true;
  }

  get(partition: string | undefined): unknown {
    const cell = this.#find(partition);
    if (cell?.isHeld) return cell.value;
    throw missingValue({ asset: this.#asset, partition }, "this process holds none in memory");
  }

  has(partition: string | undefined): boolean {
    return this.#find(partition)?.isHeld ?? false;
  }

  receipt(partition: string | undefined): Receipt | undefined {
    return this.#find(partition)?.kept;
  }

  remove(partition: string | undefined): void {
    if (partition !== undefined) {
      this.#byPartition?.delete(partition);
      return;
    }
    this.value = undefined;
    this.kept = undefined;
    this.isHeld = false;
  }

  clear(): void {
    this.remove(undefined);
    this.#byPartition = undefined;
  }

  #find(partition: string | undefined): Cell | undefined {
    return partition === undefined ? this : this.#byPartition?.get(partition);
  }

  #cell(partition: string): Cell {
    const cells = this.#byPartition ??= new Map();
    const known = cells.get(partition);
    if (known) return known;
    const made = new Cell();
    cells.set(partition, made);
    return made;
  }
}
