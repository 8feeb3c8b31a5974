/** A graph as plain text: one paragraph per level, each asset with what it is made from. */
import type { GraphView } from "./view.ts";

/** The characters of an outline. */
export interface OutlineGlyphs {
  readonly branch: string;
  readonly lastBranch: string;
  readonly upstream: string;
}

/** A line of an outline in its parts, so that a printer can colour them. */
export interface OutlineLine {
  /** The drawing before the text; empty for the title of a level. */
  readonly lead: string;
  readonly text: string;
  /** What the asset is made from and what else is to be said of it. */
  readonly detail: string;
}

/** The lines of an outline, levels in order and their assets in rank order. */
export function outlineGraph(view: GraphView, glyphs: OutlineGlyphs): OutlineLine[] {
  const levels = Map.groupBy(
    view.nodes.map((node, position) => ({ node, position })),
    ({ node }) => node.level,
  );
  const upstream = Map.groupBy(view.edges, ({ to }) => to);
  return [...levels].sort(([a], [b]) => a - b).flatMap(([level, members]) => [
    { lead: "", text: `Level ${level + 1}`, detail: "" },
    ...members.map(({ node, position }, index) => {
      const sources = (upstream.get(position) ?? []).map(({ from, mapping, carriesData }) => {
        const how = [...(mapping === undefined ? [] : [mapping]), ...(carriesData ? [] : ["after"])];
        return view.nodes[from].key + (how.length > 0 ? ` (${how.join(", ")})` : "");
      });
      if (node.readsItself) sources.push("its own past");
      const detail = [
        ...(node.kind === "asset" ? [] : [node.kind]),
        ...(node.partitions === undefined ? [] : [node.partitions]),
        ...(sources.length === 0 ? [] : [`${glyphs.upstream} ${sources.join(", ")}`]),
      ];
      const lead = index === members.length - 1 ? glyphs.lastBranch : glyphs.branch;
      return { lead, text: node.key, detail: detail.join("  ") };
    }),
  ]);
}
