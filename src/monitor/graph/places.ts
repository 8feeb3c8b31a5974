/** Where the items of ordered layers stand across, so that edges run as straight as they can. */
import type { Layers } from "./layers.ts";

const SWEEPS = 6;

/**
 * The centre of every item across the layers, from 0 upwards.
 *
 * @param height How much room an item needs across, distance to the next one included.
 */
export function placeItems(layers: Layers, height: (item: number) => number): Float64Array {
  const centres = new Float64Array(layers.before.length);
  for (const layer of layers.layers) placeLayer(layer, layer.map(() => 0), height, centres);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isForward = sweep % 2 === 0;
    const neighbours = isForward ? layers.before : layers.after;
    const order = isForward ? layers.layers : [...layers.layers].reverse();
    for (const layer of order) {
      const wanted = layer.map((item) => mean(neighbours[item], centres) ?? centres[item]);
      placeLayer(layer, wanted, height, centres);
    }
  }
  const top = layers.layers.flat().reduce(
    (least, item) => Math.min(least, centres[item] - height(item) / 2),
    Infinity,
  );
  return Number.isFinite(top) ? centres.map((centre) => centre - top) : centres;
}

/**
 * Places one layer: the order stays, nothing overlaps, and the sum of the squared distances to the wanted places is
 * the least possible. Items that would overlap become one block at the mean of what they want.
 */
function placeLayer(
  layer: readonly number[],
  wanted: readonly number[],
  height: (item: number) => number,
  centres: Float64Array,
): void {
  const offsets: number[] = [];
  let offset = 0;
  layer.forEach((item, index) => {
    if (index > 0) offset += (height(layer[index - 1]) + height(item)) / 2;
    offsets.push(offset);
  });
  const blocks: { sum: number; count: number }[] = [];
  wanted.forEach((place, index) => {
    blocks.push({ sum: place - offsets[index], count: 1 });
    while (blocks.length > 1 && meanOf(blocks[blocks.length - 2]) > meanOf(blocks[blocks.length - 1])) {
      const last = blocks.pop() as { sum: number; count: number };
      blocks[blocks.length - 1].sum += last.sum;
      blocks[blocks.length - 1].count += last.count;
    }
  });
  let index = 0;
  for (const block of blocks) {
    for (let member = 0; member < block.count; member++, index++) {
      centres[layer[index]] = meanOf(block) + offsets[index];
    }
  }
}

function meanOf({ sum, count }: { readonly sum: number; readonly count: number }): number {
  return sum / count;
}

function mean(items: readonly number[], centres: Float64Array): number | undefined {
  if (items.length === 0) return undefined;
  return items.reduce((sum, item) => sum + centres[item], 0) / items.length;
}
