/** A list of names as a space. */
import { checkIndex } from "./index.ts";

/** Names in the order of their list. */
export class ListedNames {
  readonly kind = "names";
  readonly size: number;
  readonly #names: readonly string[];
  /** Made when a key is first looked up. */
  #indices: ReadonlyMap<string, number> | undefined;

  constructor(names: readonly string[]) {
    this.#names = names;
    this.size = names.length;
  }

  keyAt(index: number): string {
    checkIndex(index, this.size);
    return this.#names[index];
  }

  indexOf(key: string): number {
    this.#indices ??= new Map(this.#names.map((name, index) => [name, index]));
    return this.#indices.get(key) ?? -1;
  }
}

/** A memo of a pure function of frozen lists. */
const FIXED = new WeakMap<readonly string[], ListedNames>();

/** The space of a list of names. A list that may still change is copied. */
export function openNames(names: readonly string[]): ListedNames {
  if (!Object.isFrozen(names)) return new ListedNames([...names]);
  let space = FIXED.get(names);
  if (!space) FIXED.set(names, space = new ListedNames(names));
  return space;
}
