/**
 * Texts by number. A Map of a million keys takes some 55 bytes for each and now and then a long moment to grow; this
 * takes 16 and grows by parts, so that it can be filled between two turns of an event loop.
 */

/** How many parts there are; each grows by itself. */
const PARTS = 64;
const PART_BITS = 6;
const FIRST_CAPACITY = 16;

/** Gives each text a number, from 0 on, in the order in which they come. */
export class KeyIndex {
  /** The texts by number. */
  readonly keys: string[] = [];
  readonly #parts: (Part | undefined)[] = new Array(PARTS).fill(undefined);

  /** The number of a text, a new one if need be. */
  numberOf(key: string): number {
    const hash = hashOf(key);
    const part = this.#parts[hash & (PARTS - 1)] ??= new Part();
    const known = part.find(this.keys, key, hash);
    if (known >= 0) return known;
    const number = this.keys.push(key) - 1;
    part.add(number, hash);
    return number;
  }

  /** The number of a text, or -1. */
  find(key: string): number {
    const hash = hashOf(key);
    return this.#parts[hash & (PARTS - 1)]?.find(this.keys, key, hash) ?? -1;
  }
}

/** A table with open places: pairs of a hash and a number counted from 1, where 0 stands for an open place. */
class Part {
  #cells: Int32Array = new Int32Array(FIRST_CAPACITY * 2);
  #size = 0;

  find(keys: readonly string[], key: string, hash: number): number {
    const cells = this.#cells;
    const last = cells.length - 2;
    for (let cell = placeOf(hash) & last;; cell = (cell + 2) & last) {
      const number = cells[cell + 1] - 1;
      if (number < 0 || (cells[cell] === hash && keys[number] === key)) return number;
    }
  }

  add(number: number, hash: number): void {
    if (this.#size * 4 >= this.#cells.length) this.#grow();
    this.#size++;
    put(this.#cells, number + 1, hash);
  }

  #grow(): void {
    const old = this.#cells;
    this.#cells = new Int32Array(old.length * 2);
    for (let cell = 0; cell < old.length; cell += 2) {
      if (old[cell + 1] > 0) put(this.#cells, old[cell + 1], old[cell]);
    }
  }
}

function put(cells: Int32Array, entry: number, hash: number): void {
  const last = cells.length - 2;
  let cell = placeOf(hash) & last;
  while (cells[cell + 1] > 0) cell = (cell + 2) & last;
  cells[cell] = hash;
  cells[cell + 1] = entry;
}

/** Where the search begins: the bits that did not choose the part, in front of an even cell. */
function placeOf(hash: number): number {
  return (hash >>> PART_BITS) << 1;
}

/** FNV-1a over UTF-16 units, with the upper half folded into the lower. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return hash ^ (hash >>> 15);
}
