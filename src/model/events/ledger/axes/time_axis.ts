/** Windows of one cadence, numbered. */
import type { PartitionIdentity, StoredSubset } from "../../../partitions/stored.ts";
import { eachOfProgression } from "../../../partitions/sets/progression.ts";
import type { LeafAxis } from "./axis.ts";
import { FloatList, IntList, lowerBound } from "./numbers.ts";
import { Ordinals, OrdinalsBuilder } from "./ordinals.ts";

/** Starts of windows by ordinal, and the same in ascending order. */
export class TimeAxis implements LeafAxis {
  readonly kind = "time";
  readonly shape = "time";
  readonly id: number;
  readonly name: string;
  /** Starts in ascending order, and the ordinal of each; to be read only. */
  readonly ascending: FloatList = new FloatList();
  readonly ordinals: IntList = new IntList();
  readonly #starts: FloatList = new FloatList();

  constructor(id: number, name: string) {
    this.id = id;
    this.name = name;
  }

  get size(): number {
    return this.#starts.size;
  }

  identityAt(ordinal: number): number {
    return this.#starts.values[ordinal];
  }

  find(identity: PartitionIdentity): number {
    const { values, size } = this.ascending;
    const position = lowerBound(values, size, identity as number);
    return position < size && values[position] === identity ? this.ordinals.values[position] : -1;
  }

  intern(identity: PartitionIdentity): number {
    const known = this.find(identity);
    if (known >= 0) return known;
    this.#add([identity as number]);
    return this.size - 1;
  }

  ordinalsOf(stored: StoredSubset): Ordinals {
    if (stored.kind !== "time") return new Ordinals(0, 0);
    const missing: number[] = [];
    const builder = new OrdinalsBuilder();
    let expected = 0;
    eachOfProgression(stored.starts, (start) => {
      const { values, size } = this.ascending;
      if (values[expected] !== start || expected >= size) expected = lowerBound(values, size, start);
      const isKnown = expected < size && values[expected] === start;
      builder.add(isKnown ? this.ordinals.values[expected++] : this.size + missing.push(start) - 1);
    });
    if (missing.length > 0) this.#add(missing);
    return builder.build();
  }

  /** Takes back the starts of an empty axis, by their ordinals. */
  restore(starts: readonly number[]): void {
    const order = starts.map((_, ordinal) => ordinal).sort((a, b) => starts[a] - starts[b]);
    for (const start of starts) this.#starts.push(start);
    for (const ordinal of order) {
      this.ascending.push(starts[ordinal]);
      this.ordinals.push(ordinal);
    }
  }

  /** Adds starts that are not there yet, themselves in ascending order. */
  #add(missing: readonly number[]): void {
    const first = this.size;
    for (const start of missing) this.#starts.push(start);
    const { ascending, ordinals } = this;
    const isBehind = ascending.size === 0 || missing[0] > ascending.values[ascending.size - 1];
    if (isBehind) {
      missing.forEach((start, place) => {
        ascending.push(start);
        ordinals.push(first + place);
      });
    } else this.#merge(missing, first);
  }

  /** Merges from the end, so that nothing is moved twice. */
  #merge(missing: readonly number[], firstOrdinal: number): void {
    const { ascending, ordinals } = this;
    let from = ascending.size - 1;
    let to = from + missing.length;
    ascending.reserve(to + 1);
    ordinals.reserve(to + 1);
    ascending.size = ordinals.size = to + 1;
    for (let place = missing.length - 1; place >= 0; to--) {
      if (from >= 0 && ascending.values[from] > missing[place]) {
        ascending.values[to] = ascending.values[from];
        ordinals.values[to] = ordinals.values[from--];
      } else {
        ascending.values[to] = missing[place];
        ordinals.values[to] = firstOrdinal + place--;
      }
    }
  }
}
