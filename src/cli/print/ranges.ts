/** Sets of partitions as ranges of keys: every range can be typed again as `--range`. */
import type { MultiSpace, PartitionSpace } from "../../model/partitions/space.ts";
import type { IndexRange, Subset } from "../../model/partitions/subset.ts";
import { inert } from "./inert.ts";
import { formatCount, plural } from "./number.ts";
import type { Page } from "./page.ts";

/** The partitions from one key to another: in several dimensions, all cells between the two corners. */
export interface KeyRange {
  readonly start: string;
  readonly end: string;
  readonly count: number;
}

/** The ranges of a set in partition order, made one after the other. */
export function* keyRanges(space: PartitionSpace, subset: Subset): Generator<KeyRange> {
  const boxes = space.kind === "multi" ? boxesOf(space, subset) : subset.ranges();
  for (const [first, last, count] of asBoxes(boxes)) {
    yield { start: space.keyAt(first), end: space.keyAt(last), count };
  }
}

/** The first and last cell of a box, and how many it has. */
type Cells = readonly [first: number, last: number, count: number];

function* asBoxes(found: Iterable<IndexRange | Cells>): Generator<Cells> {
  for (const item of found) {
    yield item.length === 3 ? item : [item[0], item[1] - 1, item[1] - item[0]];
  }
}

/** A range in words: one key, or the first and the last. */
export function formatRange({ start, end, count }: KeyRange, page: Page): string {
  return count === 1 ? inert(start) : `${inert(start)}${page.glyphs.range}${inert(end)}`;
}

/** A set on one line: its first ranges, and how many partitions follow. */
export function formatSubset(space: PartitionSpace, subset: Subset, page: Page, most = 3): string {
  const shown: string[] = [];
  let rest = subset.size;
  for (const range of keyRanges(space, subset)) {
    if (shown.length === most) return `${shown.join(", ")} and ${formatCount(rest)} more`;
    shown.push(formatRange(range, page));
    rest -= range.count;
  }
  return shown.join(", ");
}

/** A set as lines: its first ranges with their counts, and how many follow. */
export function* formatRangeLines(
  space: PartitionSpace,
  subset: Subset,
  page: Page,
  most: number,
): Generator<string> {
  let shown = 0;
  let rest = subset.size;
  for (const range of keyRanges(space, subset)) {
    if (shown++ === most) {
      yield page.style.dim(`and ${plural(rest, "partition")} in more ranges; --limit shows more`);
      return;
    }
    const size = range.count > 1 ? page.style.dim(` (${formatCount(range.count)})`) : "";
    yield formatRange(range, page) + size;
    rest -= range.count;
  }
}

/** A set of partitions as JSON: ranges with counts, at most `limit` of them. */
export function rangesJson(
  space: PartitionSpace,
  subset: Subset,
  limit: number,
): { readonly count: number; readonly ranges: readonly object[]; readonly isCut: boolean } {
  const ranges: object[] = [];
  for (const range of keyRanges(space, subset)) {
    if (ranges.length === limit) return { count: subset.size, ranges, isCut: true };
    ranges.push(range);
  }
  return { count: subset.size, ranges, isCut: false };
}

/** Runs of coordinates `[start, end)` in pairs. */
type Runs = readonly number[];

/** Outer coordinates that follow each other and have the same inner cells. */
interface Slab {
  readonly start: number;
  end: number;
  readonly inner: Runs;
}

/** The cells of a product as boxes: neighbours along the outer dimension with equal inner cells belong together. */
function* boxesOf(space: MultiSpace, subset: Subset): Generator<Cells> {
  yield* boxesAlong(space, 0, subset.ranges());
}

function* boxesAlong(space: MultiSpace, axis: number, runs: Iterable<IndexRange>): Generator<Cells> {
  if (axis === space.dimensions.length - 1) {
    for (const [start, end] of runs) yield [start, end - 1, end - start];
    return;
  }
  const { stride } = space.dimensions[axis];
  for (const { start, end, inner } of slabs(runs, stride)) {
    for (const [first, last, count] of boxesAlong(space, axis + 1, pairs(inner))) {
      yield [start * stride + first, (end - 1) * stride + last, (end - start) * count];
    }
  }
}

function* slabs(runs: Iterable<IndexRange>, stride: number): Generator<Slab> {
  let open: Slab | undefined;
  for (const [start, end, inner] of rows(runs, stride)) {
    if (open && open.end === start && equal(open.inner, inner)) {
      open.end = end;
      continue;
    }
    if (open) yield open;
    open = { start, end, inner };
  }
  if (open) yield open;
}

/** Outer coordinates with their inner runs; those that are full come together. */
function* rows(
  runs: Iterable<IndexRange>,
  stride: number,
): Generator<readonly [start: number, end: number, inner: Runs]> {
  let row = -1;
  let inner: number[] = [];
  for (const [start, end] of runs) {
    let at = start;
    while (at < end) {
      const outer = Math.floor(at / stride);
      if (outer !== row) {
        if (inner.length > 0) yield [row, row + 1, inner];
        [row, inner] = [outer, []];
      }
      const full = at === outer * stride ? Math.floor((end - at) / stride) : 0;
      if (full > 0) {
        yield [outer, outer + full, [0, stride]];
        at += full * stride;
        continue;
      }
      const stop = Math.min(end, (outer + 1) * stride);
      inner.push(at - outer * stride, stop - outer * stride);
      at = stop;
    }
  }
  if (inner.length > 0) yield [row, row + 1, inner];
}

function* pairs(runs: Runs): Generator<IndexRange> {
  for (let index = 0; index < runs.length; index += 2) yield [runs[index], runs[index + 1]];
}

function equal(a: Runs, b: Runs): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
