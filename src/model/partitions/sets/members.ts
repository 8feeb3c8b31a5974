/**
 * The members of a set in one of two forms: runs while they are few, a window of bits when they are many and
 * lie close together. The form is a function of the members alone, so equal sets have equal forms.
 */
import { boundaryAfter, countInRuns, intersectRuns, sortRuns, subtractRuns, uniteRuns } from "./runs.ts";
import type { Runs } from "./runs.ts";
import {
  BitWindow,
  clearBits,
  countBits,
  eachBitRun,
  fillBits,
  findBit,
  hasBitRuns,
  wordOf,
} from "./words.ts";

export type Members = Runs | BitWindow;

/** Below this many runs, bits never pay. */
const MIN_RUNS_FOR_BITS = 16;
/** A run costs 16 bytes and a word 4: bits are the smaller form up to four words for each run. */
const WORDS_PER_RUN = 4;

const NONE: Runs = [];

/** The words that hold all members of a set that is not empty: `[first, end)`. */
function hullOf(members: Members): readonly [first: number, end: number] {
  if (members instanceof BitWindow) return [members.firstWord, members.firstWord + members.bits.length];
  return [wordOf(members[0]), wordOf(members[members.length - 1] - 1) + 1];
}

/** Maximal sorted runs in the form that suits them. */
export function membersFromRuns(runs: Runs): Members {
  if (runs.length < MIN_RUNS_FOR_BITS * 2) return runs;
  const [first, end] = hullOf(runs);
  if (end - first > runs.length / 2 * WORDS_PER_RUN) return runs;
  return new BitWindow(first, copyToBits(runs, first, end));
}

/** Bits in the form that suits them; takes the array over. */
export function membersFromBits(firstWord: number, bits: Uint32Array): Members {
  let low = 0;
  let high = bits.length;
  while (low < high && bits[low] === 0) low++;
  while (low < high && bits[high - 1] === 0) high--;
  if (low === high) return NONE;
  const trimmed = high - low === bits.length ? bits : bits.slice(low, high);
  const window = new BitWindow(firstWord + low, trimmed);
  const enough = Math.max(MIN_RUNS_FOR_BITS, trimmed.length / WORDS_PER_RUN);
  return hasBitRuns(trimmed, enough) ? window : runsOf(window);
}

/** Pairs `start, end` in any order, which may overlap, as members. */
export function membersFromPairs(pairs: readonly number[]): Members {
  if (pairs.length === 0) return NONE;
  let start = pairs[0];
  let end = pairs[1];
  for (let i = 2; i < pairs.length; i += 2) {
    if (pairs[i] < start) start = pairs[i];
    if (pairs[i + 1] > end) end = pairs[i + 1];
  }
  const first = wordOf(start);
  const wordCount = wordOf(end - 1) + 1 - first;
  if (wordCount > pairs.length * WORDS_PER_RUN) return membersFromRuns(sortRuns(pairs));
  const bits = new Uint32Array(wordCount);
  const base = first * 32;
  for (let i = 0; i < pairs.length; i += 2) fillBits(bits, pairs[i] - base, pairs[i + 1] - base);
  return membersFromBits(first, bits);
}

/** The maximal runs, in ascending order. */
export function runsOf(members: Members): Runs {
  if (!(members instanceof BitWindow)) return members;
  const runs: number[] = [];
  eachBitRun(members.bits, members.firstWord * 32, (start, end) => runs.push(start, end));
  return runs;
}

export function eachRunOf(members: Members, visit: (start: number, end: number) => void): void {
  if (members instanceof BitWindow) return eachBitRun(members.bits, members.firstWord * 32, visit);
  for (let i = 0; i < members.length; i += 2) visit(members[i], members[i + 1]);
}

export function countMembers(members: Members): number {
  return members instanceof BitWindow ? countBits(members.bits) : countInRuns(members);
}

export function hasMember(members: Members, index: number): boolean {
  if (!(members instanceof BitWindow)) return boundaryAfter(members, index) % 2 === 1;
  const position = wordOf(index) - members.firstWord;
  return position >= 0 && position < members.bits.length &&
    (members.bits[position] >>> (index % 32) & 1) === 1;
}

/** The first run of members at or after an index, cut there. */
export function runFrom(members: Members, index: number): readonly [start: number, end: number] | undefined {
  if (!(members instanceof BitWindow)) {
    const boundary = boundaryAfter(members, index);
    if (boundary === members.length) return undefined;
    return boundary % 2 === 1 ? [index, members[boundary]] : [members[boundary], members[boundary + 1]];
  }
  const base = members.firstWord * 32;
  const start = findBit(members.bits, Math.max(0, index - base), true);
  if (start === members.bits.length * 32) return undefined;
  return [base + start, base + findBit(members.bits, start, false)];
}

export function uniteMembers(a: Members, b: Members): Members {
  if (isEmpty(a)) return b;
  if (isEmpty(b) || isSpannedBy(b, a)) return a;
  if (isSpannedBy(a, b)) return b;
  const [first, end] = joinHulls(hullOf(a), hullOf(b));
  if (!fitsBits(end - first, a, b)) return membersFromRuns(uniteRuns(runsOf(a), runsOf(b)));
  const bits = copyToBits(a, first, end);
  addToBits(bits, first, b);
  return membersFromBits(first, bits);
}

export function intersectMembers(a: Members, b: Members): Members {
  if (isEmpty(a) || isEmpty(b)) return NONE;
  if (isSpannedBy(a, b)) return a;
  if (isSpannedBy(b, a)) return b;
  if (!(a instanceof BitWindow)) {
    return b instanceof BitWindow ? intersectMembers(b, a) : membersFromRuns(intersectRuns(a, b));
  }
  const [firstA, endA] = hullOf(a);
  const [firstB, endB] = hullOf(b);
  const first = Math.max(firstA, firstB);
  const end = Math.min(endA, endB);
  if (first >= end) return NONE;
  const bits = a.bits.slice(first - firstA, end - firstA);
  keepInBits(bits, first, b);
  return membersFromBits(first, bits);
}

export function subtractMembers(a: Members, b: Members): Members {
  if (isEmpty(a) || isEmpty(b)) return a;
  if (isSpannedBy(a, b)) return NONE;
  const [first, end] = hullOf(a);
  if (!fitsBits(end - first, a, b)) return membersFromRuns(subtractRuns(runsOf(a), runsOf(b)));
  const bits = copyToBits(a, first, end);
  removeFromBits(bits, first, b);
  return membersFromBits(first, bits);
}

export function equalMembers(a: Members, b: Members): boolean {
  if (a instanceof BitWindow) {
    return b instanceof BitWindow && a.firstWord === b.firstWord && equalLists(a.bits, b.bits);
  }
  return !(b instanceof BitWindow) && equalLists(a, b);
}

/** The union of any number of sets, in one pass over their words where they lie close together. */
export function uniteAllMembers(sets: readonly Members[]): Members {
  const filled = sets.filter((members) => !isEmpty(members));
  if (filled.length === 0) return NONE;
  const [first, end] = filled.map(hullOf).reduce(joinHulls);
  const runCount = filled.reduce((sum, members) => sum + weightOf(members), 0);
  if (end - first > runCount * WORDS_PER_RUN) return membersFromPairs(filled.flatMap(runsOf));
  const bits = new Uint32Array(end - first);
  for (const members of filled) addToBits(bits, first, members);
  return membersFromBits(first, bits);
}

/** How many runs a set has, or the number from which its bits would have been worth it. */
function weightOf(members: Members): number {
  return members instanceof BitWindow ? members.bits.length / WORDS_PER_RUN : members.length / 2;
}

export function isEmpty(members: Members): boolean {
  return !(members instanceof BitWindow) && members.length === 0;
}

/** Whether `other` is one run that holds all words of `members`: the common "everything" on either side. */
function isSpannedBy(members: Members, other: Members): boolean {
  if (other instanceof BitWindow || other.length !== 2) return false;
  if (!(members instanceof BitWindow)) {
    return members[0] >= other[0] && members[members.length - 1] <= other[1];
  }
  const [first, end] = hullOf(members);
  return first * 32 >= other[0] && end * 32 <= other[1];
}

/** Whether a result over so many words is better computed on bits: an operand has bits of that order. */
function fitsBits(wordCount: number, a: Members, b: Members): boolean {
  const words = (a instanceof BitWindow ? a.bits.length : 0) + (b instanceof BitWindow ? b.bits.length : 0);
  return words > 0 && wordCount <= words * 2 + 64;
}

function joinHulls(
  a: readonly [first: number, end: number],
  b: readonly [first: number, end: number],
): readonly [first: number, end: number] {
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}

/** The words `[first, end)` with the members, which lie inside. */
function copyToBits(members: Members, first: number, end: number): Uint32Array {
  if (members instanceof BitWindow && members.firstWord === first && members.bits.length === end - first) {
    return members.bits.slice();
  }
  const bits = new Uint32Array(end - first);
  addToBits(bits, first, members);
  return bits;
}

/** Adds members that lie inside the window. */
function addToBits(bits: Uint32Array, firstWord: number, members: Members): void {
  if (members instanceof BitWindow) {
    const shift = members.firstWord - firstWord;
    const source = members.bits;
    for (let k = 0; k < source.length; k++) bits[k + shift] |= source[k];
    return;
  }
  const base = firstWord * 32;
  for (let i = 0; i < members.length; i += 2) fillBits(bits, members[i] - base, members[i + 1] - base);
}

/** Removes members, which may also lie outside the window. */
function removeFromBits(bits: Uint32Array, firstWord: number, members: Members): void {
  if (members instanceof BitWindow) {
    const shift = firstWord - members.firstWord;
    const source = members.bits;
    const end = Math.min(bits.length, source.length - shift);
    for (let k = Math.max(0, -shift); k < end; k++) bits[k] &= ~source[k + shift];
    return;
  }
  const base = firstWord * 32;
  const limit = bits.length * 32;
  let i = boundaryAfter(members, base) & ~1;
  for (; i < members.length && members[i] - base < limit; i += 2) {
    clearBits(bits, Math.max(0, members[i] - base), Math.min(limit, members[i + 1] - base));
  }
}

/** Removes everything but the members; the window lies inside their hull. */
function keepInBits(bits: Uint32Array, firstWord: number, members: Members): void {
  if (members instanceof BitWindow) {
    const shift = firstWord - members.firstWord;
    for (let k = 0; k < bits.length; k++) bits[k] &= members.bits[k + shift];
    return;
  }
  const base = firstWord * 32;
  removeFromBits(bits, firstWord, subtractRuns([base, base + bits.length * 32], members));
}

function equalLists(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
