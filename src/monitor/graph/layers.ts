/** From a graph to layers in which every edge leads from one layer to the next, ordered so that few edges cross. */
import type { GraphView } from "./view.ts";

/** Nodes of a graph, and stand-ins where an edge passes through a layer, as numbers: nodes first. */
export interface Layers {
  /** The items of each layer, in the order in which they are to be drawn. */
  readonly layers: readonly (readonly number[])[];
  /** By item: its neighbours in the layer before, and in the one after. */
  readonly before: readonly (readonly number[])[];
  readonly after: readonly (readonly number[])[];
  /** By edge: the items it goes through, both ends included. */
  readonly ways: readonly (readonly number[])[];
}

/** Sweeps over all layers; more bring little. */
const SWEEPS = 8;

/** Above this many stand-ins long edges are drawn straight through. */
const MOST_STAND_INS = 100_000;

/** Puts a graph into layers by level, and orders each layer. The same graph gives the same order. */
export function arrangeLayers(view: GraphView): Layers {
  const open = openLayers(view);
  let best = open.layers.map((layer) => [...layer]);
  let fewest = countCrossings(best, open.after);
  const layers = open.layers.map((layer) => [...layer]);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    const isForward = sweep % 2 === 0;
    sortLayers(layers, isForward ? open.before : open.after, isForward);
    const crossings = countCrossings(layers, open.after);
    if (crossings >= fewest) continue;
    fewest = crossings;
    best = layers.map((layer) => [...layer]);
  }
  return { ...open, layers: best };
}

function openLayers(view: GraphView): Layers {
  const layers: number[][] = Array.from({ length: view.levels }, () => []);
  const before: number[][] = [];
  const after: number[][] = [];
  const addItem = (level: number): number => {
    before.push([]);
    after.push([]);
    const item = before.length - 1;
    layers[level].push(item);
    return item;
  };
  for (const { level } of view.nodes) addItem(level);
  const span = view.edges.reduce(
    (sum, { from, to }) => sum + view.nodes[to].level - view.nodes[from].level - 1,
    0,
  );
  const ways = view.edges.map(({ from, to }) => {
    const way = [from];
    for (
      let level = view.nodes[from].level + 1;
      span <= MOST_STAND_INS && level < view.nodes[to].level;
      level++
    ) {
      way.push(addItem(level));
    }
    way.push(to);
    for (let step = 1; step < way.length; step++) {
      after[way[step - 1]].push(way[step]);
      before[way[step]].push(way[step - 1]);
    }
    return way;
  });
  return { layers, before, after, ways };
}

/** Puts every item at the mean place of its neighbours in the layer done last; items without any stay. */
function sortLayers(layers: number[][], neighbours: Layers["before"], isForward: boolean): void {
  const place = new Map<number, number>();
  for (const layer of layers) layer.forEach((item, index) => place.set(item, index));
  const order = isForward ? layers.keys() : [...layers.keys()].reverse();
  for (const level of order) {
    const layer = layers[level];
    const wanted = new Map(layer.map((item, index) => [item, meanPlace(neighbours[item], place) ?? index]));
    layer.sort((a, b) => (wanted.get(a) as number) - (wanted.get(b) as number) || a - b);
    layer.forEach((item, index) => place.set(item, index));
  }
}

function meanPlace(items: readonly number[], place: ReadonlyMap<number, number>): number | undefined {
  if (items.length === 0) return undefined;
  return items.reduce((sum, item) => sum + (place.get(item) as number), 0) / items.length;
}

/** How many pairs of edges between neighbouring layers cross. */
export function countCrossings(layers: readonly (readonly number[])[], after: Layers["after"]): number {
  let crossings = 0;
  for (let level = 0; level + 1 < layers.length; level++) {
    const place = new Map(layers[level + 1].map((item, index) => [item, index]));
    const targets = layers[level].flatMap((item) =>
      after[item].map((other) => place.get(other) ?? -1).filter((index) => index >= 0).sort((a, b) => a - b)
    );
    crossings += countInversions(targets, layers[level + 1].length);
  }
  return crossings;
}

/** Pairs that stand in descending order, counted with a tree of sums. */
function countInversions(values: readonly number[], size: number): number {
  const tree = new Int32Array(size + 1);
  let inversions = 0;
  values.forEach((value, seen) => {
    let notGreater = 0;
    for (let index = value + 1; index > 0; index -= index & -index) notGreater += tree[index];
    inversions += seen - notGreater;
    for (let index = value + 1; index <= size; index += index & -index) tree[index]++;
  });
  return inversions;
}
