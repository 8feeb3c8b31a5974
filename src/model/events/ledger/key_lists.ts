/** Keys of dynamic partition definitions, in the order in which they were added. */

/** How many keys are stored together. */
export const KEYS_PER_PART = 512;

/** The keys of one definition. A key that is removed and added again is a new one: its ordinal is never used again. */
export class KeyList {
  /** Keys by ordinal; undefined where one was removed. */
  readonly #keys: (string | undefined)[] = [];
  readonly #ordinals: Map<string, number> = new Map();
  /** Everything up to this place is counted. */
  seq = 0;
  /** Parts changed since they were last stored. */
  readonly touched: Set<number> = new Set();
  /** What readers hold; made when first asked for. */
  #listed: readonly string[] | undefined = [];

  /** The keys that are there. The list does not change. */
  list(): readonly string[] {
    return this.#listed ??= Object.freeze([...this.#ordinals.keys()]);
  }

  get partCount(): number {
    return Math.ceil(this.#keys.length / KEYS_PER_PART);
  }

  /** Adds keys at the end; those that are there are left alone. */
  add(keys: readonly string[], seq: number): void {
    if (!this.#isLater(seq)) return;
    for (const key of keys) {
      if (this.#ordinals.has(key)) continue;
      const ordinal = this.#keys.push(key) - 1;
      this.#ordinals.set(key, ordinal);
      this.#touch(ordinal);
    }
  }

  remove(keys: readonly string[], seq: number): void {
    if (!this.#isLater(seq)) return;
    for (const key of keys) {
      const ordinal = this.#ordinals.get(key);
      if (ordinal === undefined) continue;
      this.#ordinals.delete(key);
      this.#keys[ordinal] = undefined;
      this.#touch(ordinal);
    }
  }

  /** The keys of a part by ordinal, null where one was removed. */
  part(number: number): readonly (string | null)[] {
    const first = number * KEYS_PER_PART;
    return this.#keys.slice(first, first + KEYS_PER_PART).map((key) => key ?? null);
  }

  /** Takes back what was stored, parts in their order. */
  restore(part: readonly (string | null)[]): void {
    for (const key of part) {
      const ordinal = this.#keys.push(key ?? undefined) - 1;
      if (key !== null) this.#ordinals.set(key, ordinal);
    }
    this.#listed = undefined;
  }

  #isLater(seq: number): boolean {
    if (seq <= this.seq) return false;
    this.seq = seq;
    return true;
  }

  #touch(ordinal: number): void {
    this.touched.add(Math.floor(ordinal / KEYS_PER_PART));
    this.#listed = undefined;
  }
}

/** The key lists of a ledger by name. */
export class KeyLists {
  readonly byName: Map<string, KeyList> = new Map();
  /** Lists changed since they were last stored, with the first place that changed them. */
  readonly touched: Map<string, number> = new Map();

  change(name: string, change: "add" | "remove", keys: readonly string[], seq: number): void {
    const list = this.open(name);
    list[change](keys, seq);
    if (list.touched.size > 0 && !this.touched.has(name)) this.touched.set(name, seq);
  }

  /** Notes that a part is not stored. */
  touch(name: string, part: number, seq: number): void {
    this.open(name).touched.add(part);
    this.touched.set(name, seq);
  }

  open(name: string): KeyList {
    let list = this.byName.get(name);
    if (!list) this.byName.set(name, list = new KeyList());
    return list;
  }

  /** The keys of each name at this moment. */
  page(): (name: string) => readonly string[] {
    const lists = new Map(Array.from(this.byName, ([name, list]) => [name, list.list()]));
    return (name) => lists.get(name) ?? [];
  }
}
