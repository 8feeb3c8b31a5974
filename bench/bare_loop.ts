/** The limit: a loop that does nothing but run tasks in order and store what they give. */
import type { Shape } from "./graphs.ts";

/** Edges in the direction of the work. */
export interface BareGraph {
  readonly size: number;
  readonly inDegrees: Int32Array;
  readonly childStarts: Int32Array;
  readonly children: Int32Array;
}

/** Turns a shape's edges around. */
export function prepareBare({ size, starts, parents }: Shape): BareGraph {
  const childStarts = new Int32Array(size + 1);
  for (const parent of parents) childStarts[parent + 1]++;
  for (let node = 0; node < size; node++) childStarts[node + 1] += childStarts[node];
  const cursor = childStarts.slice(0, size);
  const children = new Int32Array(parents.length);
  const inDegrees = new Int32Array(size);
  for (let node = 0; node < size; node++) {
    inDegrees[node] = starts[node + 1] - starts[node];
    for (let edge = starts[node]; edge < starts[node + 1]; edge++) children[cursor[parents[edge]]++] = node;
  }
  return { size, inDegrees, childStarts, children };
}

/** Kahn's algorithm with lanes that await one task after the other, and an array of results. */
export function runBare(
  graph: BareGraph,
  task: (node: number) => Promise<number>,
  concurrency: number,
): Promise<readonly number[]> {
  const { size, childStarts, children } = graph;
  const waits = graph.inDegrees.slice();
  const queue = new Int32Array(size);
  const results = new Array<number>(size);
  let head = 0;
  let tail = 0;
  let active = 0;
  for (let node = 0; node < size; node++) if (waits[node] === 0) queue[tail++] = node;
  return new Promise((resolve) => {
    const open = () => {
      while (active < concurrency && head < tail) {
        active++;
        void lane();
      }
    };
    const lane = async () => {
      while (head < tail) {
        const node = queue[head++];
        const running = task(node);
        if (head < tail) open();
        results[node] = await running;
        for (let edge = childStarts[node]; edge < childStarts[node + 1]; edge++) {
          if (--waits[children[edge]] === 0) queue[tail++] = children[edge];
        }
      }
      active--;
      if (active === 0) resolve(results);
    };
    open();
  });
}

/** The same with one callback for each place, attached to the promise of every task. */
export function runBareCallbacks(
  graph: BareGraph,
  task: (node: number) => Promise<number>,
  concurrency: number,
): Promise<readonly number[]> {
  const { size, childStarts, children } = graph;
  const waits = graph.inDegrees.slice();
  const queue = new Int32Array(size);
  const results = new Array<number>(size);
  const nodeAt = new Int32Array(concurrency);
  const free = Int32Array.from({ length: concurrency }, (_, place) => place);
  let freeCount = concurrency;
  let head = 0;
  let tail = 0;
  let done = 0;
  for (let node = 0; node < size; node++) if (waits[node] === 0) queue[tail++] = node;
  return new Promise((resolve) => {
    const start = () => {
      while (freeCount > 0 && head < tail) {
        const place = free[--freeCount];
        const node = queue[head++];
        nodeAt[place] = node;
        void task(node).then(callbacks[place]);
      }
    };
    const callbacks = Array.from({ length: concurrency }, (_, place) => (result: number) => {
      const node = nodeAt[place];
      results[node] = result;
      free[freeCount++] = place;
      for (let edge = childStarts[node]; edge < childStarts[node + 1]; edge++) {
        if (--waits[children[edge]] === 0) queue[tail++] = children[edge];
      }
      if (++done === size) resolve(results);
      else start();
    });
    start();
  });
}
