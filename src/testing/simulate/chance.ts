/** Chance that depends on a seed and on what it is asked for, and not on how often it was asked before. */
import type { Random } from "../../model/ports.ts";

/** A number in `[0, 1)` for a seed and a name: the same on every runtime. */
export function chance(seed: number, ...name: readonly (string | number)[]): number {
  let hash = 2_166_136_261 ^ seed;
  for (const character of name.join("\u0000")) {
    hash = Math.imul(hash ^ (character.codePointAt(0) as number), 16_777_619);
  }
  return mix(hash) / 2 ** 32;
}

/** A source of numbers that a seed decides. */
export function seededRandom(seed: number): Random {
  let state = seed;
  return {
    next: () => {
      state = (state + 0x6d2b79f5) | 0;
      return mix(state) / 2 ** 32;
    },
  };
}

/** Spreads the bits of an integer; gives one without a sign. */
function mix(bits: number): number {
  let mixed = bits;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
