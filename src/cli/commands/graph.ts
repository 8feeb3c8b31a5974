/** `sluice graph`: what is made from what. */
import { formatDot } from "../../monitor/graph/dot.ts";
import { formatMermaid } from "../../monitor/graph/mermaid.ts";
import { outlineGraph } from "../../monitor/graph/outline.ts";
import { formatSvg } from "../../monitor/graph/svg.ts";
import { type GraphView, viewGraph } from "../../monitor/graph/view.ts";
import { selectAssets } from "../../model/selection/select.ts";
import { type Command, defineCommand } from "../command.ts";
import { inert } from "../print/inert.ts";
import { plural } from "../print/number.ts";
import { openPage, type Page } from "../print/page.ts";
import { cut, widthOf } from "../print/width.ts";
import { readSelection, selectionArgument, selectionOptions } from "../request.ts";
import { writeText } from "../values.ts";

/** Draws the graph. */
export const graph: Command = defineCommand({
  name: "graph",
  summary: "Draws the graph of assets",
  takesModule: true,
  args: { selection: selectionArgument },
  options: {
    ...selectionOptions,
    format: {
      type: "text",
      value: "FORMAT",
      summary: "How to draw it",
      choices: ["text", "mermaid", "dot", "svg"],
      default: "text",
    },
    out: { type: "text", value: "FILE", summary: "Writes it to a file" },
  },
  examples: [
    { line: "graph weather.ts", summary: "The levels of the graph, as text" },
    {
      line: "graph weather.ts +report --format svg --out graph.svg",
      summary: "A picture of a report and all it needs",
    },
  ],
  async run({ args, options, session, host, notes }) {
    const definitions = await session.definitions();
    const select = readSelection(args.selection, options.exclude);
    const view = viewGraph(definitions, selectAssets(definitions, select));
    const { format, out } = options;
    if (out !== undefined) {
      const page = openPage(
        { isTerminal: false, columns: undefined, env: {}, color: false },
        host.clock.now(),
      );
      writeText(out, `${draw(view, format, page).join("\n")}\n`, host.cwd);
      notes.note(`Wrote ${plural(view.nodes.length, "asset")} to ${inert(out)}.`);
    }
    return {
      text: (page) => out === undefined ? draw(view, format, page) : [],
      json: () => ({ format, out, ...viewJson(view) }),
    };
  },
});

function draw(view: GraphView, format: "text" | "mermaid" | "dot" | "svg", page: Page): string[] {
  switch (format) {
    case "text":
      return formatOutline(view, page);
    case "mermaid":
      return formatMermaid(view);
    case "dot":
      return formatDot(view);
    case "svg":
      return formatSvg(view);
  }
}

function formatOutline(view: GraphView, page: Page): string[] {
  const { bold, dim } = page.style;
  const { ellipsis } = page.glyphs;
  return outlineGraph(view, page.glyphs).map(({ lead, text, detail }) => {
    if (lead === "") return bold(text);
    const name = cut(inert(text), page.width - lead.length, ellipsis);
    const room = page.width - lead.length - widthOf(name) - 2;
    const end = detail === "" || room < 4 ? "" : `  ${dim(cut(inert(detail), room, ellipsis))}`;
    return `${dim(lead)}${name}${end}`;
  });
}

function viewJson({ nodes, edges }: GraphView): object {
  return {
    nodes,
    edges: edges.map(({ from, to, mapping, carriesData }) => ({
      from: nodes[from].key,
      to: nodes[to].key,
      mapping,
      carriesData,
    })),
  };
}
