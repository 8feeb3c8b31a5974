/** When what holds began to: for conditions that begin and end within one evaluation. */
import { emptySubset } from "../../model/partitions/subset.ts";
import type { Subset } from "../../model/partitions/subset.ts";

/** An instant, and the partitions for which something came to hold then. */
export interface Moment {
  readonly atMs: number;
  readonly subset: Subset;
}

/** Tells of some partitions when something came to hold for them; others may be named too. */
export type Timing = (within: Subset) => readonly Moment[];

/** The partitions of a set for which one thing happened later than another. */
export function laterThan(first: Timing, other: Timing, within: Subset): Subset {
  const others = other(within);
  let later = emptySubset();
  for (const { atMs, subset } of first(within)) {
    let rest = subset;
    for (const each of others) if (each.atMs >= atMs) rest = rest.minus(each.subset);
    later = later.union(rest);
  }
  return later.intersect(within);
}

/** The same instant for all of a set. */
export function allAt(atMs: number, subset: Subset): Timing {
  return () => [{ atMs, subset }];
}
