/** A graph as a drawing in SVG: static, without scripts, legible on light and on dark ground. */
import { layoutGraph } from "./layout.ts";
import type { Box, GraphLayout, Point } from "./layout.ts";
import type { GraphEdge, GraphNode, GraphView } from "./view.ts";

const CHARACTER = 7.3;
const LONGEST_LABEL = 44;
const NODE_HEIGHT = 44;

const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}]|[\uff01-\uff60]/u;
const NARROW = /[\p{Script=Inherited}\p{Cf}]/u;

/** Hues for groups in order of their names; more groups share them. */
const HUES: readonly number[] = [212, 152, 28, 276, 336, 188, 52, 96];

const STYLE = [
  "text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#1f2328}",
  ".note{font-size:10px;fill:#59636e}",
  ".node rect{stroke-width:1.25}",
  ".external rect{stroke-dasharray:4 3}",
  ".edge{fill:none;stroke:#8b949e;stroke-width:1.25}",
  ".order{stroke-dasharray:4 3}",
  "#arrow path{fill:#8b949e}",
  "@media(prefers-color-scheme:dark){text{fill:#f0f3f6}.note{fill:#9ea7b3}}",
].join("");

/** The document of a drawing, as lines. Pure: the same graph gives the same text. */
export function formatSvg(view: GraphView): string[] {
  const labels = view.nodes.map(({ key }) => shorten(key));
  const notes = view.nodes.map(noteOf);
  const layout = layoutGraph(view, {
    widthOf: (position) =>
      Math.ceil(
        24 + CHARACTER * Math.max(widthOf(labels[position]), widthOf(notes[position]) * 0.84),
      ),
    nodeHeight: NODE_HEIGHT,
    gapAlong: 56,
    gapAcross: 16,
    margin: 16,
  });
  const hues = huesOf(view);
  return [
    ...openDocument(view, layout),
    ...[...hues].map(([, hue]) => groupStyle(hue)).filter((line, index, all) => all.indexOf(line) === index),
    ...view.edges.map((edge, index) => formatEdge(edge, layout.ways[index], view)),
    ...view.nodes.map((node, index) =>
      formatNode(node, labels[index], notes[index], layout.boxes[index], hues.get(node.group) as number)
    ),
    "</svg>",
  ];
}

function openDocument(view: GraphView, { width, height }: GraphLayout): string[] {
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="Asset graph">`,
    `<title>Asset graph: ${view.nodes.length} assets, ${view.edges.length} dependencies</title>`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">' +
    '<path d="M0 0L8 4L0 8z"/></marker></defs>',
  ];
}

function groupStyle(hue: number): string {
  const light = `.h${hue} rect{fill:hsl(${hue} 70% 96%);stroke:hsl(${hue} 45% 55%)}`;
  const dark = `.h${hue} rect{fill:hsl(${hue} 35% 18%);stroke:hsl(${hue} 40% 50%)}`;
  return `<style>${light}@media(prefers-color-scheme:dark){${dark}}</style>`;
}

function formatEdge(
  { from, to, mapping, carriesData }: GraphEdge,
  way: readonly Point[],
  { nodes }: GraphView,
): string {
  const how = [...(mapping === undefined ? [] : [mapping]), ...(carriesData ? [] : ["after"])].join(
    ", ",
  );
  const title = `${nodes[from].key} to ${nodes[to].key}${how === "" ? "" : `: ${how}`}`;
  const look = carriesData ? "edge" : "edge order";
  return `<path class="${look}" d="${curve(way)}" marker-end="url(#arrow)"><title>${
    escape(title)
  }</title></path>`;
}

/** Level at every point, so that an edge enters and leaves each layer straight. */
function curve(way: readonly Point[]): string {
  const [[x, y], ...rest] = way;
  let path = `M${x} ${y}`;
  let [lastX, lastY] = [x, y];
  for (const [nextX, nextY] of rest) {
    const middle = (lastX + nextX) / 2;
    path += lastY === nextY ? `H${nextX}` : `C${middle} ${lastY} ${middle} ${nextY} ${nextX} ${nextY}`;
    [lastX, lastY] = [nextX, nextY];
  }
  return path;
}

function formatNode(node: GraphNode, label: string, note: string, box: Box, hue: number): string {
  const { x, y, width, height } = box;
  const middle = y + height / 2;
  const texts = note === ""
    ? `<text x="${x + 12}" y="${middle + 4}">${escape(label)}</text>`
    : `<text x="${x + 12}" y="${middle - 3}">${escape(label)}</text>` +
      `<text class="note" x="${x + 12}" y="${middle + 12}">${escape(note)}</text>`;
  const title = [node.key, node.kind, `group ${node.group}`, ...(node.partitions ? [node.partitions] : [])]
    .join(", ");
  return `<g class="node ${node.kind} h${hue}"><title>${escape(title)}</title>` +
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>${texts}</g>`;
}

function noteOf({ kind, kinds, partitions, readsItself }: GraphNode): string {
  const words = [
    ...(kind === "external" ? ["external"] : []),
    ...kinds,
    ...(partitions === undefined ? [] : [partitions]),
    ...(readsItself ? ["reads its own past"] : []),
  ];
  return shorten(words.join(", "));
}

function huesOf({ nodes }: GraphView): ReadonlyMap<string, number> {
  const groups = [...new Set(nodes.map(({ group }) => group))].sort();
  return new Map(groups.map((group, index) => [group, HUES[index % HUES.length]]));
}

/** The width of a text in characters of the font: some scripts and pictures take two, marks on a letter none. */
function widthOf(text: string): number {
  return [...text].reduce(
    (width, character) => width + (WIDE.test(character) ? 2 : NARROW.test(character) ? 0 : 1),
    0,
  );
}

function shorten(text: string): string {
  if (widthOf(text) <= LONGEST_LABEL) return text;
  const characters = [...text];
  while (widthOf(characters.join("")) >= LONGEST_LABEL) characters.pop();
  return `${characters.join("")}\u2026`;
}

function escape(text: string): string {
  return text
    .replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, "\ufffd");
}
