/** Where a selection means something else to us than to Dagster: each on purpose, with its reason. */
import { parseSelection } from "../../../src/model/selection/parse.ts";
import type { SelectionNode } from "../../../src/model/selection/ast.ts";

/** A difference of meaning. */
export interface SelectionDifference {
  readonly name: string;
  readonly reason: string;
  /** What Dagster takes a part for, in our terms; the part itself where both agree. Parts below are rewritten already. */
  readonly rewrite: (node: SelectionNode) => SelectionNode;
}

const NOTHING = parseSelection("not *").root;
const MATERIALIZABLE = parseSelection("is:materializable").root;

/** Every difference of meaning, for texts that both grammars take. */
export const DIFFERENCES: readonly SelectionDifference[] = [
  {
    name: "external assets upstream",
    reason:
      "Dagster leaves external assets out of what is upstream of something, even the start itself. Here a walk " +
      "gives what it passes, and `and is:materializable` leaves them out, so that lineage can be selected.",
    rewrite(node) {
      if (node.kind !== "walk" || node.up === 0) return node;
      const up: SelectionNode = { kind: "and", of: [{ ...node, down: 0 }, MATERIALIZABLE] };
      return node.down === 0 ? up : { kind: "or", of: [up, { ...node, up: 0 }] };
    },
  },
  {
    name: "tag without a value",
    reason:
      'Dagster takes `tag:t` for `tag:t=""`. Here it selects every asset with the tag, as in dbt; the empty ' +
      "value is written out.",
    rewrite(node) {
      const isBare = node.kind === "attribute" && node.name === "tag" && node.equals === undefined;
      return isBare ? { ...node, equals: "" } : node;
    },
  },
  {
    name: "no owner",
    reason:
      "`kind:<null>` selects what has no kind in both; Dagster selects nothing for `owner:<null>`. Here the two " +
      "are alike.",
    rewrite: (node) =>
      node.kind === "attribute" && node.name === "owner" && node.value === null ? NOTHING : node,
  },
];

/** What else is different in Dagster unless `include_sources` is given. */
export const DEFAULT_DIFFERENCE: SelectionDifference = {
  name: "external assets by default",
  reason:
    "Unless it is told to include sources, Dagster leaves external assets out of `*`, `not`, `group`, `tag` and " +
    "`kind`, but not out of `key`, `owner` and `is`. Here every part ranges over all assets.",
  rewrite(node) {
    const isStar = node.kind === "key" && node.pattern === "*" && node.end - node.start === 1;
    const isListed = node.kind === "attribute" && ["group", "tag", "kind"].includes(node.name);
    return isStar || isListed || node.kind === "not" ? { kind: "and", of: [node, MATERIALIZABLE] } : node;
  },
};

/** The selection that means to us what the given one means to Dagster. */
export function asDagsterReads(
  node: SelectionNode,
  differences: readonly SelectionDifference[],
): SelectionNode {
  const below = "of" in node ? rewriteParts(node, (part) => asDagsterReads(part, differences)) : node;
  return differences.reduce((rewritten, { rewrite }) => rewrite(rewritten), below);
}

function rewriteParts(
  node: SelectionNode & { of: unknown },
  rewrite: (node: SelectionNode) => SelectionNode,
): SelectionNode {
  return node.kind === "and" || node.kind === "or"
    ? { ...node, of: node.of.map(rewrite) }
    : { ...node, of: rewrite(node.of as SelectionNode) } as SelectionNode;
}

/** Texts that Dagster's grammar refuses and ours takes, with the text of Dagster's that means the same. */
export const EXTENSIONS: readonly (readonly [ours: string, dagster: string])[] = [
  ["raw/users", 'key:"raw/users"'],
  ['"raw/users"', 'key:"raw/users"'],
  ["mart/daily-revenue", 'key:"mart/daily-revenue"'],
  ["key:mart/daily-revenue", 'key:"mart/daily-revenue"'],
  ["mart/*", 'key:"mart/*"'],
  ["key:*", 'key:"*"'],
  ["*orders", 'key:"*orders"'],
  ["raw/users+", 'key:"raw/users"+'],
  ["raw/users+1", 'key:"raw/users"+1'],
  ["clean/orders+ and is:external", 'key:"clean/orders"+ and is:external'],
  ["raw/users alone", 'key:"raw/users" or key:alone'],
  ["key:raw/users key:alone", "key:raw/users or key:alone"],
  ["group:raw,kind:dbt alone", "(group:raw and kind:dbt) or key:alone"],
  ["alone group:raw,not kind:dbt", "key:alone or (group:raw and not kind:dbt)"],
  ["raw/users+ clean/*+1", 'key:"raw/users"+ or key:"clean/*"+1'],
  ["@raw/users and is:materializable", "+(key:raw/users+) and is:materializable"],
  ["*+", "(*)+"],
  ["group:mart*", 'group:"mart*"'],
  ["owner:team:data", 'owner:"team:data"'],
  ["owner:ann@example.org", 'owner:"ann@example.org"'],
  ["tag:x.y/z-1=2", 'tag:"x.y/z-1"="2"'],
];

/** Texts that neither grammar takes. */
export const REFUSED: readonly string[] = [
  "",
  "+",
  "not",
  "()",
  "sinks",
  "roots()",
  "key:a and",
  "key:a or or key:b",
  "key:a+2+",
  "tag:foo=",
  "key:and",
  "key:roots",
  'key:"a',
  'key:a="b"',
  "(key:a",
  "key:a)",
  "key:<null>",
  "+ 2 key:a",
  "is:nothing",
  "key:a\u00a0or key:b",
];
