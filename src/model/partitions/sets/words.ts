/** A window of bits over the indices: `bits[k]` holds the indices `32 * (firstWord + k)` and the 31 after it. */
export class BitWindow {
  readonly firstWord: number;
  readonly bits: Uint32Array;

  constructor(firstWord: number, bits: Uint32Array) {
    this.firstWord = firstWord;
    this.bits = bits;
  }
}

/** The word that holds an index; exact up to 2^53. */
export function wordOf(index: number): number {
  return Math.floor(index / 32);
}

/** How many bits of a 32-bit word are set. */
export function popCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The position of the lowest set bit of a word that is not zero. */
function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** Sets the bits `[start, end)`, counted from the start of `bits`. Shifts take their operand modulo 32. */
export function fillBits(bits: Uint32Array, start: number, end: number): void {
  const first = start >>> 5;
  const last = (end - 1) >>> 5;
  const head = -1 << start;
  const tail = -1 >>> -end;
  if (first === last) {
    bits[first] |= head & tail;
    return;
  }
  bits[first] |= head;
  bits.fill(0xffffffff, first + 1, last);
  bits[last] |= tail;
}

/** Clears the bits `[start, end)`, counted from the start of `bits`. */
export function clearBits(bits: Uint32Array, start: number, end: number): void {
  const first = start >>> 5;
  const last = (end - 1) >>> 5;
  const head = -1 << start;
  const tail = -1 >>> -end;
  if (first === last) {
    bits[first] &= ~(head & tail);
    return;
  }
  bits[first] &= ~head;
  bits.fill(0, first + 1, last);
  bits[last] &= ~tail;
}

/** How many bits are set. */
export function countBits(bits: Uint32Array): number {
  let count = 0;
  for (let k = 0; k < bits.length; k++) count += popCount(bits[k]);
  return count;
}

/** Whether there are at least `enough` maximal runs of set bits; stops reading as soon as that is sure. */
export function hasBitRuns(bits: Uint32Array, enough: number): boolean {
  let runs = 0;
  let carry = 0;
  for (let k = 0; k < bits.length && runs < enough; k++) {
    const word = bits[k];
    runs += popCount(word & ~((word << 1) | carry));
    carry = word >>> 31;
  }
  return runs >= enough;
}

/** Calls `visit` with the maximal runs of set bits, moved by `offset`. */
export function eachBitRun(
  bits: Uint32Array,
  offset: number,
  visit: (start: number, end: number) => void,
): void {
  let start = -1;
  for (let k = 0; k < bits.length; k++) {
    const word = bits[k];
    const base = offset + k * 32;
    let position = 0;
    while (position < 32) {
      const rest = (start < 0 ? word : ~word) >>> position;
      if (rest === 0) break;
      position += lowestBit(rest);
      if (start < 0) {
        start = base + position;
      } else {
        visit(start, base + position);
        start = -1;
      }
    }
  }
  if (start >= 0) visit(start, offset + bits.length * 32);
}

/** The first position from `start` on whose bit is set, or is clear; the number of bits when there is none. */
export function findBit(bits: Uint32Array, start: number, set: boolean): number {
  const flip = set ? 0 : -1;
  let mask = -1 << start;
  for (let k = start >>> 5; k < bits.length; k++) {
    const found = (bits[k] ^ flip) & mask;
    if (found !== 0) return k * 32 + lowestBit(found);
    mask = -1;
  }
  return bits.length * 32;
}

/** The position of the n-th set bit (from 0) of a word that has more than `n`. */
export function nthBit(word: number, n: number): number {
  let rest = word;
  for (let skipped = 0; skipped < n; skipped++) rest &= rest - 1;
  return lowestBit(rest);
}
