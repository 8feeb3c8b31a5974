/** The contract of an IO manager: where values live between steps. */
import type { Awaitable } from "../model/assets/result.ts";
import type { Fence } from "../model/step/fence.ts";
import type { IOChoice } from "../model/assets/io_choice.ts";

/** Which value: one partition of one asset. */
export interface ValueAddress {
  /** The asset's key. */
  readonly asset: string;
  /** The partition's key; undefined without partitions. */
  readonly partition: string | undefined;
}

/** What is known about a value, kept beside it so that it can be trusted without a run store. */
export interface Receipt {
  /** The version of this shape. */
  readonly version: 1;
  /** The asset's key. */
  readonly asset: string;
  /** The partition's key; undefined without partitions. */
  readonly partition: string | undefined;
  /** The run that made the value. */
  readonly runId: string;
  /** When it was made, epoch milliseconds. */
  readonly atMs: number;
  /** Tells whether two values of one partition are the same. */
  readonly dataVersion: string;
  /** The code version of the asset that made it; undefined when it has none. */
  readonly codeVersion: string | undefined;
  /** What the body reported of the value, as JSON. */
  readonly metadata: { readonly [name: string]: unknown } | undefined;
  /** Who owned the history of the run; left out where that is not known. */
  readonly fence?: Fence;
}

/**
 * The values of assets without partitions by number, for callers that look an asset up once. Everything happens at
 * once; otherwise it is as with the manager's methods.
 */
export interface ValueTable {
  /** The number of an asset, the same one each time. Numbers are given in order, from 0. */
  placeOf(asset: string): number;
  /** Keeps a value, without a receipt. */
  set(place: number, value: unknown): void;
  /** Gives a value back. Throws VALUE_MISSING when there is none. */
  get(place: number): unknown;
  /** Removes a value; nothing happens when there is none. */
  remove(place: number): void;
}

/** Keeps and gives back values. One manager serves many assets and many runs at once. */
export interface IOManager {
  /** The name by which assets choose it. */
  readonly name: string;
  /** True when other processes can read what it keeps. */
  readonly shared: boolean;
  /**
   * True when its values are there for the steps of a run only: a run then removes each value when the last of its
   * own steps that wait for it has succeeded or was skipped. Values that no step of the run waits for stay.
   */
  readonly ephemeral?: boolean;
  /**
   * Keeps a value, replacing an older one as a whole. Returns when it is as durable as the manager makes it.
   *
   * Gives `false` when `load` will not give back an equal value (a `Date` that comes back as text, rows that were
   * consumed while they were written): consumers of the same run are then handed the loaded value, so that they see
   * what a later run would see. Anything else means that the value in memory may be handed on.
   *
   * A manager that processes share should leave what is there when its receipt has a later fence of the same history: the
   * value comes late then, from a process that was taken for dead.
   *
   * @throws {SluiceError} VALUE_INVALID when the value cannot be kept, IO_FAILED when keeping it failed, STEP_LOST when it
   * comes late.
   */
  store(address: ValueAddress, value: unknown, receipt: Receipt): Awaitable<boolean | void>;
  /**
   * Gives a value back.
   *
   * @throws {SluiceError} VALUE_MISSING when there is none, VALUE_INVALID when it cannot be read, IO_FAILED when
   * reading failed.
   */
  load(address: ValueAddress): Awaitable<unknown>;
  /** Whether there is a value, without loading it. */
  has(address: ValueAddress): Awaitable<boolean>;
  /** The receipt of the value that is there now; undefined when there is none, or none that belongs to it. */
  receipt(address: ValueAddress): Awaitable<Receipt | undefined>;
  /** Removes a value and its receipt; nothing happens when there is none. */
  remove(address: ValueAddress): Awaitable<void>;
  /** Where a value lies, for people: a path or an address; undefined when there is no such thing. */
  locate(address: ValueAddress): string | undefined;
  /**
   * Its values without partitions by number, for managers that answer at once and keep values as they are. The run loop
   * uses it for plain values and writes receipts only where there is something to say.
   */
  readonly table?: ValueTable;
  /**
   * A view of this manager for assets that ask for options. Left out by managers that take none.
   *
   * @throws {SluiceError} DEFINITION_INVALID when an option is not one of its own.
   */
  configure?(choice: IOChoice): IOManager;
}
