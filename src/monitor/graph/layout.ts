/** The layout of a graph: where its nodes stand and its edges run, from left to right. */
import { arrangeLayers } from "./layers.ts";
import { placeItems } from "./places.ts";
import type { GraphView } from "./view.ts";

/** A point of a drawing, in its own units, from the top left corner. */
export type Point = readonly [x: number, y: number];

/** The box of a node. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where everything is. */
export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  /** By node. */
  readonly boxes: readonly Box[];
  /** By edge: from the right side of one box to the left side of another, by way of points in between. */
  readonly ways: readonly (readonly Point[])[];
}

/** The sizes of a drawing. */
export interface LayoutSizes {
  /** The width of a node's box, by position. */
  readonly widthOf: (position: number) => number;
  readonly nodeHeight: number;
  /** Between two layers. */
  readonly gapAlong: number;
  /** Between two boxes of a layer. */
  readonly gapAcross: number;
  readonly margin: number;
}

/** Lays a graph out in layers by level. Pure: the same graph and sizes give the same drawing. */
export function layoutGraph(view: GraphView, sizes: LayoutSizes): GraphLayout {
  const layers = arrangeLayers(view);
  const isNode = (item: number): boolean => item < view.nodes.length;
  const centres = placeItems(
    layers,
    (item) => isNode(item) ? sizes.nodeHeight + sizes.gapAcross : sizes.gapAcross,
  );
  const columns = placeColumns(layers.layers, sizes, isNode);
  const shift = sizes.margin - sizes.gapAcross / 2;
  const boxes = view.nodes.map(({ level }, position) => ({
    x: columns.starts[level],
    y: round(centres[position] - sizes.nodeHeight / 2 + shift),
    width: sizes.widthOf(position),
    height: sizes.nodeHeight,
  }));
  const levelOf = new Map(
    layers.layers.flatMap((layer, level) => layer.map((item) => [item, level] as const)),
  );
  const ways = layers.ways.map((way) =>
    way.flatMap((item, index): Point[] => {
      const y = round(centres[item] + shift);
      const level = levelOf.get(item) as number;
      const [start, end] = [columns.starts[level], columns.starts[level] + columns.widths[level]];
      if (index > 0) return isNode(item) ? [[start, y]] : [[start, y], [end, y]];
      const side = start + boxes[item].width;
      // Boxes beside this one may be wider: the edge turns where all of them have ended.
      return side === end ? [[side, y]] : [[side, y], [end, y]];
    })
  );
  return {
    width: columns.end + sizes.margin,
    height: [...boxes.map(({ y, height }) => y + height), ...ways.flatMap((way) => way.map(([, y]) => y))]
      .reduce((lowest, y) => Math.max(lowest, y), 0) + sizes.margin,
    boxes,
    ways,
  };
}

function placeColumns(
  layers: readonly (readonly number[])[],
  { widthOf, gapAlong, margin }: LayoutSizes,
  isNode: (item: number) => boolean,
): { readonly starts: readonly number[]; readonly widths: readonly number[]; readonly end: number } {
  const widths = layers.map((layer) =>
    layer.reduce((widest, item) => isNode(item) ? Math.max(widest, widthOf(item)) : widest, 0)
  );
  const starts: number[] = [];
  let next = margin;
  for (const width of widths) {
    starts.push(next);
    next += width + gapAlong;
  }
  return { starts, widths, end: widths.length === 0 ? margin : next - gapAlong };
}

/** Half units are enough for the eye, and keep the text of a drawing short. */
function round(value: number): number {
  return Math.round(value * 2) / 2;
}
