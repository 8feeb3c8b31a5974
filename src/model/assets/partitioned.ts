/** An input that spans several upstream partitions. */

/**
 * The values of an upstream asset by partition key, loaded only when asked for.
 *
 * Iterating gives `[key, value]` pairs in partition order. It is not an array on purpose: a body that expected
 * one value fails to compile.
 *
 * @typeParam T The value of one partition.
 * @typeParam Key The keys, where they are known as literals.
 */
export interface Partitioned<out T, out Key extends string = string>
  extends AsyncIterable<readonly [Key, T]> {
  /** How many partitions there are. */
  readonly size: number;
  /** The keys in partition order. */
  keys(): IterableIterator<Key>;
  /** Whether there is a partition with this key. */
  has(key: string): boolean;
  /** Loads one value. Rejects with PARTITION_UNKNOWN for a key that is not in the collection. */
  get(key: string): Promise<T>;
  /** Loads the values one after the other, in partition order. */
  values(): AsyncIterableIterator<T>;
  /** Loads everything at once. */
  load(): Promise<ReadonlyMap<Key, T>>;
}
