/** Counting members below an index, and finding the n-th one, by prefix sums over either form of a set. */
import type { Members } from "./members.ts";
import { boundaryAfter } from "./runs.ts";
import { BitWindow, nthBit, popCount, wordOf } from "./words.ts";

/** Members with the number of those before each run, or before each word. */
export interface RankTable {
  readonly members: Members;
  readonly before: ArrayLike<number>;
}

export function rankTable(members: Members): RankTable {
  return {
    members,
    before: members instanceof BitWindow ? countBeforeWords(members.bits) : countBeforeRuns(members),
  };
}

/** How many members are smaller than `index`. */
export function smallerMembers({ members, before }: RankTable, index: number): number {
  if (members instanceof BitWindow) {
    const position = wordOf(index) - members.firstWord;
    if (position < 0) return 0;
    if (position >= members.bits.length) return before[members.bits.length];
    const below = (1 << (index % 32)) - 1;
    return before[position] + popCount(members.bits[position] & below);
  }
  const boundary = boundaryAfter(members, index);
  const run = boundary >>> 1;
  return before[run] + (boundary % 2 === 1 ? index - members[boundary - 1] : 0);
}

/** The n-th smallest member; `n` lies in `0..size-1`. */
export function memberAt({ members, before }: RankTable, n: number): number {
  const position = lastNotAfter(before, n);
  const rest = n - before[position];
  if (!(members instanceof BitWindow)) return members[position * 2] + rest;
  return (members.firstWord + position) * 32 + nthBit(members.bits[position], rest);
}

function countBeforeRuns(runs: readonly number[]): readonly number[] {
  const before = [0];
  for (let i = 0; i < runs.length; i += 2) before.push(before[i / 2] + (runs[i + 1] - runs[i]));
  return before;
}

function countBeforeWords(bits: Uint32Array): Float64Array {
  const before = new Float64Array(bits.length + 1);
  for (let k = 0; k < bits.length; k++) before[k + 1] = before[k] + popCount(bits[k]);
  return before;
}

/** The last position whose count is at most `n`. */
function lastNotAfter(before: ArrayLike<number>, n: number): number {
  let low = 0;
  let high = before.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (before[middle] <= n) low = middle;
    else high = middle;
  }
  return low;
}
