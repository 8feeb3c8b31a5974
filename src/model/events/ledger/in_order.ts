/** Rows of many batches in the order of their places. */
import type { EventBatch } from "../batch.ts";

/** Rows `[from, to)` of a batch; there is at least one. */
interface Stretch {
  readonly batch: EventBatch;
  readonly from: number;
  readonly to: number;
}

/** A stretch that was read up to a row. */
interface Cursor<S extends Stretch> {
  readonly stretch: S;
  row: number;
}

/**
 * Calls back with the rows of all stretches in the order of their places, as many of one stretch at a time as follow
 * each other: whole stretches, unless runs wrote at the same time.
 */
export function eachInOrder<S extends Stretch>(
  stretches: readonly S[],
  visit: (stretch: S, from: number, to: number) => void,
): void {
  const sorted = isInOrder(stretches) ? stretches : stretches.toSorted((a, b) => firstSeq(a) - firstSeq(b));
  const open: Cursor<S>[] = [];
  for (const stretch of sorted) {
    readUntil(open, firstSeq(stretch), visit);
    push(open, { stretch, row: stretch.from });
  }
  readUntil(open, Infinity, visit);
}

function isInOrder(stretches: readonly Stretch[]): boolean {
  return stretches.every((stretch, index) =>
    index === 0 || firstSeq(stretches[index - 1]) < firstSeq(stretch)
  );
}

function firstSeq({ batch, from }: Stretch): number {
  return batch.seqAt(from);
}

function nextSeq<S extends Stretch>({ stretch, row }: Cursor<S>): number {
  return stretch.batch.seqAt(row);
}

/** Reads everything before a place. `open` is a heap: the cursor with the first place is at its top. */
function readUntil<S extends Stretch>(
  open: Cursor<S>[],
  seq: number,
  visit: (stretch: S, from: number, to: number) => void,
): void {
  while (open.length > 0 && nextSeq(open[0]) < seq) {
    const cursor = pop(open);
    const { stretch, row } = cursor;
    const limit = open.length > 0 ? Math.min(seq, nextSeq(open[0])) : seq;
    const end = rowAt(stretch, row, limit);
    visit(stretch, row, end);
    cursor.row = end;
    if (end < stretch.to) push(open, cursor);
  }
}

/** The first row from `row` on whose place is not before a limit. */
function rowAt({ batch, to }: Stretch, row: number, limit: number): number {
  if (batch.seqAt(to - 1) < limit) return to;
  let end = row + 1;
  while (end < to && batch.seqAt(end) < limit) end++;
  return end;
}

function push<S extends Stretch>(heap: Cursor<S>[], cursor: Cursor<S>): void {
  let at = heap.length;
  const seq = nextSeq(cursor);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (nextSeq(heap[parent]) <= seq) break;
    heap[at] = heap[parent];
    at = parent;
  }
  heap[at] = cursor;
}

/** Takes the top of a heap that is not empty. */
function pop<S extends Stretch>(heap: Cursor<S>[]): Cursor<S> {
  const [top] = heap;
  const last = heap.pop() as Cursor<S>;
  if (heap.length === 0) return top;
  const seq = nextSeq(last);
  let at = 0;
  for (;;) {
    let child = at * 2 + 1;
    if (child + 1 < heap.length && nextSeq(heap[child + 1]) < nextSeq(heap[child])) child++;
    if (child >= heap.length || nextSeq(heap[child]) >= seq) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = last;
  return top;
}
