/** The contract of an IO manager: where values live between steps. */
import type { Awaitable } from "../model/assets/asset.ts";

/** Which value: one partition of one asset. */
export interface ValueAddress {
  /** The asset's key. */
  readonly asset: string;
  /** The partition's key; undefined without partitions. */
  readonly partition: string | undefined;
}

/** What is known about a value, kept beside it so that it can be trusted without a run store. */
export interface Receipt {
  readonly version: 1;
  readonly asset: string;
  readonly partition: string | undefined;
  readonly runId: string;
  readonly atMs: number;
  readonly dataVersion: string;
  readonly codeVersion: string | undefined;
  readonly metadata: { readonly [name: string]: unknown } | undefined;
}

/** Keeps and gives back values. One manager serves many assets and many runs at once. */
export interface IOManager {
  readonly name: string;
  /** True when other processes can read what it keeps. */
  readonly shared: boolean;
  /** Keeps a value, replacing an older one as a whole. Returns when it is as durable as the manager makes it. */
  store(address: ValueAddress, value: unknown, receipt: Receipt): Awaitable<void>;
  /** Gives a value back. Throws VALUE_MISSING when there is none. */
  load(address: ValueAddress): Awaitable<unknown>;
  has(address: ValueAddress): Awaitable<boolean>;
  receipt(address: ValueAddress): Awaitable<Receipt | undefined>;
  /** Removes a value and its receipt; nothing happens when there is none. */
  remove(address: ValueAddress): Awaitable<void>;
  /** Where a value lies, for people: a path or an address; undefined when there is no such thing. */
  locate(address: ValueAddress): string | undefined;
}
