/** Values that a test gives in the place of a collection. */
import type { Partitioned } from "../../model/assets/partitioned.ts";
import { SluiceError } from "../../model/issue.ts";
import { didYouMean } from "../../model/suggest.ts";

/** A collection over a record or a Map by partition key; a collection is passed on. */
export function givenCollection(name: string, given: unknown): Partitioned<unknown> {
  if (given instanceof Map) return new GivenCollection(name, given as ReadonlyMap<string, unknown>);
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw notACollection(name);
  if (Symbol.asyncIterator in given) return given as Partitioned<unknown>;
  return new GivenCollection(name, new Map(Object.entries(given)));
}

function notACollection(name: string): SluiceError {
  return new SluiceError({
    code: "VALUE_INVALID",
    message: `The input ${name} spans several partitions, and one value is given for it.`,
    path: ["inputs", name],
    hint: `Give a record or a Map by partition key: { "2026-01-01": ... }.`,
  });
}

class GivenCollection implements Partitioned<unknown> {
  readonly #name: string;
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(name: string, values: ReadonlyMap<string, unknown>) {
    this.#name = name;
    this.#values = values;
  }

  get size(): number {
    return this.#values.size;
  }

  keys(): IterableIterator<string> {
    return this.#values.keys();
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  async get(key: string): Promise<unknown> {
    if (this.#values.has(key)) return this.#values.get(key);
    const hint = didYouMean(key, this.#values.keys());
    throw new SluiceError({
      code: "PARTITION_UNKNOWN",
      message: `The input ${this.#name} has no partition ${JSON.stringify(key)}.`,
      path: ["inputs", this.#name, key],
      ...(hint !== undefined && { hint }),
    });
  }

  async *values(): AsyncIterableIterator<unknown> {
    yield* this.#values.values();
  }

  async load(): Promise<ReadonlyMap<string, unknown>> {
    return new Map(this.#values);
  }

  async *[Symbol.asyncIterator](): AsyncIterator<readonly [string, unknown]> {
    yield* this.#values;
  }
}
