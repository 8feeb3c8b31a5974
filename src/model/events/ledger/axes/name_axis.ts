/** Names, numbered: one axis for all static and dynamic keys of a ledger. */
import type { PartitionIdentity, StoredSubset } from "../../../partitions/stored.ts";
import type { LeafAxis } from "./axis.ts";
import { Ordinals, OrdinalsBuilder } from "./ordinals.ts";

/** Names by ordinal and back. */
export class NameAxis implements LeafAxis {
  readonly kind = "names";
  readonly shape = "names";
  readonly id: number;
  readonly name: string;
  readonly #names: string[] = [];
  readonly #ordinals: Map<string, number> = new Map();

  constructor(id: number, name: string) {
    this.id = id;
    this.name = name;
  }

  get size(): number {
    return this.#names.length;
  }

  identityAt(ordinal: number): string {
    return this.#names[ordinal];
  }

  find(identity: PartitionIdentity): number {
    return this.#ordinals.get(identity as string) ?? -1;
  }

  intern(identity: PartitionIdentity): number {
    const name = identity as string;
    const known = this.#ordinals.get(name);
    if (known !== undefined) return known;
    const ordinal = this.#names.push(name) - 1;
    this.#ordinals.set(name, ordinal);
    return ordinal;
  }

  ordinalsOf(stored: StoredSubset): Ordinals {
    if (stored.kind !== "names") return new Ordinals(0, 0);
    const builder = new OrdinalsBuilder();
    for (const name of stored.names) builder.add(this.intern(name));
    return builder.build();
  }
}
