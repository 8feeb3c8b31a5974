/**
 * Sorted runs of indices, flat: `[start, end, start, end, ...]`, half-open, maximal (no two touch).
 *
 * Plain arrays rather than typed ones: measured on merges of one to 10,000 runs they are 1.2 to 10 times faster
 * on both runtimes, because most sets are tiny and a typed array costs 0.4 us to allocate on V8.
 */
export type Runs = readonly number[];

/** How many indices the runs hold. */
export function countInRuns(runs: Runs): number {
  let count = 0;
  for (let i = 0; i < runs.length; i += 2) count += runs[i + 1] - runs[i];
  return count;
}

/** The position of the first boundary greater than `index`: odd when `index` lies inside a run. */
export function boundaryAfter(runs: Runs, index: number): number {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (runs[middle] <= index) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Appends `[start, end)` to runs under construction, joining it to the last one when they touch. */
export function appendRun(runs: number[], start: number, end: number): void {
  const last = runs.length - 1;
  if (last < 0 || start > runs[last]) runs.push(start, end);
  else if (end > runs[last]) runs[last] = end;
}

export function uniteRuns(a: Runs, b: Runs): Runs {
  const out: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i] <= b[j]) {
      appendRun(out, a[i], a[i + 1]);
      i += 2;
    } else {
      appendRun(out, b[j], b[j + 1]);
      j += 2;
    }
  }
  for (; i < a.length; i += 2) appendRun(out, a[i], a[i + 1]);
  for (; j < b.length; j += 2) appendRun(out, b[j], b[j + 1]);
  return out;
}

export function intersectRuns(a: Runs, b: Runs): Runs {
  const out: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const start = a[i] > b[j] ? a[i] : b[j];
    const end = a[i + 1] < b[j + 1] ? a[i + 1] : b[j + 1];
    if (start < end) out.push(start, end);
    if (a[i + 1] <= b[j + 1]) i += 2;
    else j += 2;
  }
  return out;
}

export function subtractRuns(a: Runs, b: Runs): Runs {
  const out: number[] = [];
  let j = 0;
  for (let i = 0; i < a.length; i += 2) {
    let start = a[i];
    const end = a[i + 1];
    while (j < b.length && b[j + 1] <= start) j += 2;
    for (let k = j; k < b.length && b[k] < end; k += 2) {
      if (b[k] > start) out.push(start, b[k]);
      start = b[k + 1];
    }
    if (start < end) out.push(start, end);
  }
  return out;
}

/** Runs from pairs in any order that may overlap. */
export function sortRuns(pairs: readonly number[]): Runs {
  const order = Array.from({ length: pairs.length / 2 }, (_, position) => position * 2);
  order.sort((a, b) => pairs[a] - pairs[b]);
  const out: number[] = [];
  for (const position of order) appendRun(out, pairs[position], pairs[position + 1]);
  return out;
}
