/** The shapes that loops are measured on. */

/** A graph by numbers: what node `i` waits for is `parents[starts[i]]` up to `parents[starts[i + 1]]`. */
export interface Shape {
  readonly name: string;
  readonly size: number;
  readonly starts: Int32Array;
  readonly parents: Int32Array;
}

/** One after the other. */
export function chain(size: number): Shape {
  const lists = Array.from({ length: size }, (_, node) => node === 0 ? [] : [node - 1]);
  return pack("chain", lists);
}

/** One, then all others, then one that reads them all. */
export function fan(size: number): Shape {
  const middle = Array.from({ length: size - 2 }, (_, node) => node + 1);
  const lists = Array.from({ length: size }, (_, node) => node === 0 ? [] : node === size - 1 ? middle : [0]);
  return pack("fan", lists);
}

/** Twenty layers; each node reads three of the layer before, and numbers are shuffled as a user's would be. */
export function layered(size: number): Shape {
  const random = mulberry(12_345);
  const layer = Math.ceil(size / 20);
  const numbers = shuffled(size, random);
  const lists = new Array<number[]>(size);
  for (let node = 0; node < size; node++) {
    const before = Math.floor(node / layer) - 1;
    const parents: number[] = [];
    while (before >= 0 && parents.length < 3) {
      const parent = numbers[before * layer + Math.floor(random() * layer)];
      if (!parents.includes(parent)) parents.push(parent);
    }
    lists[numbers[node]] = parents;
  }
  return pack("layered", lists);
}

function pack(name: string, lists: readonly (readonly number[])[]): Shape {
  const starts = new Int32Array(lists.length + 1);
  for (let node = 0; node < lists.length; node++) starts[node + 1] = starts[node] + lists[node].length;
  const parents = new Int32Array(starts[lists.length]);
  for (let node = 0; node < lists.length; node++) parents.set(lists[node], starts[node]);
  return { name, size: lists.length, starts, parents };
}

function shuffled(size: number, random: () => number): Int32Array {
  const numbers = Int32Array.from({ length: size }, (_, number) => number);
  for (let last = size - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [numbers[last], numbers[other]] = [numbers[other], numbers[last]];
  }
  return numbers;
}

/** A small seeded source of numbers in `[0, 1)`. */
export function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
