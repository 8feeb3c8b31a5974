/** A graph as Mermaid text, which many hosts of Markdown draw. */
import type { GraphEdge, GraphNode, GraphView } from "./view.ts";

/** The text of a flowchart, from left to right, with a box around each group when there are several. */
export function formatMermaid(view: GraphView): string[] {
  const groups = Map.groupBy(
    view.nodes.map((node, position) => ({ node, position })),
    ({ node }) => node.group,
  );
  const nodes = [...groups].flatMap(([group, members], index) => {
    const lines = members.map(({ node, position }) => formatNode(node, position));
    if (groups.size === 1) return lines.map((line) => `  ${line}`);
    return [`  subgraph g${index}["${escape(group)}"]`, ...lines.map((line) => `    ${line}`), "  end"];
  });
  return [
    "flowchart LR",
    ...nodes,
    ...view.nodes.flatMap((node, position) => node.readsItself ? [`  n${position} --> n${position}`] : []),
    ...view.edges.map((edge) => `  ${formatEdge(edge)}`),
  ];
}

function formatNode({ key, kind, partitions }: GraphNode, position: number): string {
  const label = `"${escape(key)}${
    partitions === undefined ? "" : `<br/><small>${escape(partitions)}</small>`
  }"`;
  return kind === "external" ? `n${position}[(${label})]` : `n${position}[${label}]`;
}

function formatEdge({ from, to, mapping, carriesData }: GraphEdge): string {
  const label = mapping === undefined ? "" : `|${escape(mapping)}|`;
  return `n${from} ${carriesData ? "-->" : "-.->"}${label} n${to}`;
}

/** Mermaid reads entities by name or number between `#` and `;`. */
function escape(text: string): string {
  return text.replace(/[^\p{L}\p{N} _.,:/+\-]/gu, (character) => `#${character.codePointAt(0)};`);
}
