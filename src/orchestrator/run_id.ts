/** Ids of runs and backfills: texts that sort by the time at which they were made. */
import type { Clock, Random } from "../model/ports.ts";

const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";

/** A new id: ten digits of time, six of chance, in base 32 without letters that are mistaken for others. */
export function newId(clock: Clock, random: Random): string {
  let time = "";
  for (let rest = Math.floor(clock.now()), digit = 0; digit < 10; digit++, rest = Math.floor(rest / 32)) {
    time = DIGITS[rest % 32] + time;
  }
  let chance = "";
  for (let digit = 0; digit < 6; digit++) chance += DIGITS[Math.floor(random.next() * 32)];
  return time + chance;
}
