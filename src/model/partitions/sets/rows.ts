/** Cells of several axes as rows of the outermost one. */
import { createSubsetBuilder, subsetFromRanges } from "../subset.ts";
import type { Subset, SubsetBuilder } from "../subset.ts";
import { appendRun } from "./runs.ts";

/**
 * Cuts cells into rows of `stride` and calls `visit` for each group of rows that follow each other (rows without
 * cells left out) and hold the same positions. Cost follows the runs of the set.
 */
export function eachRow(
  cells: Subset,
  stride: number,
  visit: (rows: Subset, positions: Subset) => void,
): void {
  const groups = new RowGroups(visit);
  let row = -1;
  let runs: number[] = [];
  const turnTo = (next: number): void => {
    if (next === row) return;
    if (runs.length > 0) groups.add(row, row + 1, runs);
    row = next;
    runs = [];
  };
  cells.eachRange((start, end) => {
    let from = start;
    while (from < end) {
      const at = Math.floor(from / stride);
      turnTo(at);
      const whole = from === at * stride ? Math.floor((end - from) / stride) : 0;
      if (whole > 1) {
        groups.add(at, at + whole, [0, stride]);
        from += whole * stride;
        continue;
      }
      const to = Math.min(end, (at + 1) * stride);
      appendRun(runs, from - at * stride, to - at * stride);
      from = to;
    }
  });
  turnTo(-1);
  groups.close();
}

/** Joins rows to the group before them while they hold the same runs. */
class RowGroups {
  readonly #visit: (rows: Subset, positions: Subset) => void;
  #rows: SubsetBuilder = createSubsetBuilder();
  #runs: readonly number[] = [];

  constructor(visit: (rows: Subset, positions: Subset) => void) {
    this.#visit = visit;
  }

  add(first: number, end: number, runs: readonly number[]): void {
    if (!isSame(runs, this.#runs)) {
      this.close();
      this.#runs = runs;
    }
    this.#rows.addRange(first, end);
  }

  close(): void {
    if (this.#runs.length === 0) return;
    this.#visit(this.#rows.build(), subsetFromRanges(pairs(this.#runs)));
  }
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function* pairs(runs: readonly number[]): IterableIterator<readonly [number, number]> {
  for (let i = 0; i < runs.length; i += 2) yield [runs[i], runs[i + 1]];
}
