/** A graph in the language of Graphviz. */
import type { GraphEdge, GraphNode, GraphView } from "./view.ts";

/** The text of a directed graph, from left to right, with a cluster for each group when there are several. */
export function formatDot(view: GraphView): string[] {
  const groups = Map.groupBy(view.nodes, ({ group }) => group);
  const nodes = [...groups].flatMap(([group, members], index) => {
    const lines = members.map(formatNode);
    if (groups.size === 1) return lines.map((line) => `  ${line}`);
    const open = [`  subgraph cluster_${index} {`, `    label=${quoted(group)};`];
    return [...open, ...lines.map((line) => `    ${line}`), "  }"];
  });
  return [
    "digraph sluice {",
    "  rankdir=LR;",
    '  node [shape=box, style=rounded, fontname="sans-serif"];',
    ...nodes,
    ...view.nodes.flatMap(({ key, readsItself }) =>
      readsItself ? [`  ${quoted(key)} -> ${quoted(key)};`] : []
    ),
    ...view.edges.map((edge) => `  ${formatEdge(edge, view.nodes)}`),
    "}",
  ];
}

function formatNode({ key, kind, partitions }: GraphNode): string {
  const attributes = [
    ...(partitions === undefined ? [] : [`label=${quoted(`${key}\n${partitions}`)}`]),
    ...(kind === "external" ? ["shape=cylinder", 'style=""'] : []),
  ];
  return attributes.length === 0 ? `${quoted(key)};` : `${quoted(key)} [${attributes.join(", ")}];`;
}

function formatEdge({ from, to, mapping, carriesData }: GraphEdge, nodes: readonly GraphNode[]): string {
  const attributes = [
    ...(mapping === undefined ? [] : [`label=${quoted(mapping)}`]),
    ...(carriesData ? [] : ["style=dashed"]),
  ];
  const tail = attributes.length === 0 ? "" : ` [${attributes.join(", ")}]`;
  return `${quoted(nodes[from].key)} -> ${quoted(nodes[to].key)}${tail};`;
}

function quoted(text: string): string {
  const safe = text.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n").replace(/\p{Cc}/gu, " ");
  return `"${safe}"`;
}
