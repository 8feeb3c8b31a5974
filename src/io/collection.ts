/** The values of many partitions of one asset, loaded when they are asked for. */
import type { Partitioned } from "../model/assets/partitioned.ts";
import { SluiceError } from "../model/issue.ts";
import type { PartitionSpace } from "../model/partitions/space.ts";
import type { Subset } from "../model/partitions/subset.ts";
import { quote } from "../model/quote.ts";
import { didYouMean } from "../model/suggest.ts";
import type { IOManager } from "./manager.ts";

/** Values that this process still holds, by the index of their partition; a `Map` is one. */
export interface HeldValues {
  /** Whether the value of a partition is held. */
  has(index: number): boolean;
  /** The value of a partition that is held. */
  get(index: number): unknown;
}

/** Which values a collection gives, and from where. */
export interface CollectionSource {
  /** The manager of the asset. */
  readonly manager: IOManager;
  /** The asset's key. */
  readonly asset: string;
  /** The partitions of the asset. */
  readonly space: PartitionSpace;
  /** Those in the collection, as indices of the space. */
  readonly subset: Subset;
  /** Values that need not be loaded. */
  readonly held?: HeldValues;
  /** How many values are loaded at once. Default 16. */
  readonly concurrency?: number;
}

const CONCURRENCY = 16;
/** How many keys are looked through for one that is like an unknown one. */
const KEYS_TRIED = 10_000;

/**
 * Opens the collection of an asset's partitions in a subset of their space.
 *
 * Nothing is loaded and no key is made before it is asked for. Iterating loads a few values ahead of the consumer
 * and keeps none of those that were given out; `get` loads each time it is called.
 */
export function openPartitioned(source: CollectionSource): Partitioned<unknown> {
  return new Collection(source);
}

class Collection implements Partitioned<unknown> {
  readonly size: number;
  readonly #source: CollectionSource;

  constructor(source: CollectionSource) {
    this.#source = source;
    this.size = source.subset.size;
  }

  *keys(): IterableIterator<string> {
    const { space, subset } = this.#source;
    for (const index of subset.indices()) yield space.keyAt(index);
  }

  has(key: string): boolean {
    const { space, subset } = this.#source;
    const index = space.indexOf(key);
    return index >= 0 && subset.has(index);
  }

  async get(key: string): Promise<unknown> {
    if (!this.has(key)) throw this.#unknown(key);
    return await this.#load(this.#source.space.indexOf(key));
  }

  values(): AsyncIterableIterator<unknown> {
    return this.#readAhead((_index, value) => value);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<readonly [string, unknown]> {
    const { space } = this.#source;
    return this.#readAhead((index, value) => [space.keyAt(index), value] as const);
  }

  async load(): Promise<ReadonlyMap<string, unknown>> {
    const values = new Map<string, unknown>();
    for await (const [key, value] of this) values.set(key, value);
    return values;
  }

  /** Gives values in partition order while the next ones are being loaded. */
  async *#readAhead<T>(give: (index: number, value: unknown) => T): AsyncIterableIterator<T> {
    const { subset, concurrency = CONCURRENCY } = this.#source;
    const ahead: Loading[] = [];
    for (const index of subset.indices()) {
      ahead.push(this.#begin(index));
      if (ahead.length < concurrency) continue;
      const first = ahead.shift() as Loading;
      yield give(first.index, await first.value);
    }
    for (const { index, value } of ahead) yield give(index, await value);
  }

  /** A value that is being loaded; its failure is thrown when its turn comes, and not if nobody asks any more. */
  #begin(index: number): Loading {
    const value = this.#load(index);
    if (value instanceof Promise) value.catch(() => {});
    return { index, value };
  }

  #load(index: number): unknown {
    const { manager, asset, space, held } = this.#source;
    if (held?.has(index)) return held.get(index);
    return manager.load({ asset, partition: space.kind === "unit" ? undefined : space.keyAt(index) });
  }

  #unknown(key: string): SluiceError {
    const { asset, space, subset } = this.#source;
    const isElsewhere = space.indexOf(key) >= 0;
    const why = isElsewhere ? "is not part of this input" : "does not exist";
    return new SluiceError({
      code: "PARTITION_UNKNOWN",
      message: `Partition ${quote(key)} of asset ${quote(asset)} ${why}: the input ${
        describeKeys(space, subset)
      }.`,
      path: ["assets", asset, "partitions", key],
      hint: isElsewhere
        ? "Ask has() first, or give the dependency a partition mapping that covers it."
        : didYouMean(key, firstKeys(this)) ?? "keys() gives the keys there are.",
    });
  }
}

/** A value on its way: a promise, or the value itself where it was at hand. */
interface Loading {
  readonly index: number;
  readonly value: unknown;
}

function describeKeys(space: PartitionSpace, subset: Subset): string {
  if (subset.size === 0) return "is empty";
  const first = quote(space.keyAt(subset.at(0)));
  if (subset.size === 1) return `holds ${first} only`;
  return `holds ${subset.size} partitions from ${first} to ${quote(space.keyAt(subset.at(subset.size - 1)))}`;
}

function* firstKeys(collection: Collection): IterableIterator<string> {
  let count = 0;
  for (const key of collection.keys()) {
    if (count++ === KEYS_TRIED) return;
    yield key;
  }
}
