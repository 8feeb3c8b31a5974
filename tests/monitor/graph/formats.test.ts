import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { formatDot } from "../../../src/monitor/graph/dot.ts";
import { formatMermaid } from "../../../src/monitor/graph/mermaid.ts";
import { outlineGraph } from "../../../src/monitor/graph/outline.ts";
import { formatSvg } from "../../../src/monitor/graph/svg.ts";
import type { GraphView } from "../../../src/monitor/graph/view.ts";

const view: GraphView = {
  nodes: [
    {
      key: "raw/orders",
      kind: "external",
      group: "raw",
      kinds: [],
      partitions: undefined,
      readsItself: false,
      level: 0,
    },
    {
      key: "mart/total",
      kind: "asset",
      group: "mart",
      kinds: ["table"],
      partitions: "day",
      readsItself: true,
      level: 1,
    },
    {
      key: "report",
      kind: "asset",
      group: "mart",
      kinds: [],
      partitions: undefined,
      readsItself: false,
      level: 2,
    },
  ],
  edges: [
    { from: 0, to: 1, mapping: "time-window", carriesData: true },
    { from: 1, to: 2, mapping: undefined, carriesData: true },
    { from: 0, to: 2, mapping: undefined, carriesData: false },
  ],
  levels: 3,
};
const hostile = `"]; <script>alert(1)</script> \\ \u0007 & '`;
const evil: GraphView = {
  nodes: [{ ...view.nodes[0], key: hostile, group: hostile, partitions: hostile }, {
    ...view.nodes[2],
    key: "b",
  }],
  edges: [{ from: 0, to: 1, mapping: hostile, carriesData: true }],
  levels: 3,
};

describe("formatMermaid", () => {
  test("draws boxes, groups and both kinds of arrows", () => {
    assert.deepEqual(formatMermaid(view), [
      "flowchart LR",
      '  subgraph g0["raw"]',
      '    n0[("raw/orders")]',
      "  end",
      '  subgraph g1["mart"]',
      '    n1["mart/total<br/><small>day</small>"]',
      '    n2["report"]',
      "  end",
      "  n1 --> n1",
      "  n0 -->|time-window| n1",
      "  n1 --> n2",
      "  n0 -.-> n2",
    ]);
  });

  test("lets no text out of its quotes", () => {
    for (const line of formatMermaid(evil)) {
      assert.doesNotMatch(line, /script>|\p{Cc}|\\/u);
      assert.ok([0, 2].includes((line.match(/"/g) ?? []).length), line);
    }
  });
});

describe("formatDot", () => {
  test("draws boxes, clusters and both kinds of arrows", () => {
    assert.deepEqual(formatDot(view), [
      "digraph sluice {",
      "  rankdir=LR;",
      '  node [shape=box, style=rounded, fontname="sans-serif"];',
      "  subgraph cluster_0 {",
      '    label="raw";',
      '    "raw/orders" [shape=cylinder, style=""];',
      "  }",
      "  subgraph cluster_1 {",
      '    label="mart";',
      '    "mart/total" [label="mart/total\\nday"];',
      '    "report";',
      "  }",
      '  "mart/total" -> "mart/total";',
      '  "raw/orders" -> "mart/total" [label="time-window"];',
      '  "mart/total" -> "report";',
      '  "raw/orders" -> "report" [style=dashed];',
      "}",
    ]);
  });

  test("lets no text out of its quotes", () => {
    for (const line of formatDot(evil)) {
      assert.doesNotMatch(line, /\p{Cc}/u);
      assert.equal(line.replace(/"(?:[^"\\]|\\.)*"/g, "").includes("script"), false, line);
    }
  });
});

describe("formatSvg", () => {
  test("is well-formed, whatever the texts are", () => {
    for (const each of [view, evil]) {
      const text = formatSvg(each).join("\n");
      assert.deepEqual(openTags(text), []);
      assert.doesNotMatch(text, /<script|(?!\n)\p{Cc}/u);
    }
  });

  test("has a box for each node and a path for each edge, with titles", () => {
    const text = formatSvg(view).join("\n");
    assert.equal(text.match(/<rect /g)?.length, 3);
    assert.equal(text.match(/<path class="edge/g)?.length, 3);
    assert.match(text, /<title>raw\/orders to mart\/total: time-window<\/title>/);
    assert.match(text, /<path class="edge order"/);
    assert.match(text, /<title>mart\/total, asset, group mart, day<\/title>/);
    assert.match(text, /reads its own past/);
  });

  test("gives a label of wide characters twice the room, and cuts it earlier", () => {
    const widthOf = (key: string) => {
      const lone = {
        ...view,
        nodes: [{ ...view.nodes[0], key, partitions: undefined, kinds: [] }],
        edges: [],
      };
      return Number(formatSvg(lone).join("").match(/<rect [^>]*width="(\d+)"/)?.[1]) - 24;
    };
    assert.equal(widthOf("\u9500".repeat(10)), widthOf("x".repeat(20)));
    assert.ok(widthOf("\u9500".repeat(100)) <= widthOf("x".repeat(100)));
  });

  test("is the same for the same graph, and a drawing also of nothing", () => {
    assert.deepEqual(formatSvg(view), formatSvg(view));
    assert.deepEqual(openTags(formatSvg({ nodes: [], edges: [], levels: 0 }).join("\n")), []);
  });
});

describe("outlineGraph", () => {
  test("has a paragraph per level, and for each asset what it is made from", () => {
    const lines = outlineGraph(view, { branch: "|- ", lastBranch: "`- ", upstream: "<-" });
    assert.deepEqual(lines.map(({ lead, text, detail }) => `${lead}${text}${detail && `  ${detail}`}`), [
      "Level 1",
      "`- raw/orders  external",
      "Level 2",
      "`- mart/total  day  <- raw/orders (time-window), its own past",
      "Level 3",
      "`- report  <- mart/total, raw/orders (after)",
    ]);
  });
});

/** Tags that are left open at the end, after a walk that fails at the first one closed out of turn. */
function openTags(xml: string): string[] {
  const open: string[] = [];
  for (
    const [tag, isEnd, name, isEmpty] of xml.matchAll(/<(\/?)([a-z]+)(?:\s[a-zA-Z:-]+="[^"<]*")*(\/?)>|</g)
  ) {
    assert.notEqual(tag, "<", "a bracket that is no tag");
    if (isEnd) assert.equal(open.pop(), name);
    else if (!isEmpty) open.push(name);
  }
  return open;
}
