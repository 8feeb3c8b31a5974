/**
 * Sets over several axes as unions of blocks: a block is a product of one set per axis. Cells are numbered as in
 * a multi-dimensional space: the last axis varies fastest.
 */
import { createSubsetBuilder, rangeSubset } from "../subset.ts";
import type { Subset, SubsetBuilder } from "../subset.ts";
import { appendRun } from "./runs.ts";

/** One axis: how many coordinates it has, and how many cells one step along it skips. */
export interface Axis {
  readonly size: number;
  readonly stride: number;
}

/** One set per axis; `undefined` stands for an axis that does not matter (read) or is whole (written). */
export type Block = readonly (Subset | undefined)[];

/** The coordinate along an axis of a cell. */
export function coordinateOf(cell: number, { stride, size }: Axis): number {
  const steps = Math.floor(cell / stride);
  return steps - Math.floor(steps / size) * size;
}

/**
 * Calls `visit` with blocks whose union has the same coordinates along the axes that matter as the set has.
 * Cost follows the runs of the set; a run becomes at most three blocks for each axis.
 */
export function eachBlock(
  set: Subset,
  axes: readonly Axis[],
  matters: readonly boolean[],
  visit: (block: Block) => void,
): void {
  const last = matters.lastIndexOf(true);
  const block: (Subset | undefined)[] = axes.map(() => undefined);
  const descend = (cells: Subset, level: number): void => {
    if (level > last) return visit(block.slice());
    const { stride } = axes[level];
    if (!matters[level]) return descend(foldRows(cells, stride), level + 1);
    if (level === last) {
      block[level] = coveredRows(cells, stride);
      return visit(block.slice());
    }
    for (const { rows, start, end } of groupRows(cells, stride)) {
      block[level] = rows.build();
      descend(rangeSubset(start, end), level + 1);
    }
  };
  if (set.size > 0) descend(set, 0);
}

/** Adds the cells of a block to a set under construction. */
export function addBlock(builder: SubsetBuilder, axes: readonly Axis[], block: Block): void {
  let runs: number[] = [0, 1];
  for (let level = axes.length - 1; level >= 0; level--) {
    runs = stackRuns(runs, axes[level], block[level]);
    if (runs.length === 0) return;
  }
  for (let i = 0; i < runs.length; i += 2) builder.addRange(runs[i], runs[i + 1]);
}

/** The runs within one row, repeated for each row of a set (each row there is, when undefined). */
function stackRuns(runs: readonly number[], { size, stride }: Axis, rows: Subset | undefined): number[] {
  const stacked: number[] = [];
  const wholeRow = runs[0] === 0 && runs[1] === stride;
  const stack = (first: number, end: number): void => {
    if (wholeRow) return appendRun(stacked, first * stride, end * stride);
    for (let row = first; row < end; row++) {
      for (let i = 0; i < runs.length; i += 2) {
        appendRun(stacked, row * stride + runs[i], row * stride + runs[i + 1]);
      }
    }
  };
  if (rows) rows.eachRange(stack);
  else if (size > 0) stack(0, size);
  return stacked;
}

/** Rows that hold the same run of cells. */
interface RowGroup {
  readonly rows: SubsetBuilder;
  readonly start: number;
  readonly end: number;
}

/** Cuts runs at the ends of rows and gathers the rows that hold the same piece. */
function groupRows(cells: Subset, stride: number): Iterable<RowGroup> {
  const groups = new Map<number | string, RowGroup>();
  const add = (first: number, end: number, from: number, to: number): void => {
    const name = stride <= 2 ** 26 ? from * stride + to - 1 : `${from}-${to}`;
    let group = groups.get(name);
    if (!group) groups.set(name, group = { rows: createSubsetBuilder(), start: from, end: to });
    group.rows.addRange(first, end);
  };
  cells.eachRange((start, end) => {
    let row = Math.floor(start / stride);
    const lastRow = Math.floor((end - 1) / stride);
    const from = start - row * stride;
    const to = end - lastRow * stride;
    if (row === lastRow) return add(row, row + 1, from, to);
    if (from > 0) add(row, ++row, from, stride);
    const wholeEnd = to < stride ? lastRow : lastRow + 1;
    if (row < wholeEnd) add(row, wholeEnd, 0, stride);
    if (to < stride) add(lastRow, lastRow + 1, 0, to);
  });
  return groups.values();
}

/** The rows that hold at least one cell. */
function coveredRows(cells: Subset, stride: number): Subset {
  if (stride === 1) return cells;
  const builder = createSubsetBuilder();
  cells.eachRange((start, end) =>
    builder.addRange(Math.floor(start / stride), Math.floor((end - 1) / stride) + 1)
  );
  return builder.build();
}

/** The positions within a row that hold a cell in at least one row. */
function foldRows(cells: Subset, stride: number): Subset {
  const builder = createSubsetBuilder();
  cells.eachRange((start, end) => {
    const from = start % stride;
    const to = from + Math.min(end - start, stride);
    builder.addRange(from, Math.min(to, stride));
    if (to > stride) builder.addRange(0, to - stride);
  });
  return builder.build();
}
